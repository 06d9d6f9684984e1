import { readJob, type HandOverJob } from '../core/hand-over/job.ts'

/** One message of a queue, as Lambda hands it to a function (Lambda Developer Guide, "Using Lambda with Amazon SQS"). */
export type QueuedJob = {
  readonly id: string
  readonly receiptHandle: string
  /** Null: the body cannot be read. */
  readonly job: HandOverJob | null
  /** At least 1. */
  readonly tries: number
  /** Milliseconds since 1970. */
  readonly queuedAt: number
  readonly body: string
}

/** What tells Lambda which messages stay in the queue; the others are deleted. */
export type BatchAnswer = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] }

/**
 * The messages of an event of SQS.
 *
 * @param jobOf makes a job of what is none itself: an event of SES that lay among the dead letters and was put back
 */
export function readSqsEvent(event: unknown, jobOf: (value: unknown) => HandOverJob | null): readonly QueuedJob[] {
  const records = fieldOf(event, 'Records')
  if (!Array.isArray(records)) throw new Error('The event is none of SQS: it has no Records.')
  return records.map((record: unknown): QueuedJob => {
    const attributes = fieldOf(record, 'attributes')
    const body = textOf(fieldOf(record, 'body'))
    const value = parsed(body)
    return {
      id: textOf(fieldOf(record, 'messageId')),
      receiptHandle: textOf(fieldOf(record, 'receiptHandle')),
      job: readJob(value) ?? jobOf(value),
      tries: Math.max(Number(fieldOf(attributes, 'ApproximateReceiveCount')) || 1, 1),
      queuedAt: Number(fieldOf(attributes, 'SentTimestamp')) || Date.now(),
      body,
    }
  })
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}
