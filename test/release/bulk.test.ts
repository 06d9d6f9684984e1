import { describe, expect, it } from 'vitest'
import type { ReleaseQuery } from '../../lambda/core/release/query.ts'
import type { ReleaseOutcome } from '../../lambda/core/release/request.ts'
import { RecordsInterrupted } from '../../lambda/ports/record-objects.ts'
import { planRelease, releaseAll, type Planned } from '../../lambda/release/bulk.ts'
import { alice, bob, nobody, stopped, worldOf } from './world.ts'

const { signal } = new AbortController()
const options = { unpackAtOnce: 2, readAtOnce: 4, onProgress: () => undefined }
const order = { reason: 'the list went wrong', by: { kind: 'command', request_id: 'request-1', owner: null } } as const
const query: ReleaseQuery = {
  zone: null,
  reason: null,
  sender: 'partner.example',
  recipient: null,
  client: null,
  from: '2026-11-20T00:00:00.000Z',
  until: '2026-11-22T00:00:00.000Z',
}

/** Messages of one sender, compacted and fresh, one of them in both places. */
function worldWith(count: number) {
  const world = worldOf()
  for (let i = 0; i < count; i += 1) {
    const record = stopped({ message_id: `m${i}`, received_at: `2026-11-21T0${i % 10}:00:00.000Z` })
    if (i % 3 === 0) world.compacted(record)
    if (i % 3 !== 1 || i < 3) world.fresh({ ...record, decided_at: '2026-11-21T11:00:00.000Z' })
    else world.fresh(record)
  }
  return world
}

describe('a release of many messages', () => {
  it('is planned first: each message once, the earliest first, those with a virus left out and counted', async () => {
    const world = worldWith(5)
    world.fresh(stopped({ message_id: 'virus', reasons: [{ code: 'virus-found' }] }))
    world.fresh(
      stopped({ message_id: 'other', mail_from: 'dan@elsewhere.example', header_from: 'dan@elsewhere.example' }),
    )
    const plan = await planRelease(world.objects, query, options, signal)
    expect(plan.messages.map(({ message }) => message.message_id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4'])
    expect(plan.messages[0]?.recipients).toEqual([alice, nobody])
    expect([plan.viruses, plan.more, plan.unread]).toEqual([1, false, []])
    expect([world.trail(), world.queue]).toEqual([[], []])
  })

  it('releases each, tells of each, and counts what had been released before', async () => {
    const world = worldWith(40)
    const plan = await planRelease(world.objects, query, options, signal)
    const heard: [string, ReleaseOutcome['answer']][] = []
    const onOutcome = ({ message }: Planned, { answer }: ReleaseOutcome): void =>
      void heard.push([message.message_id, answer])
    const counts = { before: 0, refused: 0, failed: 0, left: 0 }
    expect(await releaseAll(plan, order, world.ports, onOutcome, signal)).toEqual({ ...counts, released: 40 })
    expect(new Set(heard.map(([id]) => id)).size).toBe(40)
    const again = await releaseAll(plan, order, world.ports, onOutcome, signal)
    expect(again).toEqual({ ...counts, released: 0, before: 40 })
    expect((await world.delivered()).filter((recipient) => recipient === alice)).toHaveLength(40)
    expect(world.sent).not.toContain(bob)
  })

  it('stops asking a queue that is down, and the next one brings the rest, each once', async () => {
    const world = worldWith(100)
    const plan = await planRelease(world.objects, query, options, signal)
    world.state.queueFails = true
    const counts = await releaseAll(plan, order, world.ports, () => undefined, signal)
    expect(counts.failed + counts.left).toBe(100)
    expect(counts.left).toBeGreaterThan(40)
    world.state.queueFails = false
    const { released, before } = await releaseAll(plan, order, world.ports, () => undefined, signal)
    expect(released + before).toBe(100)
    expect((await world.delivered()).filter((recipient) => recipient === alice)).toHaveLength(100)
  })

  it('tells what could not be read, because it may have been meant', async () => {
    const world = worldWith(4)
    const read: typeof world.objects.read = (key, ...rest) => {
      if (key.startsWith('in/') && key.endsWith('m1.json')) throw new RecordsInterrupted(`reading ${key}`, 'refused')
      return world.objects.read(key, ...rest)
    }
    world.objects.put('in/dt=2026-11-21/broken.json', '{', '2026-11-21T11:30:00.000Z')
    const plan = await planRelease({ ...world.objects, read }, query, options, signal)
    expect(plan.messages).toHaveLength(3)
    expect([...plan.unread].sort()).toEqual([
      'in/dt=2026-11-21/broken.json holds something that is no record.',
      'reading in/dt=2026-11-21/m1.json: refused.',
    ])
  })
})
