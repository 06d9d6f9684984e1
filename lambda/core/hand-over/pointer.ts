import type { ReasonCode } from '../reasons.ts'
import type { DecisionRecord } from '../record.ts'
import type { HandOverJob } from './job.ts'
import type { Survivor } from './survivors.ts'

/** What a topic, a queue or a bus is told of a message: where it lies, for whom it is, and why it was delivered. */
export type MailPointer = {
  readonly schema_version: 1
  readonly message_id: string
  readonly received_at: string
  /** The raw mail, as `s3://bucket/key`. */
  readonly kept_key: string
  /** Those for whom it is. The record names the others, too. */
  readonly recipients: readonly { readonly address: string; readonly to: string }[]
  readonly mail_from?: string
  readonly null_sender: boolean
  readonly action: DecisionRecord['action']
  readonly would_be_action: DecisionRecord['action']
  readonly reasons: readonly ReasonCode[]
  /** Whether there is a decision at all. */
  readonly recorded: boolean
  readonly origin: HandOverJob['origin']
}

export function pointerOf(
  job: HandOverJob,
  record: DecisionRecord | null,
  survivors: readonly Survivor[],
): MailPointer {
  return {
    schema_version: 1,
    message_id: job.message_id,
    received_at: job.received_at,
    kept_key: job.kept_key,
    recipients: survivors.map(({ recipient, to }) => ({ address: recipient, to })),
    ...(job.mail_from === undefined ? {} : { mail_from: job.mail_from }),
    null_sender: job.null_sender,
    action: record?.action ?? 'deliver',
    would_be_action: record?.would_be_action ?? 'deliver',
    reasons: [...new Set((record?.reasons ?? []).map(({ code }) => code))],
    recorded: record !== null,
    origin: job.origin,
  }
}
