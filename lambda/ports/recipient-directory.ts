import type { DomainAnswer, EntryAnswer } from '../core/facts.ts'

/**
 * Looks up who exists: all keys and domains of one message in one call.
 *
 * Asked once a message, with distinct keys of any number. It resolves with an answer for every key and every domain it was
 * given, whatever the network does: what stays unanswered is `unavailable` for that key alone. A domain whose list was
 * never finished, or is empty, is `incomplete`. It never says `absent` unless it was told so, gives up when `signal` aborts,
 * and rejects only for a bug. `test/contract/recipient-directory.ts` states this as tests.
 */
export type RecipientDirectory = (questions: DirectoryQuestions, signal: AbortSignal) => Promise<DirectoryAnswers>

export type DirectoryQuestions = { readonly keys: readonly string[]; readonly domains: readonly string[] }

export type DirectoryAnswers = {
  readonly entries: ReadonlyMap<string, EntryAnswer>
  readonly domains: ReadonlyMap<string, DomainAnswer>
}
