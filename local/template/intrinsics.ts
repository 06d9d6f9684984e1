import { isRecord, listAt, recordAt, scalarTextAt, textAt, unexpected } from './json.ts'
import type { Json, JsonRecord } from './json.ts'
import { kindOf, madeUpName, nameHolder } from './resource-names.ts'
import type { Named } from './resource-names.ts'
import { splitSubstitution } from './substitution.ts'
import { resourceOf } from './template.ts'
import type { Resource, Template } from './template.ts'

type Where = { readonly template: Template; readonly place: string; readonly depth: number }
type Intrinsic = (argument: Json, where: Where) => Json | undefined

// Names that refer to each other in a circle would otherwise never end.
const DEEPEST = 64

/**
 * Replaces every intrinsic function in `value` by what it stands for; undefined for AWS::NoValue.
 *
 * @param place Where the value stands, for errors: `Quietgate.template.json: Resources.Filter.Properties.Environment`.
 * @throws on an intrinsic that is not known here or refers to nothing, naming the place and the intrinsic
 */
export function resolveValue(template: Template, value: Json, place: string): Json | undefined {
  return valueOf(value, { template, place, depth: 0 })
}

/** All properties of a resource, resolved. */
export function resolvedProperties(template: Template, { logicalId, properties }: Resource): JsonRecord {
  const place = `${template.file}: Resources.${logicalId}.Properties`
  return recordAt(resolveValue(template, properties, place), place)
}

/** What `Ref` gives for a resource: its name, for most types. */
export function refOf(template: Template, resource: Resource): string {
  const place = `${template.file}: Resources.${resource.logicalId}`
  return reference(resource, { template, place, depth: 0 })
}

/** What `Fn::GetAtt` gives for a resource. */
export function attributeOf(template: Template, resource: Resource, attribute: string): string {
  const place = `${template.file}: Resources.${resource.logicalId}`
  return attributeAt(resource, attribute, { template, place, depth: 0 })
}

/** @throws where the template has no such condition */
export function conditionHolds(template: Template, name: string): boolean {
  return holdsByName(name, { template, place: `${template.file}: Conditions`, depth: 0 })
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, where) => refTo(textAt(argument, where.place), where),
  'Fn::GetAtt': (argument, where) => {
    const parts = typeof argument === 'string' ? splitOnce(argument, '.') : listAt(argument, where.place)
    const [logicalId, attribute] = parts.map((part, i) => textOf(part, step(where, `[${i}]`)))
    if (logicalId === undefined || attribute === undefined)
      throw unexpected(where.place, 'a resource and its attribute', argument)
    return attributeAt(resourceOf(where.template, logicalId, where.place), attribute, where)
  },
  'Fn::Join': (argument, where) => {
    const [separator, items] = pairOf(argument, where)
    return textsOf(items, step(where, '[1]')).join(textOf(separator, step(where, '[0]')))
  },
  'Fn::Split': (argument, where) => {
    const [separator, text] = pairOf(argument, where)
    return textOf(text, step(where, '[1]')).split(textOf(separator, step(where, '[0]')))
  },
  'Fn::Select': (argument, where) => {
    const [index, items] = pairOf(argument, where)
    const list = listAt(valueOf(items, step(where, '[1]')), where.place)
    const chosen = list[Number(textOf(index, step(where, '[0]')))]
    if (chosen === undefined) throw unexpected(where.place, `an index into a list of ${list.length}`, index)
    return chosen
  },
  'Fn::Sub': substitute,
  'Fn::If': (argument, where) => {
    const [condition, yes, no] = listAt(argument, where.place)
    if (yes === undefined || no === undefined) throw unexpected(where.place, 'a condition and two values', argument)
    return holdsByName(textAt(condition, where.place), where)
      ? valueOf(yes, step(where, '[1]'))
      : valueOf(no, step(where, '[2]'))
  },
  'Fn::FindInMap': (argument, where) => {
    const keys = textsOf(argument, where)
    const found = keys.reduce<Json | undefined>(
      (at, key) => (isRecord(at) ? at[key] : undefined),
      where.template.mappings,
    )
    if (found === undefined) throw unexpected(where.place, 'an entry of Mappings', keys)
    return found
  },
  'Fn::Base64': (argument, where) => Buffer.from(textOf(argument, where)).toString('base64'),
}

function valueOf(value: Json, where: Where): Json | undefined {
  if (where.depth > DEEPEST) throw new Error(`${where.place}: names that refer to each other in a circle`)
  if (Array.isArray(value)) {
    return (value as readonly Json[])
      .map((item, i) => valueOf(item, step(where, `[${i}]`)))
      .filter((item) => item !== undefined)
  }
  if (!isRecord(value)) return value
  const [name, ...others] = Object.keys(value)
  if (name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined
    if (!intrinsic) throw unexpected(where.place, `one of ${Object.keys(INTRINSICS).join(', ')}`, value)
    return intrinsic(value[name] ?? null, step(where, ` ${name}`))
  }
  const entries = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    const resolved = valueOf(item, step(where, `.${key}`))
    return resolved === undefined ? [] : [[key, resolved]]
  })
  return Object.fromEntries(entries)
}

function refTo(id: string, where: Where): Json | undefined {
  const { template, place } = where
  switch (id) {
    case 'AWS::AccountId':
      return template.accountId
    case 'AWS::Region':
      return template.region
    case 'AWS::Partition':
      return 'aws'
    case 'AWS::URLSuffix':
      return 'amazonaws.com'
    case 'AWS::StackName':
      return template.stackName
    case 'AWS::StackId':
      return `arn:aws:cloudformation:${template.region}:${template.accountId}:stack/${template.stackName}/local`
    case 'AWS::NoValue':
      return undefined
  }
  if (!Object.hasOwn(template.parameters, id)) return reference(resourceOf(template, id, place), where)
  const value = recordAt(template.parameters[id], `${template.file}: Parameters.${id}`)['Default']
  if (value === undefined)
    throw new Error(`${place}: the parameter ${id} has no default, and nobody gives it a value here`)
  return value
}

function reference(resource: Resource, where: Where): string {
  const kind = kindOf(resource.type)
  if (!kind)
    throw new Error(`${where.place}: what Ref gives for a ${resource.type} (${resource.logicalId}) is not known here`)
  return kind.ref(named(resource, where))
}

function attributeAt(resource: Resource, attribute: string, where: Where): string {
  const attributes = kindOf(resource.type)?.attributes ?? {}
  const spell = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined
  if (spell) return spell(named(resource, where))
  throw new Error(
    `${where.place}: the attribute ${attribute} of a ${resource.type} (${resource.logicalId}) is not known here`,
  )
}

function named(resource: Resource, where: Where): Named {
  const { template } = where
  const kind = kindOf(resource.type)
  if (!kind)
    throw new Error(`${where.place}: how a ${resource.type} (${resource.logicalId}) is named is not known here`)
  const inner = { ...where, place: `${template.file}: Resources.${resource.logicalId}.Properties` }
  const text = (property: string): string => textOf(resource.properties[property] ?? null, step(inner, `.${property}`))
  const holder = nameHolder(resource, kind)
  const given = holder.key === null ? undefined : holder.in[holder.key]
  const name = given === undefined ? undefined : valueOf(given, step(inner, `.${holder.key ?? ''}`))
  return { template, text, name: name === undefined ? madeUpName(template, resource, kind) : textAt(name, inner.place) }
}

function substitute(argument: Json, where: Where): string {
  const [text, own] = typeof argument === 'string' ? [argument, {}] : listAt(argument, where.place)
  const variables = recordAt(own ?? {}, where.place)
  const parts = splitSubstitution(textAt(text, where.place))
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text
      const inside = step(where, ` \${${part.name}}`)
      if (Object.hasOwn(variables, part.name)) return textOf(variables[part.name] ?? null, inside)
      const [id, attribute] = splitOnce(part.name, '.')
      if (id === undefined || attribute === undefined) return scalarTextAt(refTo(part.name, inside), inside.place)
      return attributeAt(resourceOf(where.template, id, inside.place), attribute, inside)
    })
    .join('')
}

function holdsByName(name: string, where: Where): boolean {
  const condition = where.template.conditions[name]
  const place = `${where.template.file}: Conditions.${name}`
  if (condition === undefined) throw unexpected(where.place, 'the name of a condition', name)
  return holds(condition, { ...where, place, depth: where.depth + 1 })
}

function holds(condition: Json, where: Where): boolean {
  if (where.depth > DEEPEST) throw new Error(`${where.place}: conditions that refer to each other in a circle`)
  const [name, argument] = Object.entries(recordAt(condition, where.place))[0] ?? ['nothing', null]
  const inner = step(where, ` ${name}`)
  const among = (): readonly boolean[] => listAt(argument, inner.place).map((item) => holds(item, inner))
  switch (name) {
    case 'Condition':
      return holdsByName(textAt(argument, inner.place), inner)
    case 'Fn::Equals': {
      const [left, right] = pairOf(argument, inner)
      return textOf(left, inner) === textOf(right, inner)
    }
    case 'Fn::And':
      return among().every(Boolean)
    case 'Fn::Or':
      return among().some(Boolean)
    case 'Fn::Not':
      return !among().some(Boolean)
    default:
      throw unexpected(where.place, 'Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition', condition)
  }
}

function textOf(value: Json, where: Where): string {
  return scalarTextAt(valueOf(value, where), where.place)
}

function textsOf(value: Json, where: Where): readonly string[] {
  return listAt(valueOf(value, where), where.place).map((item) => scalarTextAt(item, where.place))
}

function pairOf(argument: Json, where: Where): readonly [Json, Json] {
  const [first, second] = listAt(argument, where.place)
  if (first === undefined || second === undefined) throw unexpected(where.place, 'a list of two', argument)
  return [first, second]
}

function step(where: Where, name: string): Where {
  return { ...where, place: where.place + name, depth: where.depth + 1 }
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
