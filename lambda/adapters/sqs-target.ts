import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { HandOverTarget } from '../ports/hand-over-target.ts'
import { pointerTarget } from './pointer-target.ts'

/** Puts into an SQS queue of the operator's that there is mail. */
export function createSqsTarget(client: SQSClient, queueArn: string): HandOverTarget {
  const [, , , region = '', account = '', name = ''] = queueArn.split(':')
  const QueueUrl = `https://sqs.${region}.amazonaws.com/${account}/${name}`
  return pointerTarget((pointer, signal) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(pointer) }), { abortSignal: signal }),
  )
}
