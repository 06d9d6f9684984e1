import type { Entry } from './entry.ts'
import { MAX_ENTRIES, writeEntries } from './file.ts'
import { MAX_ENTRIES_OCTETS } from './place.ts'

export type Added =
  /** `replaced`: what stood there of the same list and value. */
  | { readonly answer: 'added'; readonly entries: readonly Entry[]; readonly replaced: Entry | null }
  /** What stands there ends later, and so it stays. */
  | { readonly answer: 'kept'; readonly stands: Entry }
  | { readonly answer: 'full'; readonly sentence: string }

/** For so many days after its end an entry is still shown. */
export const SHOWN_DAYS = 30

/**
 * Puts an entry in the place of the one with the same list and value. `lengthen`: only if that does not end later, for whoever does
 * not know what stands there, such as a release. What ended long ago is dropped; now is when the entry was added.
 */
export function addEntry(entries: readonly Entry[], entry: Entry, how: 'replace' | 'lengthen' = 'replace'): Added {
  const replaced = entries.find((other) => isSame(other, entry)) ?? null
  if (how === 'lengthen' && replaced !== null && replaced.expires_at > entry.expires_at) {
    return { answer: 'kept', stands: replaced }
  }
  const others = entries.filter((other) => !isSame(other, entry))
  const shown = [...withoutLongEnded(others, entry.added_at), entry]
  // Room matters more than what is only shown.
  const kept = fits(shown) ? shown : [...others.filter((other) => other.expires_at > entry.added_at), entry]
  if (fits(kept)) return { answer: 'added', entries: kept, replaced }
  const sentence = `There is room for ${MAX_ENTRIES} entries and ${MAX_ENTRIES_OCTETS / 1024 / 1024} MB, and ${others.length} stand: remove some, or put domains and networks in the place of addresses.`
  return { answer: 'full', sentence }
}

/** Takes out what has the list and the value; null: there is none. `now` is ISO 8601 UTC with milliseconds. */
export function removeEntry(
  entries: readonly Entry[],
  entry: Pick<Entry, 'list' | 'kind' | 'value'>,
  now: string,
): { readonly entries: readonly Entry[]; readonly removed: Entry } | null {
  const removed = entries.find((other) => isSame(other, entry))
  if (removed === undefined) return null
  const others = entries.filter((other) => !isSame(other, entry))
  return { entries: withoutLongEnded(others, now), removed }
}

function isSame(one: Pick<Entry, 'list' | 'kind' | 'value'>, other: Pick<Entry, 'list' | 'kind' | 'value'>): boolean {
  return one.list === other.list && one.kind === other.kind && one.value === other.value
}

function withoutLongEnded(entries: readonly Entry[], now: string): readonly Entry[] {
  const since = new Date(Date.parse(now) - SHOWN_DAYS * 86_400_000).toISOString()
  return entries.filter(({ expires_at }) => expires_at > since)
}

function fits(entries: readonly Entry[]): boolean {
  return entries.length <= MAX_ENTRIES && new TextEncoder().encode(writeEntries(entries)).length <= MAX_ENTRIES_OCTETS
}
