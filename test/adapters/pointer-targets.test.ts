import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createEventBridgeTarget } from '../../lambda/adapters/eventbridge-target.ts'
import { createSnsTarget } from '../../lambda/adapters/sns-target.ts'
import { createSqsTarget } from '../../lambda/adapters/sqs-target.ts'
import { pointerOf } from '../../lambda/core/hand-over/pointer.ts'
import type { HandOverTarget } from '../../lambda/ports/hand-over-target.ts'
import { jobFor } from '../hand-over/builders.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** A service that answers as it is told, in turn; the last answer stays. */
async function serviceOf(...answers: readonly (readonly [number, string] | 'reset')[]) {
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const answer = answers[Math.min(asked.length, answers.length - 1)]!
      asked.push(Buffer.concat(chunks).toString())
      if (answer === 'reset') response.socket?.resetAndDestroy()
      else response.writeHead(answer[0]).end(answer[1])
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'A', secretAccessKey: 'B' }
  return {
    asked,
    options: { endpoint, region: 'eu-west-1', credentials, maxAttempts: 1, useQueueUrlAsEndpoint: false },
  }
}

const job = jobFor('alice@example.com')
const survivors = [{ recipient: 'alice@example.com', to: 'alice@example.com' }]
const pointer = pointerOf(job, null, survivors)
const tell = (target: HandOverTarget, signal = AbortSignal.timeout(10_000)) =>
  target({ job, record: null, survivors }, signal)
const taken = [{ recipient: 'alice@example.com', outcome: 'taken', reply: '' }]

describe('a target that is told of a message', () => {
  it('is a topic', async () => {
    const { asked, options } = await serviceOf([200, '<PublishResponse><PublishResult/></PublishResponse>'])
    const arn = 'arn:aws:sns:eu-west-1:123456789012:mail'
    expect(await tell(createSnsTarget(new SNSClient(options), arn))).toEqual(taken)
    const { TopicArn, Message } = Object.fromEntries(new URLSearchParams(asked[0]))
    expect([TopicArn, JSON.parse(Message ?? '')]).toEqual([arn, pointer])
  })

  it('is a queue', async () => {
    const { asked, options } = await serviceOf([200, '{}'])
    const target = createSqsTarget(new SQSClient({ ...options, md5: false }), 'arn:aws:sqs:eu-west-1:123456789012:mail')
    expect(await tell(target)).toEqual(taken)
    expect(JSON.parse(asked[0]!)).toEqual({
      QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/mail',
      MessageBody: JSON.stringify(pointer),
    })
  })

  it('is a bus, whose answer may be yes and mean no', async () => {
    const arn = 'arn:aws:events:eu-west-1:123456789012:event-bus/mail'
    const { asked, options } = await serviceOf(
      [200, '{"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"not now"}],"FailedEntryCount":1}'],
      [200, '{"Entries":[{"EventId":"1"}],"FailedEntryCount":0}'],
    )
    const target = createEventBridgeTarget(new EventBridgeClient(options), arn)
    expect(await tell(target)).toEqual([
      { recipient: 'alice@example.com', outcome: 'later', reply: 'unreachable: Error: not now' },
    ])
    expect(await tell(target)).toEqual(taken)
    expect(JSON.parse(asked[1]!)).toMatchObject({
      Entries: [
        {
          EventBusName: arn,
          Source: 'quietgate',
          DetailType: 'Mail Delivered',
          Resources: ['arn:aws:s3:::mail/mail/id1'],
          Detail: JSON.stringify(pointer),
        },
      ],
    })
  })

  it.each([
    ['refused', [403, '{"__type":"AccessDeniedException","message":"no"}']],
    ['unreachable', [500, '{}']],
    ['unreachable', 'reset'],
  ] as const)(
    'has the message wait when the answer is %s: a permission is no word on a message',
    async (cause, answer) => {
      const { options } = await serviceOf(answer)
      const [heard] = await tell(createSqsTarget(new SQSClient(options), 'arn:aws:sqs:eu-west-1:123456789012:mail'))
      expect({ outcome: heard?.outcome, cause: heard?.reply.split(':')[0] }).toEqual({ outcome: 'later', cause })
    },
  )

  it('is not waited for once the signal aborts', async () => {
    const { options } = await serviceOf([200, '{}'])
    const target = createSqsTarget(new SQSClient(options), 'arn:aws:sqs:eu-west-1:123456789012:mail')
    expect(await tell(target, AbortSignal.abort())).toMatchObject([{ outcome: 'later' }])
  })
})
