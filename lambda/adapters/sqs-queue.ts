import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SendToQueue } from '../ports/hand-over-queue.ts'
import { awsFailure } from './aws-failure.ts'

/** Puts values into an SQS queue. */
export function createSqsQueue(client: SQSClient, queueUrl: string): SendToQueue {
  return async (value, signal) => {
    const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(value) })
    try {
      await client.send(command, { abortSignal: signal })
      return { answer: 'sent' }
    } catch (error) {
      return { answer: 'failed', cause: awsFailure(error, signal) }
    }
  }
}

/**
 * Lets a message that was received come again after so many seconds. Where that fails, it comes again when the queue's own
 * time is over.
 */
export function createSqsPostponer(
  client: SQSClient,
  queueUrl: string,
): (receiptHandle: string, seconds: number, signal: AbortSignal) => Promise<void> {
  return async (receiptHandle, seconds, signal) => {
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    })
    await client.send(command, { abortSignal: signal }).catch((error: unknown) => awsFailure(error, signal))
  }
}
