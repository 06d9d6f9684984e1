import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { HandOverTarget } from '../ports/hand-over-target.ts'
import { pointerTarget } from './pointer-target.ts'

/** Says on an SNS topic that there is mail. */
export function createSnsTarget(client: SNSClient, topicArn: string): HandOverTarget {
  return pointerTarget((pointer, signal) =>
    client.send(new PublishCommand({ TopicArn: topicArn, Message: JSON.stringify(pointer) }), { abortSignal: signal }),
  )
}
