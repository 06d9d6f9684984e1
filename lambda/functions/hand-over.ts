import { SQSClient } from '@aws-sdk/client-sqs'
import { readEnvironment } from '../adapters/environment.ts'
import { readMessage } from '../adapters/ses-event.ts'
import { createSqsQueue } from '../adapters/sqs-queue.ts'
import { jobOf } from '../core/hand-over/job.ts'

/**
 * SES tells this function, after the filter has let a message go on, that there is something to hand over. Throws when the queue
 * did not take it: Lambda tries again, and in the end keeps the event in the queue of dead letters.
 */
export const handler = async (event: unknown): Promise<void> => {
  const message = readMessage(event)
  const job = jobOf(message, `s3://${environment.MAIL_BUCKET}/${environment.MAIL_PREFIX}${message.id}`)
  const sent = await send(job, AbortSignal.timeout(ownTimeMs))
  if (sent.answer === 'failed') throw new Error(`The queue did not take the message ${message.id}: ${sent.cause}`)
}

/** Below the function's timeout of 30 s. */
const ownTimeMs = 25_000

const environment = readEnvironment(process.env, ['MAIL_BUCKET', 'MAIL_PREFIX', 'HAND_OVER_QUEUE'])

// A frozen function wakes up with dead sockets: a short time-out and a further try find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 3000, throwOnRequestTimeout: true }
// The queue's own URL would be asked, whatever AWS_ENDPOINT_URL_SQS says.
const sqs = new SQSClient({ maxAttempts: 4, requestHandler, useQueueUrlAsEndpoint: false })
const send = createSqsQueue(sqs, environment.HAND_OVER_QUEUE)
