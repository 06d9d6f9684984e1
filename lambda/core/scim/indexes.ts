import type { Filter } from './filter.ts'
import { field, type Json } from './json.ts'
import { valuesAt } from './match.ts'
import { longestName, type Resource, type ResourceType } from './resources.ts'

/**
 * What a resource is found by without reading all of them: the attributes that Entra and Okta look for before they make one.
 * An index only proposes; the filter is asked of each resource that it names.
 */
export function indexKeysOf({ type, attributes }: Pick<Resource, 'type' | 'attributes'>): readonly string[] {
  const keys = indexed[type].flatMap(({ name, sub }) =>
    valuesAt(attributes, { schema: null, name, where: null, sub }).flatMap((value) => keyOf(type, name, value) ?? []),
  )
  return [...new Set(keys)]
}

/** Where to look for what a filter means: an id, or the key of an index. Null: all have to be read. */
export function indexFor(
  type: ResourceType,
  filter: Filter,
): { readonly kind: 'id'; readonly id: string } | { readonly kind: 'key'; readonly key: string } | null {
  if (filter.kind === 'and') return indexFor(type, filter.left) ?? indexFor(type, filter.right)
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.path.schema !== null) return null
  const { name, sub } = filter.path
  if (name.toLowerCase() === 'id' && typeof filter.value === 'string') return { kind: 'id', id: filter.value }
  const index = indexed[type].find((each) => each.name.toLowerCase() === name.toLowerCase())
  if (index === undefined || (sub !== null && sub.toLowerCase() !== index.sub)) return null
  const key = keyOf(type, index.name, filter.value)
  return key === null ? null : { kind: 'key', key }
}

/**
 * What no two resources may have in common. Two groups of a directory may well have one name; only the same group twice is a
 * mistake, and to refuse the other would cost it its address.
 */
export function claimOf({ type, attributes }: Pick<Resource, 'type' | 'attributes'>): string {
  if (type === 'User') return `User ${folded(field(attributes, 'userName'))}`
  const externalId = field(attributes, 'externalId')
  return `Group ${folded(field(attributes, 'displayName'))}\n${typeof externalId === 'string' ? externalId : ''}`
}

const indexed: { readonly [T in ResourceType]: readonly { readonly name: string; readonly sub: string | null }[] } = {
  User: [
    { name: 'userName', sub: null },
    { name: 'externalId', sub: null },
    { name: 'emails', sub: 'value' },
  ],
  Group: [
    { name: 'displayName', sub: null },
    { name: 'externalId', sub: null },
  ],
}

function keyOf(type: ResourceType, name: string, value: Json): string | null {
  if (typeof value !== 'string' || value === '' || value.length > longestName) return null
  return `${type} ${name} ${value.toLowerCase()}`
}

function folded(value: Json | undefined): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}
