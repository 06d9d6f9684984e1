import type { StackSeen } from './account.ts'
import type { StackResources } from './stack-alarms.ts'

/**
 * The roles of a template, with what it lets them do: policies in the role, and those that are attached to it. Whatever the
 * template names by a logical id stands there as the stack made it; `unknownText` where that is not to be had.
 *
 * @param stackId arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
 */
export function rolesIn(template: string, resources: StackResources, stackId: string): StackSeen['roles'] {
  const all = Object.entries(readTemplate(template).Resources ?? {})
  const resolve = resolverFor(resources, stackId)
  return all.flatMap(([id, { Type, Properties = {} }]) => {
    if (Type !== 'AWS::IAM::Role') return []
    const attached = all.filter(([, other]) => isFor(other, id))
    const inline = [
      ...listOf(Properties['Policies']).map((policy) => propertiesOf(policy)['PolicyDocument']),
      ...attached.flatMap(([, other]) =>
        other.Type === 'AWS::IAM::Policy' ? [other.Properties?.['PolicyDocument']] : [],
      ),
    ]
    const managed = attached.flatMap(([policy, other]) => (other.Type === 'AWS::IAM::Policy' ? [] : [{ Ref: policy }]))
    return [
      {
        name: resources.get(id)?.physicalId ?? id,
        statements: inline.flatMap((document) => listOf(propertiesOf(document)['Statement'])).map(resolve),
        managedPolicies: [...listOf(Properties['ManagedPolicyArns']), ...managed].map(resolve).map(String),
      },
    ]
  })
}

/** Stands in a text of a template for what nobody but CloudFormation knows. No name in AWS has it. */
export const unknownText = '…'

type Properties = Readonly<Record<string, unknown>>
type Resource = { readonly Type?: string; readonly Properties?: Properties }

/** CloudFormation gives a template back as it got it, and the CDK writes JSON. */
function readTemplate(text: string): { readonly Resources?: Readonly<Record<string, Resource>> } {
  try {
    return JSON.parse(text) as { readonly Resources?: Readonly<Record<string, Resource>> }
  } catch {
    return {}
  }
}

function isFor({ Type, Properties = {} }: Resource, role: string): boolean {
  const isPolicy = Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy'
  return isPolicy && listOf(Properties['Roles']).some((one) => propertiesOf(one)['Ref'] === role)
}

/** Every text of a value, put together from what the stack made. */
function resolverFor(resources: StackResources, stackId: string): (value: unknown) => unknown {
  const [, partition = '', , region = '', account = '', stack = ''] = stackId.split(':')
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::StackId': stackId,
    'AWS::StackName': stack.split('/')[1] ?? unknownText,
  }
  const referred = (id: string): string => pseudo[id] ?? resources.get(id)?.physicalId ?? unknownText
  const named = (name: string): string => {
    const [id = '', ...attribute] = name.split('.')
    return attribute.length === 0 ? referred(id) : attributeOf(id, attribute.join('.'), resources)
  }
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const [[key, argument] = ['', null], ...others] = Object.entries(value)
    if (others.length > 0 || (key !== 'Ref' && !key.startsWith('Fn::')))
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner)]))
    if (key === 'Ref') return referred(String(argument))
    if (key === 'Fn::GetAtt') return named(listOf(argument).join('.'))
    if (key === 'Fn::Sub' && typeof argument === 'string') return substituted(argument, named)
    const [separator, parts] = listOf(argument)
    if (key !== 'Fn::Join' || !Array.isArray(parts)) return unknownText
    return parts.map((part) => String(resolve(part))).join(String(separator))
  }
  return resolve
}

/** Of the attributes only ARNs can be told, which end with the name or have been the name all along. */
function attributeOf(id: string, attribute: string, resources: StackResources): string {
  const found = resources.get(id)
  if (found === undefined || attribute !== 'Arn') return unknownText
  const { type, physicalId } = found
  if (physicalId.startsWith('arn:')) return physicalId
  // Of a queue, the physical id is its address.
  const name = physicalId.startsWith('https://') ? physicalId.slice(physicalId.lastIndexOf('/') + 1) : physicalId
  // Amazon CloudWatch Logs, LogGroup: "the ARN of the log group, with a trailing :*".
  return type === 'AWS::Logs::LogGroup' ? `${unknownText}${name}:*` : `${unknownText}${name}`
}

function substituted(text: string, named: (name: string) => string): string {
  return text.replace(/\$\{([\w:.]+)\}/g, (_all, name: string) => named(name))
}

function propertiesOf(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {}
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? (value as readonly unknown[]) : [value]
}
