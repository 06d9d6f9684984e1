import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbBounceHistory } from '../../lambda/adapters/dynamodb-bounce-history.ts'
import type { Item } from '../../lambda/adapters/dynamodb-items.ts'
import type { BounceHistory } from '../../lambda/ports/bounce-history.ts'
import { bounce, claim, count, describeBounceHistory } from '../contract/bounce-history.ts'
import { startLedgerWorld, troubles, type LedgerWorld } from './ledger-table.ts'

let world: LedgerWorld

beforeAll(async () => {
  world = await startLedgerWorld()
})
afterAll(() => world.close())

const soon = (): AbortSignal => AbortSignal.timeout(10_000)

describeBounceHistory('DynamoDB', async () => (await emptyHistory()).history)

describe('the history of bounces in DynamoDB', () => {
  it.each(troubles)('is unavailable, and says %s, when DynamoDB is in trouble', async (cause, fault) => {
    const { history } = await emptyHistory()
    const answers = await world.withFault(
      () => fault,
      async () => [await history.claim(claim(), soon()), await history.count(bounce(), soon())],
    )
    expect(answers).toEqual([1, 2].map(() => ({ answer: 'unavailable', cause })))
  })

  it('is unavailable when the bounces of the window cannot be read, and counts right when they can', async () => {
    const { history } = await emptyHistory()
    const unread = await world.withFault(
      ({ action }) => (action === 'dynamodb:BatchGetItem' ? troubles[3][1] : null),
      () => count(history, 'm1', 0),
    )
    expect(unread).toEqual({ answer: 'unavailable', cause: 'refused' })
    expect(await count(history, 'm1', 0)).toEqual({ answer: 'counted', inWindow: 1, burst: false })
  })

  it('asks again for the minutes that DynamoDB left unprocessed, and takes none for empty', async () => {
    const { history } = await emptyHistory()
    for (const at of [0, 60_000, 120_000]) await count(history, `m${at}`, at)
    let keep = 0
    const piecemeal = () => ({ kind: 'unprocessed', keep: (keep += 3) }) as const
    const patient = await world.withFault(piecemeal, () => count(history, 'm4', 180_000))
    expect(patient).toEqual({ answer: 'counted', inWindow: 4, burst: true })
    const never = await world.withFault(
      ({ action }) => (action === 'dynamodb:BatchGetItem' ? { kind: 'unprocessed', keep: 0 } : null),
      () => count(history, 'm5', 180_000),
    )
    expect(never).toEqual({ answer: 'unavailable', cause: 'unprocessed' })
  })

  it('gives up in the middle of a slow answer', async () => {
    const { history } = await emptyHistory()
    const answer = await world.withFault(
      () => ({ kind: 'delay', ms: 250 }),
      () => history.count(bounce(), AbortSignal.timeout(50)),
    )
    expect(answer).toEqual({ answer: 'unavailable', cause: 'aborted' })
  })

  it('knows a burst, though its end cannot be written', async () => {
    const { history } = await emptyHistory()
    for (const at of [0, 1, 2]) await count(history, `m${at}`, at)
    let updates = 0
    const answer = await world.withFault(
      ({ action }) => (action === 'dynamodb:UpdateItem' && (updates += 1) > 1 ? troubles[3][1] : null),
      () => count(history, 'm3', 3),
    )
    expect(updates).toBe(2)
    expect(answer).toEqual({ answer: 'counted', inWindow: 4, burst: true })
  })

  it('knows a burst by a minute that is full, though neither its end nor its bounces are all written', async () => {
    const { history } = await emptyHistory()
    for (const at of [50, 51, 52]) await count(history, `m${at}`, at)
    let updates = 0
    await world.withFault(
      ({ action }) => (action === 'dynamodb:UpdateItem' && (updates += 1) > 1 ? troubles[3][1] : null),
      () => count(history, 'm53', 53),
    )
    expect(await count(history, 'judged late', 10)).toEqual({ answer: 'counted', inWindow: 4, burst: true })
  })

  it('lets the last bounce say when a burst ends, when two begin it at once', async () => {
    const { history } = await emptyHistory()
    for (const at of [0, 1, 2]) await count(history, `m${at}`, at)
    await overtaken(
      () => count(history, 'slow', 1000),
      () => count(history, 'quick', 500),
    )
    expect(await count(history, 'on time', 1000 + 3_600_000 - 1)).toMatchObject({ burst: true })
  })

  it('lets the last bounce say when a burst ends, when two of it come at once', async () => {
    const { history } = await emptyHistory()
    for (const at of [0, 1, 2, 3]) await count(history, `m${at}`, at)
    await overtaken(
      () => count(history, 'slow', 500),
      () => count(history, 'quick', 1000),
    )
    expect(await count(history, 'on time', 1000 + 3_600_000 - 1)).toMatchObject({ burst: true })
  })

  it('holds a flood in items of one size, for at most four requests each, and lets none of it pass', async () => {
    const { history, table } = await emptyHistory()
    const requests: string[] = []
    const bursts = await world.withFault(
      ({ action }) => {
        requests.push(action)
        return null
      },
      () => flood(history, 300),
    )
    expect(bursts.filter((burst) => !burst).length).toBeLessThanOrEqual(10)
    expect(requests.length).toBeLessThanOrEqual(300 * 4)
    const items = await world.itemsOf(table)
    expect(items.map(sizeOf).sort((a, b) => a - b)).toEqual([0, 4])
    expect(await count(history, 'a day later', 86_400_000)).toEqual({ answer: 'counted', inWindow: 1, burst: false })
  })

  it('lets a replayed proof fill no item', async () => {
    const { history, table } = await emptyHistory()
    for (let i = 0; i < 30; i++) await history.claim(claim({ messageId: `m${i}` }), soon())
    expect((await world.itemsOf(table)).map(sizeOf)).toEqual([3])
  })

  it('lets DynamoDB take everything away a day after its use', async () => {
    const { history, table } = await emptyHistory()
    await history.claim(claim({ days: 15 }), soon())
    for (const at of [0, 1, 2, 3]) await count(history, `m${at}`, at)
    const expiries = (await world.itemsOf(table)).map((item) => [kindOf(item), timeOf(item)])
    expect(Object.fromEntries(expiries)).toEqual({
      proof: '2026-12-06T10:00:30.000Z',
      bounces: '2026-11-22T10:10:31.000Z',
      burst: '2026-11-22T11:00:31.000Z',
    })
  })

  it('keeps an item small whatever the proof and the ids of messages are', async () => {
    const { history, table } = await emptyHistory()
    const messageId = 'x'.repeat(100_000)
    await history.claim(claim({ messageId, proof: '€'.repeat(1000) }), soon())
    expect(await history.count(bounce({ messageId }), soon())).toMatchObject({ inWindow: 1 })
    for (const item of await world.itemsOf(table)) expect(JSON.stringify(item).length).toBeLessThan(500)
  })
})

async function emptyHistory(): Promise<{ readonly history: BounceHistory; readonly table: string }> {
  const table = await world.emptyTable()
  return { history: createDynamoDbBounceHistory(world.client, table), table }
}

/** The second write of `slow`, the one about the burst, reaches DynamoDB after all of `quick`. */
async function overtaken(slow: () => Promise<unknown>, quick: () => Promise<unknown>): Promise<void> {
  let updates = 0
  let atSecond: (value: null) => void = () => undefined
  const second = new Promise<null>((resolve) => {
    atSecond = resolve
  })
  await world.withFault(
    ({ action }) => {
      if (action !== 'dynamodb:UpdateItem' || (updates += 1) !== 2) return null
      atSecond(null)
      return { kind: 'delay', ms: 200 }
    },
    async () => {
      const both = slow()
      await second
      await quick()
      expect(updates).toBe(4)
      await both
    },
  )
}

/** Ten at a time, as so many functions would; a tenth of a millisecond apart is at the same millisecond. */
async function flood(history: BounceHistory, size: number): Promise<readonly boolean[]> {
  const bursts: boolean[] = []
  for (let first = 0; first < size; first += 10) {
    const ten = Array.from({ length: 10 }, (_, i) => count(history, `m${first + i}`, Math.floor((first + i) / 10)))
    for (const answer of await Promise.all(ten)) bursts.push('burst' in answer && answer.burst)
  }
  return bursts
}

function sizeOf(item: Item): number {
  return (item['bounces'] ?? item['ids'])?.SS?.length ?? 0
}

function kindOf(item: Item): string {
  return (item['id']?.S ?? '').split('#')[0] ?? ''
}

function timeOf(item: Item): string {
  return new Date(Number(item['expires_at']?.N) * 1000).toISOString()
}
