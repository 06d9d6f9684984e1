import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbKnownKeys, readRecords } from '../../lambda/adapters/dynamodb-known-keys.ts'
import { describeKnownKeys } from '../contract/known-keys.ts'
import { startLedgerWorld, troubles, type LedgerWorld } from './ledger-table.ts'

let world: LedgerWorld

beforeAll(async () => {
  world = await startLedgerWorld()
})
afterAll(() => world.close())

const soon = (): AbortSignal => AbortSignal.timeout(10_000)
const name = '2026._domainkey.example.com'
const records = [['v=DKIM1; p=MIGf']]
const start = Date.parse('2026-11-21T10:00:00.000Z')
const day = 86_400_000

describeKnownKeys('DynamoDB', async () => createDynamoDbKnownKeys(world.client, await world.emptyTable()))

describe('known keys in DynamoDB', () => {
  it.each(troubles)('are unavailable, which is not the same as none, and say %s', async (cause, fault) => {
    const known = createDynamoDbKnownKeys(world.client, await world.emptyTable())
    const answers = await world.withFault(
      () => fault,
      async () => [
        await known.recall([name], soon()),
        await known.remember(name, records, soon()),
        await known.replace(name, records, soon()),
      ],
    )
    expect(answers).toEqual([{ answer: 'unavailable', cause }, 'failed', 'failed'])
  })

  it('are all unavailable when one of them stays unprocessed', async () => {
    const known = createDynamoDbKnownKeys(world.client, await world.emptyTable())
    await known.remember(name, records, soon())
    const answer = await world.withFault(
      ({ action }) => (action === 'dynamodb:BatchGetItem' ? { kind: 'unprocessed', keep: 0 } : null),
      () => known.recall([name], soon()),
    )
    expect(answer).toEqual({ answer: 'unavailable', cause: 'unprocessed' })
  })

  it('are forgotten 400 days after they proved something last', async () => {
    let now = start
    const table = await world.emptyTable()
    const known = createDynamoDbKnownKeys(world.client, table, () => now)
    await known.remember(name, records, soon())
    now += 100 * day
    await known.remember(name, records, soon())
    expect((await world.itemsOf(table)).map((item) => item['expires_at'])).toEqual([
      { N: String((start + 500 * day) / 1000) },
    ])
    now += 400 * day - 1000
    expect(await known.recall([name], soon())).toEqual({ answer: 'known', keys: new Map([[name, records]]) })
    now += 1000
    expect(await known.recall([name], soon())).toEqual({ answer: 'known', keys: new Map() })
  })

  it('leave out what a newer version wrote', async () => {
    const table = await world.emptyTable()
    const known = createDynamoDbKnownKeys(world.client, table, () => start)
    await known.remember(name, records, soon())
    const id = { S: 'key#new._domainkey.example.com' }
    const item = { id, records: { S: '{"v":2}' }, expires_at: { N: '9999999999' } }
    await world.client.send(new PutItemCommand({ TableName: table, Item: item }))
    const recalled = await known.recall([name, 'new._domainkey.example.com'], soon())
    expect(recalled).toEqual({ answer: 'known', keys: new Map([[name, records]]) })
  })

  it('never throw for what they find, and give lists of texts or nothing', () => {
    const text = fc.oneof(fc.json(), fc.string(), fc.array(fc.array(fc.oneof(fc.string(), fc.nat()))).map(stringify))
    fc.assert(
      fc.property(text, (stored) => {
        const read = readRecords({ records: { S: stored }, expires_at: { N: '9999999999' } }, start)
        expect(read === null || read.flat().every((one) => typeof one === 'string')).toBe(true)
        if (read !== null) expect(JSON.parse(stored)).toEqual(read)
      }),
    )
    expect([readRecords(undefined, start), readRecords({}, start)]).toEqual([null, null])
  })
})

function stringify(value: unknown): string {
  return JSON.stringify(value)
}
