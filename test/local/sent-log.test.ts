import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbSentLog } from '../../lambda/adapters/dynamodb-sent-log.ts'
import { sampleConfig } from '../../local/samples.ts'
import { startedStack, type StartedStack } from './started-stack.ts'

describe('the function of the sent log on one machine', () => {
  let world: StartedStack
  beforeAll(async () => {
    world = await startedStack({ config: { ...sampleConfig, bounces: { sentLog: 'ses-events' } } })
  })
  afterAll(() => world.close())

  it('writes what SES sent, with the rights of its own role, where the filter looks for it', async () => {
    const { outputs, clients, invoke } = world.stack
    const answer = await invoke(outputs['SentLogFunction'] ?? '', sent)
    expect(answer).toMatchObject({ answer: 'returned' })
    const log = createDynamoDbSentLog(clients.dynamoDb, outputs['LedgerTable'] ?? '')
    const id = '0100-000000@email.amazonses.com'
    expect(await log.find(id, ['bob@example.org', 'carol@example.org'], AbortSignal.timeout(5000))).toEqual({
      answer: 'entries',
      entries: [
        {
          messageId: id,
          reversePath: 'alice@example.com',
          destinations: ['bob@example.org'],
          sentAt: '2026-11-21T10:00:00.000Z',
        },
      ],
    })
    const metrics = world.log.map((line) => JSON.parse(line) as object)
    expect(metrics).toContainEqual(expect.objectContaining({ SentLogEntries: 1, SentLogFailures: 0 }))
  })

  it('fails, so that Lambda tries again, while the table does not take it', async () => {
    const { outputs, dynamoDb, invoke } = world.stack
    dynamoDb.setFault(() => ({ kind: 'refuse', status: 400, code: 'AccessDeniedException' }))
    const answer = await invoke(outputs['SentLogFunction'] ?? '', sent)
    expect(answer).toMatchObject({
      answer: 'failed',
      error: { message: '1 of 1 entries could not be written: refused' },
    })
  })
})

const sent = {
  'detail-type': 'Email Sent',
  source: 'aws.ses',
  region: 'us-east-1',
  detail: {
    eventType: 'Send',
    mail: {
      timestamp: '2026-11-21T10:00:00.000Z',
      source: 'alice@example.com',
      messageId: '0100-000000',
      destination: ['bob@example.org'],
    },
  },
}
