import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbHandOverMarks } from '../../lambda/adapters/dynamodb-hand-over-marks.ts'
import { createMemoryHandOverMarks } from '../../local/memory/hand-over-marks.ts'
import { handOverMarksContract } from '../contract/hand-over-marks.ts'
import { startLedgerWorld, troubles, type LedgerWorld } from './ledger-table.ts'

let world: LedgerWorld
beforeAll(async () => {
  world = await startLedgerWorld()
})
afterAll(() => world.close())

describe('hand-over marks in memory', () => {
  handOverMarksContract(() => Promise.resolve(createMemoryHandOverMarks()))
})

describe('hand-over marks in DynamoDB', () => {
  handOverMarksContract(async () => createDynamoDbHandOverMarks(world.client, await world.emptyTable(), 44))

  it('are one item a message, which goes away when nobody can queue the message any more', async () => {
    const table = await world.emptyTable()
    const marks = createDynamoDbHandOverMarks(world.client, table, 44)
    const now = Date.parse('2026-11-21T10:00:00.000Z')
    await marks.begin('id1', now, now + 1000, AbortSignal.timeout(5000))
    await marks.finish('id1', ['a@example.com'], now, AbortSignal.timeout(5000))
    expect(await world.itemsOf(table)).toEqual([
      {
        id: { S: 'handed#id1' },
        settled: { SS: ['a@example.com'] },
        expires_at: { N: String(now / 1000 + 44 * 86_400) },
      },
    ])
  })

  it.each(troubles)('say %s for what DynamoDB can do', async (cause, fault) => {
    const marks = createDynamoDbHandOverMarks(world.client, await world.emptyTable(), 44)
    const begun = () => marks.begin('id1', 1, 2, AbortSignal.timeout(5000))
    expect(await world.withFault(() => fault, begun)).toEqual({ answer: 'failed', cause })
  })
})
