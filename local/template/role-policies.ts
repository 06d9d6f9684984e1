import type { Statement } from '../aws/authorise.ts'
import { attributeOf, refOf, resolvedProperties } from './intrinsics.ts'
import { listAt, oneOrMoreTexts, recordAt, textAt, textsAt, unexpected } from './json.ts'
import type { Json } from './json.ts'
import { propertiesPlace, resourceOf, resourcesOfType } from './template.ts'
import type { Resource, Template } from './template.ts'

/**
 * The policies of AWS's own that a function here may carry, by name. Source: AWS Managed Policy Reference. Another one is
 * an error: an unknown policy would either grant nothing and mislead, or everything and hide a missing permission.
 */
const AWS_MANAGED: Readonly<Record<string, readonly string[]>> = {
  'service-role/AWSLambdaBasicExecutionRole': ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
}

/**
 * All statements that a role's policies hold: inline, attached by AWS::IAM::Policy, AWS::IAM::RolePolicy or
 * AWS::IAM::ManagedPolicy, and AWS's own.
 *
 * @throws on a permissions boundary, which would take away what these statements give and is not evaluated
 */
export function rolePoliciesOf(template: Template, roleLogicalId: string): readonly Statement[] {
  const role = resourceOf(template, roleLogicalId, `${template.file}: Resources`)
  const place = propertiesPlace(template, roleLogicalId)
  const properties = resolvedProperties(template, role)
  if (properties['PermissionsBoundary'] !== undefined) {
    throw unexpected(`${place}.PermissionsBoundary`, 'no permissions boundary', properties['PermissionsBoundary'])
  }
  const inline = listAt(properties['Policies'], `${place}.Policies`).flatMap((policy, i) =>
    statementsOf(
      recordAt(policy, `${place}.Policies[${i}]`)['PolicyDocument'],
      `${place}.Policies[${i}].PolicyDocument`,
    ),
  )
  const arns = textsAt(properties['ManagedPolicyArns'], `${place}.ManagedPolicyArns`)
  const own = resourcesOfType(template, 'AWS::IAM::ManagedPolicy').map((policy) =>
    attributeOf(template, policy, 'PolicyArn'),
  )
  const foreign = arns.flatMap((arn) => awsManaged(arn, own, `${place}.ManagedPolicyArns`))
  return [...inline, ...attachedTo(template, role, arns), ...foreign]
}

function attachedTo(template: Template, role: Resource, arns: readonly string[]): readonly Statement[] {
  const roleName = refOf(template, role)
  const policies = resourcesOfType(template, 'AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy')
  return policies.flatMap((policy) => {
    const place = propertiesPlace(template, policy.logicalId)
    const properties = resolvedProperties(template, policy)
    const roles = [
      ...textsAt(properties['Roles'], `${place}.Roles`),
      ...oneOrMoreTexts(properties['RoleName'], `${place}.RoleName`),
    ]
    const byArn = policy.type === 'AWS::IAM::ManagedPolicy' && arns.includes(attributeOf(template, policy, 'PolicyArn'))
    return roles.includes(roleName) || byArn
      ? statementsOf(properties['PolicyDocument'], `${place}.PolicyDocument`)
      : []
  })
}

function awsManaged(arn: string, own: readonly string[], place: string): readonly Statement[] {
  if (own.includes(arn)) return []
  const name = arn.replace('arn:aws:iam::aws:policy/', '')
  const actions = Object.hasOwn(AWS_MANAGED, name) ? AWS_MANAGED[name] : undefined
  if (!actions) throw unexpected(place, `one of ${Object.keys(AWS_MANAGED).join(', ')}`, name)
  return [{ effect: 'Allow', actions, notActions: [], resources: ['*'], notResources: [], conditions: null }]
}

function statementsOf(document: Json | undefined, place: string): readonly Statement[] {
  const value = recordAt(document, place)['Statement']
  const list = Array.isArray(value) ? listAt(value, `${place}.Statement`) : [recordAt(value, `${place}.Statement`)]
  return list.map((item, i): Statement => {
    const at = `${place}.Statement[${i}]`
    const statement = recordAt(item, at)
    const effect = textAt(statement['Effect'], `${at}.Effect`)
    if (effect !== 'Allow' && effect !== 'Deny') throw unexpected(`${at}.Effect`, 'Allow or Deny', effect)
    return {
      effect,
      actions: oneOrMoreTexts(statement['Action'], `${at}.Action`),
      notActions: oneOrMoreTexts(statement['NotAction'], `${at}.NotAction`),
      resources: oneOrMoreTexts(statement['Resource'], `${at}.Resource`),
      notResources: oneOrMoreTexts(statement['NotResource'], `${at}.NotResource`),
      conditions: statement['Condition'] === undefined ? null : recordAt(statement['Condition'], `${at}.Condition`),
    }
  })
}
