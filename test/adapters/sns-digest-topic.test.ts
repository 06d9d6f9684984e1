import { SNSClient } from '@aws-sdk/client-sns'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createSnsDigestTopic } from '../../lambda/adapters/sns-digest-topic.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:mail-digest'
const message = { domain: 'example.com', subject: 'Quietgate 2026-11-21', text: 'Mail to example.com\n\u00e9' }

describe('the topic of digests', () => {
  it('is told the text, with the domain as an attribute that subscriptions can filter by', async () => {
    const { client, asked } = await topicThatAnswers(200, '<PublishResponse><PublishResult/></PublishResponse>')
    const publish = createSnsDigestTopic(client, topicArn)
    expect(await publish(message, AbortSignal.timeout(10_000))).toEqual({ answer: 'sent' })
    expect(Object.fromEntries(new URLSearchParams(asked[0]))).toMatchObject({
      Action: 'Publish',
      TopicArn: topicArn,
      Subject: message.subject,
      Message: message.text,
      'MessageAttributes.entry.1.Name': 'domain',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'example.com',
    })
  })

  it('says what kept it from being told', async () => {
    const gone =
      '<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>gone</Message></Error></ErrorResponse>'
    const { client } = await topicThatAnswers(404, gone)
    const publish = createSnsDigestTopic(client, topicArn)
    const answer = await publish(message, AbortSignal.timeout(10_000))
    expect(answer).toEqual({ answer: 'failed', cause: expect.stringMatching(/^refused \(NotFound/) as string })
    expect(await publish(message, AbortSignal.abort())).toMatchObject({
      answer: 'failed',
      cause: 'aborted (AbortError)',
    })
  })
})

async function topicThatAnswers(status: number, body: string) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      asked.push(Buffer.concat(chunks).toString())
      response.writeHead(status).end(body)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'A', secretAccessKey: 'B' }
  return { asked, client: new SNSClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 }) }
}
