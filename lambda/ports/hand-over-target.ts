import type { HandOverJob } from '../core/hand-over/job.ts'
import type { Survivor } from '../core/hand-over/survivors.ts'
import type { DecisionRecord } from '../core/record.ts'

/**
 * Takes a message for some of its recipients: a server, a topic, a queue or a bus.
 *
 * It resolves with one outcome for each survivor, in their order, for everything that the network and the target can do.
 * `taken` is said only when the target has answered for the message, `refused` only when trying again cannot help. It never
 * tells the sender anything. It rejects for a bug, and gives up when `signal` aborts.
 */
export type HandOverTarget = (mail: OutgoingMail, signal: AbortSignal) => Promise<readonly RecipientOutcome[]>

export type OutgoingMail = {
  readonly job: HandOverJob
  /** Null: no decision was recorded. */
  readonly record: DecisionRecord | null
  /** At least one. */
  readonly survivors: readonly Survivor[]
}

export type RecipientOutcome = {
  /** As it stands in the envelope. */
  readonly recipient: string
  readonly outcome: 'taken' | 'refused' | 'later'
  /** What was answered, in the target's words; cut short. */
  readonly reply: string
}
