import type { Measurement } from '../core/effects.ts'

/**
 * Counts. Called after the record is settled, once a message; it returns at once, never fails, and never takes a value
 * that a sender chose.
 */
export type Metrics = {
  readonly decided: (decided: Decided) => void
  /** Something of our own went wrong. Alarms stand on these. */
  readonly failed: (what: Failure) => void
}

/** What was decided, and what is known of it only after it was done. What is absent is not counted. */
export type Decided = Measurement & {
  /** Those of `domainGroupsOf` in core/metric-names.ts. */
  readonly domainGroups?: readonly string[]
  /** Whether its record stands. */
  readonly recorded?: boolean
  /** How long that took. */
  readonly recordMilliseconds?: number
}

export type Failure =
  /** A record could not be written. A stop was turned into a delivery because of it. */
  | 'record-failed'
  /** A quarantined message is not in the list of quarantined messages; its record is. */
  | 'pointer-failed'
  /** A bug: a message was delivered without a judgement. */
  | 'filter-failed'
  /** The same event came again; the first decision stands. */
  | 'event-repeated'
  /** The raw mail of what looks like a bounce could not be read. It was delivered. */
  | 'mail-unread'
  /** A key, the sent log or a secret gave no answer, so that a bounce could not be judged. It was delivered. */
  | 'proof-silent'
  /** How often a proof was used, or how many bounces came, could not be counted. The proof stands. */
  | 'bounce-memory-failed'
  /** The allow and block entries could not be read. What is known of them is used for a while; then mail counts as allowed. */
  | 'entries-unread'
  /** The day of the last mail to a recipient could not be noted. */
  | 'seen-unmarked'
  /** What the scheduled probe found could not be read. Nothing hangs on it but the time that dead zones take. */
  | 'zone-states-unread'
