import type { Entry } from '../core/entries/entry.ts'

/**
 * The operator's allow and block entries, as whoever changes them sees them.
 *
 * `change` reads all of them, hands them to `edit`, and writes what that returns (null: nothing is to be written) only if nobody else
 * wrote in between; otherwise it begins anew, so that `edit` may be called several times and must be pure. Both resolve for all that
 * the network and the store can do, and reject only for a bug.
 */
export type EntryList = {
  readonly read: (signal: AbortSignal) => Promise<EntriesRead>
  readonly change: (
    edit: (entries: readonly Entry[]) => readonly Entry[] | null,
    signal: AbortSignal,
  ) => Promise<EntriesChanged>
}

export type EntriesRead =
  | { readonly answer: 'entries'; readonly entries: readonly Entry[] }
  | { readonly answer: 'unavailable'; readonly cause: string }

export type EntriesChanged =
  | { readonly answer: 'changed' }
  | { readonly answer: 'unchanged' }
  | { readonly answer: 'failed'; readonly cause: string }
