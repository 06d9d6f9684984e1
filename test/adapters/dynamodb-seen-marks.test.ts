import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbSeenMarks, readSeenDays } from '../../lambda/adapters/dynamodb-seen-marks.ts'
import { createMemorySeenMarks } from '../../local/memory/seen-marks.ts'
import { seenMarksContract } from '../contract/seen-marks.ts'
import { startLedgerWorld, troubles, type LedgerWorld } from './ledger-table.ts'

let world: LedgerWorld

beforeAll(async () => {
  world = await startLedgerWorld()
})
afterAll(() => world.close())

const soon = (): AbortSignal => AbortSignal.timeout(10_000)
const alice = 'alice@example.com'

describe('seen marks in memory', () => {
  seenMarksContract(() => {
    const marks = createMemorySeenMarks()
    return Promise.resolve({ marks, dayOf: (key: string) => Promise.resolve(marks.days.get(key)) })
  })
})

describe('seen marks in DynamoDB', () => {
  seenMarksContract(async () => {
    const table = await world.emptyTable()
    const dayOf = async (key: string) => (await readSeenDays(world.client, table, [key], soon()))?.get(key)
    return { marks: createDynamoDbSeenMarks(world.client, table), dayOf }
  })

  it('writes a key once a day, and again on the next', async () => {
    const marks = createDynamoDbSeenMarks(world.client, await world.emptyTable())
    await marks.mark([alice], '2026-11-20', soon())
    const failing = () => ({ kind: 'error', name: 'AccessDeniedException', status: 400 }) as never
    expect(await world.withFault(failing, () => marks.mark([alice], '2026-11-20', soon()))).toBe('marked')
    expect(await world.withFault(failing, () => marks.mark([alice], '2026-11-21', soon()))).toBe('failed')
    expect(await marks.mark([alice], '2026-11-21', soon())).toBe('marked')
  })

  it.each(troubles)('says that it failed for %s', async (_, fault) => {
    const table = await world.emptyTable()
    const marks = createDynamoDbSeenMarks(world.client, table)
    const answers = await world.withFault(
      () => fault,
      async () => [
        await marks.mark([alice], '2026-11-20', soon()),
        await readSeenDays(world.client, table, [alice], soon()),
      ],
    )
    expect(answers).toEqual(['failed', null])
  })

  it('keeps a day for 400 days', async () => {
    const table = await world.emptyTable()
    await createDynamoDbSeenMarks(world.client, table).mark([alice], '2026-11-20', soon())
    expect((await world.itemsOf(table)).map((item) => item['expires_at'])).toEqual([
      { N: String(Date.parse('2026-11-20') / 1000 + 400 * 86_400) },
    ])
  })
})
