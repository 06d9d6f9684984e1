import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../local/aws/endpoint.ts'
import { createSqs } from '../../../local/aws/sqs.ts'
import { createMemoryQueue, type MemoryQueue } from '../../../local/aws/sqs/queue.ts'
import type { Principal } from '../../../local/aws/principal.ts'

const region = 'eu-west-1'
const accountId = '123456789012'
const QueueUrl = `https://sqs.${region}.amazonaws.com/${accountId}/jobs`
/** A second lasts ten milliseconds. */
const secondMs = 10
const dead = createMemoryQueue({ visibilitySeconds: 1, redrive: null, secondMs })
const jobs = createMemoryQueue({ visibilitySeconds: 30, redrive: { to: dead, maxReceiveCount: 2 }, secondMs })
const queues = new Map([
  ['jobs', jobs],
  ['dead', dead],
])
let endpoint: Endpoint
beforeAll(async () => {
  endpoint = createSqs({ region, accountId, principalOf: (key) => principals.get(key) ?? null, queues })
  await endpoint.listen()
})
afterAll(async () => {
  for (const queue of queues.values()) queue.close()
  await endpoint.close()
})

const principals = new Map<string, Principal>([
  ['OPERATOR', { kind: 'operator' }],
  [
    'SENDER',
    {
      kind: 'role',
      name: 'sender',
      statements: [
        {
          effect: 'Allow',
          actions: ['sqs:SendMessage'],
          notActions: [],
          resources: [`arn:aws:sqs:${region}:${accountId}:jobs`],
          notResources: [],
          conditions: null,
        },
      ],
    },
  ],
])

describe('the local SQS, asked by the SDK', () => {
  it('hands a message out once, and again when its time is over', async () => {
    const client = clientOf('OPERATOR')
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'ü first' }))
    const { Messages: [message] = [] } = await client.send(receive)
    expect(message?.Body).toBe('ü first')
    expect(message?.Attributes?.['ApproximateReceiveCount']).toBe('1')
    expect((await client.send(receive)).Messages ?? []).toEqual([])
    const { ReceiptHandle } = message!
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
    const { Messages: [again] = [] } = await client.send(receive)
    expect(again?.Attributes?.['ApproximateReceiveCount']).toBe('2')
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle }))
    expect(jobs.bodies()).toEqual([])
    client.destroy()
  })

  it('puts a message aside that was received too often', () => {
    jobs.send('poison')
    for (let time = 0; time < 3; time++) {
      for (const { receiptHandle } of jobs.receive(10)) jobs.changeVisibility(receiptHandle, 0)
    }
    expect([jobs.bodies(), dead.bodies()]).toEqual([[], ['poison']])
  })

  it('lets nobody do what the role does not allow', async () => {
    const client = clientOf('SENDER')
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'allowed' }))
    await expect(client.send(receive)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    const other = new SendMessageCommand({ QueueUrl: QueueUrl.replace('jobs', 'dead'), MessageBody: 'x' })
    await expect(client.send(other)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await expect(clientOf('STRANGER').send(receive)).rejects.toMatchObject({ name: 'InvalidClientTokenId' })
    client.destroy()
    expect(takeAll(jobs)).toEqual(['allowed'])
  })

  it('says so of a queue that is not there', async () => {
    const client = clientOf('OPERATOR')
    const absent = new SendMessageCommand({ QueueUrl: QueueUrl.replace('jobs', 'nosuch'), MessageBody: 'x' })
    await expect(client.send(absent)).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
    client.destroy()
  })
})

const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] })

function clientOf(accessKeyId: string): SQSClient {
  const credentials = { accessKeyId, secretAccessKey: 'local' }
  return new SQSClient({ endpoint: endpoint.url, region, credentials, maxAttempts: 1, useQueueUrlAsEndpoint: false })
}

function takeAll(queue: MemoryQueue): readonly string[] {
  const taken = queue.receive(10)
  for (const { receiptHandle } of taken) queue.remove(receiptHandle)
  return taken.map(({ body }) => body)
}
