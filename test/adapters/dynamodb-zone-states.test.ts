import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDynamoDbZoneStates, createZoneStates } from '../../lambda/adapters/dynamodb-zone-states.ts'
import { readState } from '../../lambda/adapters/state-items.ts'
import { describeZoneStates, zoneItem } from '../contract/zone-states.ts'
import { startDynamoDb, type DynamoDbWorld } from '../dynamodb-world.ts'

let world: DynamoDbWorld
let requests = 0

beforeAll(async () => {
  world = await startDynamoDb({ maxAttempts: 2, requestTimeout: 300 })
})
afterEach(() => world.setFault(null))
afterAll(() => world.close())

const soon = (): AbortSignal => AbortSignal.timeout(10_000)
const start = Date.parse('2026-11-21T10:00:00.000Z')

describeZoneStates('DynamoDB', async () => createDynamoDbZoneStates(world.client, await world.emptyTable('id')))

describe('zone states in DynamoDB', () => {
  it.each([
    ['unreachable', { kind: 'reset' }],
    ['silent', { kind: 'hang' }],
    ['throttled', { kind: 'refuse', status: 400, code: 'ProvisionedThroughputExceededException' }],
    ['refused', { kind: 'refuse', status: 400, code: 'AccessDeniedException' }],
  ] as const)('are not known, which is not the same as none, when DynamoDB is %s', async (_name, fault) => {
    const states = createDynamoDbZoneStates(world.client, await world.emptyTable('id'))
    world.setFault(() => fault)
    expect(await states.read(['zone#bl.example'], soon())).toBeNull()
    expect(await states.write(zoneItem('bl.example'), soon())).toBe('failed')
  })

  it('are asked for again when some stay unprocessed, and are not known if they stay so', async () => {
    const states = createDynamoDbZoneStates(world.client, await world.emptyTable('id'))
    const zones = ['a.example', 'b.example', 'c.example']
    for (const zone of zones) await states.write(zoneItem(zone), soon())
    const ids = zones.map((zone) => `zone#${zone}`)
    world.setFault(() => ({ kind: 'unprocessed', keep: 1 }))
    expect((await states.read(ids, soon()))?.size).toBe(3)
    world.setFault(() => ({ kind: 'unprocessed', keep: 0 }))
    expect(await states.read(ids, soon())).toBeNull()
  })

  it('leave out what a newer version wrote', async () => {
    const table = await world.emptyTable('id')
    const states = createDynamoDbZoneStates(world.client, table)
    await states.write(zoneItem('bl.example'), soon())
    const known = zoneItem('new.example')
    const body = JSON.stringify({ ...known, state: { ...known.state, state: 'resting' } })
    const item = { id: { S: 'zone#new.example' }, body: { S: body } }
    await world.client.send(new PutItemCommand({ TableName: table, Item: item }))
    const read = await states.read(['zone#bl.example', 'zone#new.example'], soon())
    expect([...(read?.keys() ?? [])]).toEqual(['zone#bl.example'])
  })

  it('never throws for what it finds, and takes nothing for an item that lacks what is read of one', () => {
    const kinds = fc.constantFrom('zone', 'own', 'resolver', 'more')
    const item = fc.oneof(fc.jsonValue(), fc.record({ kind: kinds, zone: fc.string(), state: fc.jsonValue() }))
    fc.assert(
      fc.property(
        fc.oneof(
          item.map((it) => JSON.stringify(it)),
          fc.string(),
        ),
        (text) => {
          expect(readState({ body: { S: text } })).toBeNull()
        },
      ),
    )
    expect(readState({})).toBeNull()
  })
})

describe('the states that functions share', () => {
  const dead = zoneItem('dead.example', { state: 'empty', failures: 1, retryAt: '2026-11-21T10:04:00.000Z' })
  const alive = zoneItem('alive.example')

  it('spare a dead zone until its time has come, once they were read beside the first question', async () => {
    const { shared, advance } = await sharedStates()
    expect([shared.skip('dead.example'), requests]).toEqual([false, 0])
    await vi.waitUntil(() => shared.skip('dead.example'))
    expect([shared.skip('alive.example'), shared.skip('stranger.example')]).toEqual([false, false])
    advance(4 * 60_000)
    expect(shared.skip('dead.example')).toBe(false)
  })

  it('are read in one request, and again only when they are used and a minute has passed', async () => {
    const { shared, states, advance } = await sharedStates()
    for (let i = 0; i < 100; i++) shared.skip('dead.example')
    await vi.waitUntil(() => shared.skip('dead.example'))
    advance(59_000)
    shared.skip('dead.example')
    expect(requests).toBe(1)
    await states.write(zoneItem('dead.example'), soon())
    advance(1000)
    expect(shared.skip('dead.example')).toBe(true)
    await vi.waitUntil(() => !shared.skip('dead.example'))
    expect(requests).toBe(2)
  })

  it('spare nobody while DynamoDB does not answer, which is counted, and are tried again a minute later', async () => {
    const { shared, failures, advance } = await sharedStates()
    world.setFault(() => ({ kind: 'refuse', status: 400, code: 'AccessDeniedException' }))
    expect(shared.skip('dead.example')).toBe(false)
    await vi.waitUntil(() => failures() === 1)
    expect(shared.skip('dead.example')).toBe(false)
    counting()
    advance(60_000)
    shared.skip('dead.example')
    await vi.waitUntil(() => shared.skip('dead.example'))
    expect(failures()).toBe(1)
  })

  async function sharedStates() {
    const table = await world.emptyTable('id')
    const states = createDynamoDbZoneStates(world.client, table)
    for (const item of [dead, alive]) await states.write(item, soon())
    counting()
    let now = start
    let failed = 0
    const shared = createZoneStates({
      client: world.client,
      table,
      zones: ['dead.example', 'alive.example', 'stranger.example'],
      clock: () => now,
      failed: () => {
        failed++
      },
    })
    return {
      shared,
      states,
      failures: () => failed,
      advance: (ms: number) => {
        now += ms
      },
    }
  }
})

/** Counts the reads from now on. */
function counting(): void {
  requests = 0
  world.setFault(({ action }) => {
    if (action === 'dynamodb:BatchGetItem') requests += 1
    return null
  })
}
