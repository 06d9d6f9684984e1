import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { DigestTopic } from '../ports/digest-topic.ts'
import { awsFailure } from './aws-failure.ts'

/** The operator's topic of SNS. A subscription that names a domain in its filter policy gets the digests of that domain alone. */
export function createSnsDigestTopic(client: SNSClient, topicArn: string): DigestTopic {
  return async ({ domain, subject, text }, signal) => {
    const publish = new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      Message: text,
      MessageAttributes: { domain: { DataType: 'String', StringValue: domain } },
    })
    try {
      await client.send(publish, { abortSignal: signal })
      return { answer: 'sent' }
    } catch (error) {
      const failure = awsFailure(error, signal)
      return { answer: 'failed', cause: error instanceof Error ? `${failure} (${error.name})` : failure }
    }
  }
}
