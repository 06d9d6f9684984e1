import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { readFileSync } from 'node:fs'
import { createDynamoDbHandOverMarks } from '../adapters/dynamodb-hand-over-marks.ts'
import { createEmfHandOverMetrics } from '../adapters/emf-hand-over-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { createTarget } from '../adapters/hand-over-target.ts'
import { createS3MailStream } from '../adapters/s3-mail-stream.ts'
import { createS3RecordReader } from '../adapters/s3-record-reader.ts'
import { readMessage } from '../adapters/ses-event.ts'
import { readSqsEvent, type BatchAnswer, type QueuedJob } from '../adapters/sqs-event.ts'
import { createSqsPostponer, createSqsQueue } from '../adapters/sqs-queue.ts'
import { jobOf, type HandOverJob } from '../core/hand-over/job.ts'
import type { HandOverPlan } from '../core/hand-over/plan.ts'
import { handOver, markingMs, type HandOverPorts } from '../hand-over.ts'

/** The queue of messages that are to be handed over asks this function, and keeps those that it names in its answer. */
export const handler = async (event: unknown): Promise<BatchAnswer> => {
  const signal = AbortSignal.timeout(ownTimeMs)
  const queued = readSqsEvent(event, jobOfSesEvent)
  const settled = await Promise.all(queued.map((one) => settle(one, signal)))
  return { batchItemFailures: queued.filter((_, i) => !settled[i]).map(({ id }) => ({ itemIdentifier: id })) }
}

/** Below the function's timeout of 180 s, with the time for marks and a dead letter kept free. */
const ownTimeMs = 160_000

const names = [
  'MAIL_BUCKET',
  'MAIL_PREFIX',
  'RECORD_BUCKET',
  'LEDGER_TABLE',
  'HAND_OVER_QUEUE',
  'DEAD_LETTERS',
] as const
const environment = readEnvironment(process.env, names)
const plan = JSON.parse(readFileSync(new URL('deliver.json', import.meta.url), 'utf8')) as HandOverPlan

// A frozen function wakes up with dead sockets: a short time-out and a further try find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 5000, throwOnRequestTimeout: true }
const clientOptions = { maxAttempts: 3, requestHandler }
const s3 = new S3Client(clientOptions)
const print = (line: string): void => void process.stdout.write(line)
// The queue's own URL would be asked, whatever AWS_ENDPOINT_URL_SQS says.
const sqs = new SQSClient({ ...clientOptions, useQueueUrlAsEndpoint: false })
const postpone = createSqsPostponer(sqs, environment.HAND_OVER_QUEUE)
const ports: HandOverPorts = {
  readRecord: createS3RecordReader(s3, environment.RECORD_BUCKET),
  marks: createDynamoDbHandOverMarks(new DynamoDBClient(clientOptions), environment.LEDGER_TABLE, plan.rememberedDays),
  target: createTarget(plan.target, clientOptions, createS3MailStream(s3)),
  deadLetters: createSqsQueue(sqs, environment.DEAD_LETTERS),
  metrics: createEmfHandOverMetrics(print, Date.now),
  clock: Date.now,
}

/** Whether the message may leave the queue. */
async function settle(queued: QueuedJob, signal: AbortSignal): Promise<boolean> {
  const { job, body, receiptHandle } = queued
  if (job === null) {
    ports.metrics.unread()
    return (await ports.deadLetters({ unreadable: body }, signal)).answer === 'sent'
  }
  const policy = { postmaster: plan.postmaster, reservedMs: ownTimeMs + 3 * markingMs }
  const outcome = await handOver({ ...queued, job }, policy, ports, signal)
  if (outcome.answer === 'done') return true
  print(`${JSON.stringify({ level: 'warn', message_id: job.message_id, later: outcome.why })}\n`)
  ports.metrics.waiting((Date.now() - queued.queuedAt) / 1000)
  await postpone(receiptHandle, outcome.seconds, AbortSignal.timeout(markingMs))
  return false
}

function jobOfSesEvent(value: unknown): HandOverJob | null {
  const isSesEvent = typeof value === 'object' && value !== null && 'Records' in value
  if (!isSesEvent) return null
  const message = readMessage(value)
  return jobOf(message, `s3://${environment.MAIL_BUCKET}/${environment.MAIL_PREFIX}${message.id}`)
}
