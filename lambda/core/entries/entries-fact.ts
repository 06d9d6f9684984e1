import type { NotAskedWhy, UnavailableCause } from '../answers.ts'
import type { Entry } from './entry.ts'

/** What the operator's entries say of a message: those that match it, or why nobody can say. */
export type EntriesFact =
  | { readonly answer: 'heard'; readonly matching: readonly Entry[] }
  | { readonly answer: 'unavailable'; readonly cause: EntriesSilence }
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }

/** `malformed`: the list is there, and is not what this version of the code reads. */
export type EntriesSilence = Exclude<UnavailableCause, 'unprocessed'> | 'malformed'

export const noEntries = (why: NotAskedWhy): EntriesFact => ({ answer: 'not-asked', why })
