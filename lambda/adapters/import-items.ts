import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { listedKinds } from '../core/directory-import/entry.ts'
import type { PutEntry, StoredEntry } from '../ports/import-ports.ts'
import { keyOf, type Item } from './directory-items.ts'

/**
 * What imports add to the items of directory-items.ts:
 *
 *     alice@example.com   source (which import wrote it; none: a person)
 *     example.com         entries_of_SOURCE: the part of `entries` that this source has
 *     #import-lock        holder, by, since, until (ISO 8601); neither an address nor a domain begins with `#`
 */
export const lockKey = '#import-lock'

/** Written by dynamodb-scim-directory.ts. */
export const holdersAttribute = 'scim_holders'

export const counterOf = (source: string): string => `entries_of_${source}`

export function readStored(item: Item): StoredEntry {
  return {
    // One that this version does not know is there all the same.
    kind: listedKinds.find((name) => name === item['kind']?.S) ?? null,
    target: item['target']?.S ?? null,
    source: item['source']?.S ?? null,
    removedAt: item['removed_at']?.S ?? null,
    holders: item[holdersAttribute]?.SS ?? [],
  }
}

export function writeListed({ key, kind, target, holders }: PutEntry, source: string): Record<string, AttributeValue> {
  return {
    ...keyOf(key),
    kind: { S: kind },
    source: { S: source },
    ...(target === null ? {} : { target: { S: target } }),
    ...(holders.length === 0 ? {} : { [holdersAttribute]: { SS: [...holders] } }),
  }
}
