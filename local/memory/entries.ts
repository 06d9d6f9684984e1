import { entryIndex } from '../../lambda/core/entries/entry-index.ts'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import type { Entries } from '../../lambda/ports/entries.ts'

/** Entries that end with the process. */
export function createMemoryEntries(entries: readonly Entry[] = []): Entries {
  const index = entryIndex(entries)
  return ({ parties, receivedAt }) =>
    Promise.resolve({ answer: 'heard', matching: index.matching(parties, receivedAt) })
}
