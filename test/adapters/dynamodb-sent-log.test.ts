import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbSentLog, createDynamoDbSentLogWriter } from '../../lambda/adapters/dynamodb-sent-log.ts'
import { readSentItem, sentItemId } from '../../lambda/adapters/sent-items.ts'
import { createMemorySentLog } from '../../local/memory/sent-log.ts'
import { describeSentLog, sentEntry } from '../contract/sent-log.ts'
import { startDynamoDb, type DynamoDbWorld } from '../dynamodb-world.ts'

let world: DynamoDbWorld

beforeAll(async () => {
  world = await startDynamoDb({ requestTimeout: 500 })
})
afterEach(() => world.setFault(null))
afterAll(() => world.close())

const soon = (): AbortSignal => AbortSignal.timeout(10_000)

describeSentLog('DynamoDB', async () => logIn(await world.emptyTable('id')))
describeSentLog('memory', () => Promise.resolve(createMemorySentLog()))

describe('the sent log in DynamoDB', () => {
  it('holds one item a message and recipient, which ends 30 days after it was sent', async () => {
    const table = await world.emptyTable('id')
    const destinations = ['Bob@example.org', 'carol@example.net']
    await logIn(table).add([sentEntry('A@Example.com', { destinations })], soon())
    const id = 'sent#A@example.com bob@example.org'
    const { Item } = await world.client.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }))
    expect(Item).toEqual({
      id: { S: id },
      message_id: { S: 'A@Example.com' },
      destination: { S: 'Bob@example.org' },
      reverse_path: { S: 'alice@example.com' },
      sent_at: { S: '2026-11-21T10:00:00.000Z' },
      expires_at: { N: String(Date.parse('2026-12-21T10:00:00.000Z') / 1000) },
    })
  })

  it.each([
    ['timeout', { kind: 'hang' }],
    ['unreachable', { kind: 'reset' }],
    ['refused', { kind: 'refuse', status: 400, code: 'AccessDeniedException' }],
  ] as const)('says why nothing is known and nothing was written: %s', async (cause, fault) => {
    const log = logIn(await world.emptyTable('id'))
    world.setFault(() => fault)
    expect(await log.find('a@example.com', ['bob@example.org'], soon())).toEqual({ answer: 'unavailable', cause })
    expect(await log.add([sentEntry('a@example.com'), sentEntry('b@example.com')], soon())).toEqual({
      failed: 2,
      cause,
    })
  })

  it('is asked for no more when the first request was refused', async () => {
    const log = logIn(await world.emptyTable('id'))
    let asked = 0
    world.setFault(() => {
      asked += 1
      return { kind: 'refuse', status: 400, code: 'AccessDeniedException' }
    })
    const entries = Array.from({ length: 500 }, (_, i) => sentEntry(`m${i}@example.com`))
    expect(await log.add(entries, soon())).toEqual({ failed: 500, cause: 'refused' })
    expect(asked).toBeLessThanOrEqual(4)
  })

  it('is written again where DynamoDB left items unprocessed', async () => {
    const log = logIn(await world.emptyTable('id'))
    const destinations = ['a@example.org', 'b@example.org', 'c@example.org']
    const entry = sentEntry('m@example.com', { destinations })
    world.setFault(({ action }) => (action === 'dynamodb:BatchWriteItem' ? { kind: 'unprocessed', keep: 1 } : null))
    expect(await log.add([entry], soon())).toEqual({ failed: 0, cause: null })
    const found = await log.find('m@example.com', destinations, soon())
    expect(found.answer === 'entries' && found.entries.flatMap((one) => one.destinations).sort()).toEqual(destinations)
  })

  it.each([
    ['unprocessed', { kind: 'unprocessed', keep: 0 }],
    ['throttled', { kind: 'refuse', status: 400, code: 'ProvisionedThroughputExceededException' }],
  ] as const)('is tried again while its items are %s, and that is said when the time is over', async (cause, fault) => {
    const log = logIn(await world.emptyTable('id'))
    let asked = 0
    world.setFault(() => {
      asked += 1
      return fault
    })
    expect(await log.add([sentEntry('a@example.com')], AbortSignal.timeout(400))).toEqual({ failed: 1, cause })
    expect(asked).toBeGreaterThan(1)
    asked = 0
    world.setFault(() => (asked++ === 0 ? fault : null))
    expect(await log.add([sentEntry('a@example.com')], soon())).toEqual({ failed: 0, cause: null })
  })

  it('gives no answer while a part of it is unread, which might be the proof', async () => {
    const log = logIn(await world.emptyTable('id'))
    const destinations = ['a@example.org', 'b@example.org']
    await log.add([sentEntry('m@example.com', { destinations })], soon())
    let calls = 0
    world.setFault(() => ({ kind: 'unprocessed', keep: calls++ === 0 ? 1 : 0 }))
    expect(await log.find('m@example.com', destinations, soon())).toEqual({
      answer: 'unavailable',
      cause: 'unprocessed',
    })
  })

  it('has keys of at most 2,048 octets, and another one for each message and recipient', () => {
    const messageId = `${'ä'.repeat(986)}@example.com`
    const keys = ['a', 'ä', 'ö'].map((last) => sentItemId(messageId, `${'ö'.repeat(300)}${last}@example.org`))
    expect(new Set([...keys, sentItemId(messageId, 'a@example.org')]).size).toBe(4)
    for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(2048)
  })

  it('takes nothing for an entry that lacks what is read of one', () => {
    const whole = { message_id: { S: 'a@b' }, destination: { S: 'c@d' }, sent_at: { S: '2026-11-21T10:00:00.000Z' } }
    expect(readSentItem(whole)).not.toBeNull()
    for (const name of ['message_id', 'destination', 'sent_at']) {
      expect(readSentItem({ ...whole, [name]: { N: '1' } })).toBeNull()
    }
    expect(readSentItem({ ...whole, sent_at: { S: 'soon' } })).toBeNull()
  })
})

function logIn(table: string) {
  return { ...createDynamoDbSentLog(world.client, table), ...createDynamoDbSentLogWriter(world.client, table) }
}
