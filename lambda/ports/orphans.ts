import type { Orphan, StoredMail, SweepState } from '../core/hand-over/orphans.ts'

/**
 * What the sweep asks of the world. Each resolves with null or `failed` for what the network can do, and gives up when
 * `signal` aborts.
 */
export type SweepPorts = {
  readonly state: {
    /** `none`: no sweep has run yet. */
    readonly read: (signal: AbortSignal) => Promise<SweepState | 'none' | 'failed'>
    readonly write: (state: SweepState, signal: AbortSignal) => Promise<'written' | 'failed'>
  }
  /** One page of the raw mail, in the order of the keys; `next` is what to ask for the page after it, null at the end. */
  readonly listMail: (after: string | null, signal: AbortSignal) => Promise<MailPage | null>
  /** Whether a decision about the message was recorded on one of the days, YYYY-MM-DD. */
  readonly isRecorded: (messageId: string, days: readonly string[], signal: AbortSignal) => Promise<boolean | null>
  readonly orphans: {
    readonly list: (signal: AbortSignal) => Promise<readonly Orphan[] | null>
    readonly put: (orphan: Orphan, signal: AbortSignal) => Promise<'written' | 'failed'>
    /** It is no orphan any more. */
    readonly remove: (messageId: string, signal: AbortSignal) => Promise<'removed' | 'failed'>
  }
  /** How many orphans there are now, once a run. */
  readonly measure: (counts: { readonly orphans: number; readonly failed: boolean }) => void
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

export type MailPage = { readonly mail: readonly StoredMail[]; readonly next: string | null }
