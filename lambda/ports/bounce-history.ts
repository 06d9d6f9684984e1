import type { UnavailableCause } from '../core/facts.ts'

/**
 * What earlier bounces leave behind: how often a proof was used, and how many bounces that prove nothing came for a recipient.
 *
 * Everything is counted by the id of the message, so that an event which SES delivers again counts once, and by the time at
 * which SES received the message, never by a clock. It resolves for everything that the network can do; a caller then judges
 * without it. `test/contract/bounce-history.ts` states this as tests.
 */
export type BounceHistory = {
  /**
   * Takes one of `limit` places for a message. `granted`: it has one, now or from an earlier call. `exhausted`: others had
   * them all. Which proof is meant is said by any text of up to 1,000 characters; it is kept until `days` days after
   * `receivedAt` (ISO 8601 UTC).
   */
  readonly claim: (claim: Claim, signal: AbortSignal) => Promise<ClaimAnswer>
  /**
   * Counts a bounce for a recipient (any text of up to 400 characters), and says how things stand with it included. Each one
   * costs the same, however many come: of a minute with more than `limit` + 1 only so many are remembered, and all that come
   * in it later are one too many.
   */
  readonly count: (bounce: CountedBounce, signal: AbortSignal) => Promise<CountAnswer>
}

export type Claim = {
  readonly proof: string
  readonly messageId: string
  readonly receivedAt: string
  /** At least 1. */
  readonly limit: number
  readonly days: number
}

export type ClaimAnswer =
  { readonly answer: 'granted' | 'exhausted' } | { readonly answer: 'unavailable'; readonly cause: LedgerFailure }

export type CountedBounce = {
  readonly recipient: string
  readonly messageId: string
  readonly receivedAt: string
  /** More than so many within the window are a burst. */
  readonly limit: number
  readonly windowMinutes: number
  /** A burst ends when no bounce has been counted for so long; at least `windowMinutes`. */
  readonly quietMinutes: number
}

export type CountAnswer =
  | {
      readonly answer: 'counted'
      /** Bounces within the window before `receivedAt`, this one included; nobody counts further than `limit` + 1. */
      readonly inWindow: number
      /**
       * This bounce belongs to a burst: it is one too many, or came before an earlier burst was over. One that came more than
       * the window before the burst, and is only judged later, does not belong to it.
       */
      readonly burst: boolean
    }
  | { readonly answer: 'unavailable'; readonly cause: LedgerFailure }

/** What kept the table from answering. */
export type LedgerFailure = UnavailableCause
