import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { DirectoryEntry, DomainAnswer } from '../core/facts.ts'

/**
 * How the recipient directory lies in its table. One attribute is the key, so that a look-up needs no knowledge of the
 * domain's size and never meets a hot partition:
 *
 *     alice@example.com   an entry       kind, target?, removed_at?
 *     @example.com        the catch-all  kind
 *     example.com         the domain     state ("complete" once its list is), entries (how many there are)
 *
 * A domain's name holds no `@`, and an address always does, so that the two cannot meet.
 */
export type Item = Readonly<Record<string, AttributeValue>>

export const keyAttribute = 'address'

export function keyOf(key: string): Record<string, AttributeValue> {
  return { [keyAttribute]: { S: key } }
}

/** `null`: the item is not an entry that this version knows, which must not be taken for an absence. */
export function readEntry(item: Item): DirectoryEntry | null {
  const kind = item['kind']?.S
  if (kind !== 'mailbox' && kind !== 'alias' && kind !== 'group' && kind !== 'catch-all' && kind !== 'deny') return null
  return { kind, target: item['target']?.S ?? null, removedAt: item['removed_at']?.S ?? null }
}

export function writeEntry(key: string, { kind, target, removedAt }: DirectoryEntry): Item {
  return {
    ...keyOf(key),
    kind: { S: kind },
    ...(target === null ? {} : { target: { S: target } }),
    ...(removedAt === null ? {} : { removed_at: { S: removedAt } }),
  }
}

/** A domain without its item was never imported; one that lost its last entry proves nothing any more. */
export function readDomain(item: Item | undefined): DomainAnswer {
  const written = item?.['patterns']?.L?.flatMap(({ S }) => (S === undefined ? [] : [S])) ?? []
  const patterns = written.length > 0 ? { patterns: written } : {}
  if (item?.['state']?.S !== 'complete') return { answer: 'incomplete', why: 'never-imported', ...patterns }
  const isEmpty = Number(item['entries']?.N ?? '0') <= 0
  return isEmpty ? { answer: 'incomplete', why: 'empty', ...patterns } : { answer: 'complete', ...patterns }
}
