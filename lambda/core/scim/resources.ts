import { refused, type Refused } from './errors.ts'
import { field, isList, isObject, withField, withoutField, type Json, type JsonObject } from './json.ts'

/** Users and groups, RFC 7643 4. */
export type ResourceType = 'User' | 'Group'

export type Resource = {
  readonly type: ResourceType
  readonly id: string
  /** As the client wrote them, without what is ours to say and without passwords. */
  readonly attributes: JsonObject
  /** Counts up with every change. */
  readonly version: number
  /** ISO 8601 UTC. */
  readonly created: string
  readonly modified: string
}

export const schemaOf: { readonly [T in ResourceType]: string } = {
  User: 'urn:ietf:params:scim:schemas:core:2.0:User',
  Group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
}

/** Members beyond these are accepted and not kept: whether a group exists does not depend on them, and an item
 * of DynamoDB has 400 KB. */
export const mostMembers = 3000

/** Of the JSON of a resource without its members, in characters. */
export const longestResource = 30_000

/** The attributes that name a resource are keys of a table. */
export const longestName = 320

/** What a client sent, checked: as it will be kept. */
export function readAttributes(
  type: ResourceType,
  sent: JsonObject,
): { readonly answer: 'attributes'; readonly attributes: JsonObject } | Refused {
  const kept = notOurs.reduce(withoutField, sent)
  const name = field(kept, nameOf[type])
  if (typeof name !== 'string' || name.trim() === '' || name.length > longestName) {
    return refused(
      400,
      'invalidValue',
      `A ${type} needs ${nameOf[type]}, a text of 1 to ${longestName} characters; found ${shown(name)}.`,
    )
  }
  const externalId = field(kept, 'externalId') ?? null
  if (externalId !== null && (typeof externalId !== 'string' || externalId.length > longestName)) {
    return refused(400, 'invalidValue', `externalId is not a text of at most ${longestName} characters.`)
  }
  const active = field(kept, 'active') ?? true
  if (type === 'User' && asBoolean(active) === null) {
    return refused(400, 'invalidValue', `active is neither true nor false; found ${shown(active)}.`)
  }
  const attributes = type === 'User' ? withField(withBooleans(kept), 'active', asBoolean(active)) : withMembers(kept)
  if (JSON.stringify(withoutField(attributes, 'members')).length > longestResource) {
    return refused(413, null, `The ${type} is longer than ${longestResource} characters. Map fewer attributes.`)
  }
  return { answer: 'attributes', attributes }
}

/** Whoever was deactivated has no address any more. */
export function isActive({ type, attributes }: Pick<Resource, 'type' | 'attributes'>): boolean {
  return type === 'Group' || field(attributes, 'active') !== false
}

/** The schemas that a resource uses: its own, and the extensions of which it has attributes. */
export function schemasOf({ type, attributes }: Pick<Resource, 'type' | 'attributes'>): readonly string[] {
  return [schemaOf[type], ...Object.keys(attributes).filter((name) => /^urn:/i.test(name))]
}

/** Entra's older dialect writes booleans as "True" and "False". Null: it is neither. */
export function asBoolean(value: Json): boolean | null {
  if (typeof value === 'boolean') return value
  const word = typeof value === 'string' ? value.toLowerCase() : ''
  return word === 'true' ? true : word === 'false' ? false : null
}

/** Said by this side (RFC 7643 3.1 and 4.1.2), or never to be kept: a password is nobody's business here. */
const notOurs: readonly string[] = ['id', 'meta', 'schemas', 'groups', 'password']
const nameOf: { readonly [T in ResourceType]: string } = { User: 'userName', Group: 'displayName' }

/** `primary` is a boolean wherever it stands in a list. */
function withBooleans(attributes: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, isList(value) ? value.map(withPrimary) : value]),
  )
}

function withPrimary(value: Json): Json {
  if (!isObject(value)) return value
  const primary = asBoolean(field(value, 'primary') ?? null)
  return primary === null ? value : withField(value, 'primary', primary)
}

/** Of a member nothing is kept but who it is, each once. */
function withMembers(attributes: JsonObject): JsonObject {
  const members = field(attributes, 'members')
  if (members === undefined) return attributes
  const ids = new Set((isList(members) ? members : [members]).flatMap(idOf))
  return withField(
    attributes,
    'members',
    [...ids].slice(0, mostMembers).map((value) => ({ value })),
  )
}

function idOf(member: Json): readonly string[] {
  const id = isObject(member) ? field(member, 'value') : member
  return typeof id === 'string' && id !== '' && id.length <= 64 ? [id] : []
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60)
}
