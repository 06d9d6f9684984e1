/** One allowance or denial of a synthesized template. All texts are as people read them. */
export type Permission = {
  /** Who: a function, another role, a service, everybody. */
  readonly who: string
  readonly effect: 'Allow' | 'Deny'
  readonly api: string
  readonly on: string
  /** '' for none. */
  readonly condition: string
}

/**
 * All that the policies in a template allow and deny, one row for each API and resource: policies of roles, policies of buckets
 * and queues, and who may invoke a function.
 *
 * Resources are named by their logical ids without the hash. Throws for a policy that it cannot read: a permission that is not
 * in the table must not go unseen.
 */
export function permissionsIn(template: Template): readonly Permission[] {
  const rows = Object.entries(template.Resources).flatMap(([id, resource]) => permissionsOf(id, resource, template))
  const keys = new Set<string>()
  return rows.filter((row) => {
    const key = JSON.stringify(row)
    return !keys.has(key) && keys.add(key)
  })
}

export type Template = { readonly Resources: Readonly<Record<string, Resource>> }

type Resource = { readonly Type: string; readonly Properties?: Properties }

type Properties = Readonly<Record<string, unknown>>

type Statement = {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: unknown
  readonly Resource?: unknown
  readonly Principal?: unknown
  readonly Condition?: unknown
}

function permissionsOf(id: string, { Type, Properties = {} }: Resource, template: Template): readonly Permission[] {
  switch (Type) {
    case 'AWS::IAM::Policy':
      return holdersOf(Properties['Roles'], template).flatMap((who) => rowsOf(who, Properties['PolicyDocument']))
    case 'AWS::IAM::Role':
      return rolePermissions(id, Properties, template)
    case 'AWS::S3::BucketPolicy':
    case 'AWS::SQS::QueuePolicy':
    case 'AWS::SNS::TopicPolicy':
      return rowsOf(null, Properties['PolicyDocument'])
    case 'AWS::Lambda::Permission':
      return [invocation(Properties)]
    default:
      return withoutPolicy(id, Type, Properties)
  }
}

/** Types whose policies would be permissions as well, and that nobody taught this table to read. */
function withoutPolicy(id: string, type: string, properties: Properties): readonly Permission[] {
  const isPolicy = type.endsWith('Policy')
  const names = ['PolicyDocument', 'KeyPolicy', 'ResourcePolicy', 'AccessPolicy', 'ManagedPolicyArns']
  const named = names.filter((name) => properties[name] !== undefined)
  if (isPolicy || named.length > 0) throw new Error(`${id} is a ${type}, whose policy infra/permissions.ts cannot read`)
  return []
}

function rolePermissions(id: string, properties: Properties, template: Template): readonly Permission[] {
  const [who = nameOf(id)] = holdersOf([{ Ref: id }], template)
  const inline = listOf(properties['Policies']).flatMap((policy) =>
    rowsOf(who, (policy as { readonly PolicyDocument: unknown }).PolicyDocument),
  )
  const managed = listOf(properties['ManagedPolicyArns']).map((arn): Permission => ({
    who,
    effect: 'Allow',
    api: textOf(arn),
    on: '*',
    condition: '',
  }))
  return [...inline, ...managed]
}

/** The functions that have a role, else the role itself. */
function holdersOf(roles: unknown, { Resources }: Template): readonly string[] {
  return listOf(roles).flatMap((role) => {
    const id = (role as { readonly Ref?: string }).Ref ?? ''
    const functions = Object.entries(Resources).filter(
      ([, { Type, Properties = {} }]) =>
        Type === 'AWS::Lambda::Function' && JSON.stringify(Properties['Role']) === JSON.stringify(arnOf(id)),
    )
    return functions.length === 0 ? [nameOf(id)] : functions.map(([name]) => nameOf(name))
  })
}

function arnOf(id: string): object {
  return { 'Fn::GetAtt': [id, 'Arn'] }
}

function rowsOf(who: string | null, document: unknown): readonly Permission[] {
  const { Statement: statements } = document as { readonly Statement: readonly Statement[] }
  return statements.flatMap(({ Effect, Action, Resource, Principal, Condition }) =>
    listOf(Action).flatMap((action) =>
      listOf(Resource).map((resource) => ({
        who: who ?? principalOf(Principal),
        effect: Effect,
        api: textOf(action),
        on: textOf(resource),
        condition: conditionOf(Condition),
      })),
    ),
  )
}

/** Whatever else stands there narrows it: by source account, source, or the way of the call (Lambda API, AddPermission). */
function invocation({ Action, FunctionName, Principal, ...conditions }: Properties): Permission {
  return {
    who: principalOf(Principal),
    effect: 'Allow',
    api: textOf(Action),
    on: textOf(FunctionName),
    condition: Object.entries(conditions)
      .map(([name, value]) => `${name} = ${textOf(value)}`)
      .join(', '),
  }
}

function principalOf(principal: unknown): string {
  if (principal === '*') return 'everybody'
  if (isIntrinsic(principal)) return textOf(principal)
  const all = Object.values(principal as Readonly<Record<string, unknown>>).flatMap(listOf)
  return all.map((one) => (one === '*' ? 'everybody' : textOf(one))).join(', ')
}

function conditionOf(condition: unknown): string {
  if (condition === undefined) return ''
  return Object.entries(condition as Readonly<Record<string, Readonly<Record<string, unknown>>>>)
    .flatMap(([test, keys]) =>
      Object.entries(keys).map(([key, value]) => `${test} ${key} = ${listOf(value).map(textOf).join(' or ')}`),
    )
    .join(', ')
}

function isIntrinsic(value: unknown): boolean {
  return (
    typeof value === 'string' || Object.keys(value as object).some((key) => key === 'Ref' || key.startsWith('Fn::'))
  )
}

/** What CloudFormation will put together, with names where it will put values. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  const [intrinsic, of] = Object.entries(value as Properties)[0] ?? ['', null]
  if (intrinsic === 'Ref') return nameOf(String(of))
  if (intrinsic === 'Fn::GetAtt') return nameOf(String(listOf(of)[0]))
  if (intrinsic === 'Fn::Join') {
    const parts = listOf((of as readonly unknown[])[1])
    return parts.map(textOf).join('')
  }
  if (intrinsic === 'Fn::Sub' && typeof of === 'string') {
    return of.replace(/\$\{([A-Za-z0-9:]+)(?:\.[A-Za-z0-9.]+)?\}/g, (_all, id: string) => nameOf(id))
  }
  throw new Error(`infra/permissions.ts cannot read ${JSON.stringify(value)}`)
}

/** `StorageMail2F16B83F`: the CDK's hash says nothing to people. */
function nameOf(id: string): string {
  const known: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws',
    'AWS::Region': 'REGION',
    'AWS::AccountId': 'ACCOUNT',
  }
  return known[id] ?? id.replace(/[0-9A-F]{8}$/, '')
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}
