import type { Message } from '../message.ts'

/**
 * One message that is to be handed over, as it lies in the queue. Its names are those of the wire (snake_case), because
 * people read dead letters.
 */
export type HandOverJob = {
  readonly schema_version: 1
  /** SES's id of the message. */
  readonly message_id: string
  /** When SES received it, ISO 8601 UTC with milliseconds. */
  readonly received_at: string
  /** Where the raw mail lies, as `s3://bucket/key`. */
  readonly kept_key: string
  /** The envelope recipients as the client wrote them. */
  readonly recipients: readonly string[]
  /** The envelope sender; absent for the null reverse-path, see `null_sender`. */
  readonly mail_from?: string
  readonly null_sender: boolean
  /** How often somebody has put refused recipients back into the queue: what was refused in an earlier round is tried anew. */
  readonly round: number
  /**
   * `orphan`: nobody knows the envelope, and it was guessed from the header. `release`: it was stopped, and somebody wants it handed to
   * these recipients after all.
   */
  readonly origin: 'receipt' | 'orphan' | 'release'
}

/** What a target did not take for good, as it lies in the queue of dead letters. The job holds the refused recipients alone. */
export type DeadLetter = {
  readonly schema_version: 1
  readonly job: HandOverJob
  readonly failed_at: string
  readonly refused: readonly Refused[]
}

export type Refused = { readonly recipient: string; readonly reply: string }

export function jobOf(message: Message, keptKey: string): HandOverJob {
  return {
    schema_version: 1,
    message_id: message.id,
    received_at: message.receivedAt,
    kept_key: keptKey,
    recipients: message.recipients,
    ...(message.reversePath === null ? {} : { mail_from: message.reversePath }),
    null_sender: message.reversePath === null,
    round: 0,
    origin: 'receipt',
  }
}

/** What could not be handed over, with a job that tries it once more should somebody put it back into the queue. */
export function deadLetterOf(job: HandOverJob, refused: readonly Refused[], failedAt: string): DeadLetter {
  const recipients = refused.map(({ recipient }) => recipient)
  return { schema_version: 1, job: { ...job, recipients, round: job.round + 1 }, failed_at: failedAt, refused }
}

/** Reads what lies in the queue: a job, or a dead letter that was put back. Null for anything else. */
export function readJob(value: unknown): HandOverJob | null {
  const job = fieldOf(value, 'job') ?? value
  return isJob(job) ? job : null
}

/** SES takes at most 50 recipients a message (quotas); somebody may hand over by hand. */
const mostRecipients = 1000

function isJob(value: unknown): value is HandOverJob {
  if (fieldOf(value, 'schema_version') !== 1) return false
  const recipients = fieldOf(value, 'recipients')
  const mailFrom = fieldOf(value, 'mail_from')
  const receivedAt = fieldOf(value, 'received_at')
  return (
    isText(fieldOf(value, 'message_id')) &&
    isText(receivedAt) &&
    !Number.isNaN(Date.parse(receivedAt)) &&
    /^s3:\/\/[^/]+\/./.test(String(fieldOf(value, 'kept_key'))) &&
    Array.isArray(recipients) &&
    recipients.length <= mostRecipients &&
    recipients.every(isText) &&
    (mailFrom === undefined || isText(mailFrom)) &&
    typeof fieldOf(value, 'null_sender') === 'boolean' &&
    Number.isInteger(fieldOf(value, 'round')) &&
    origins.has(fieldOf(value, 'origin'))
  )
}

const origins: ReadonlySet<unknown> = new Set<HandOverJob['origin']>(['receipt', 'orphan', 'release'])

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}
