import type { SentEntry } from '../core/sent-log.ts'
import type { LedgerFailure } from './bounce-history.ts'

/**
 * What we really sent, kept as long as a bounce may take. `test/contract/sent-log.ts` states this as tests.
 *
 * `find` is asked about one Message-ID (as `sentLogKey` writes it) and the recipients of whom a report says that they failed
 * (as `foldedAddress` writes them; at most 50 are looked for). It answers the entries that name one of them, none if there are
 * none. It resolves for everything that the network can do, and gives up when `signal` aborts.
 */
export type SentLog = {
  readonly find: (messageId: string, failedRecipients: readonly string[], signal: AbortSignal) => Promise<SentAnswer>
}

export type SentAnswer =
  | { readonly answer: 'entries'; readonly entries: readonly SentEntry[] }
  | { readonly answer: 'unavailable'; readonly cause: LedgerFailure }

/** `find` looks for so many recipients at most. */
export const mostRecipients = 50

/** An entry is kept for so long after it was sent, in milliseconds: longer than it can prove anything. */
export const sentLogKeptMs = 30 * 24 * 60 * 60 * 1000

/**
 * Writes the sent log. Entries may come several times, in any order, and in pieces: what was written before is written
 * again as it is. It resolves for everything that the network can do.
 */
export type SentLogWriter = {
  readonly add: (entries: readonly SentEntry[], signal: AbortSignal) => Promise<SentLogAddition>
}

/**
 * How many entries could not be written whole, and the first cause: 0 and null are all well. An entry without a usable
 * Message-ID or recipient is none, and is passed over.
 */
export type SentLogAddition = { readonly failed: number; readonly cause: LedgerFailure | null }
