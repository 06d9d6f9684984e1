import { describe, expect, it } from 'vitest'
import { youngestMs, type Orphan, type StoredMail, type SweepState } from '../lambda/core/hand-over/orphans.ts'
import type { SweepPorts } from '../lambda/ports/orphans.ts'
import { sweep } from '../lambda/sweep.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')
const aged = (id: string, minutes: number): StoredMail => ({
  messageId: id,
  key: `s3://mail/mail/${id}`,
  storedAt: new Date(now - minutes * 60_000).toISOString(),
})

describe('the sweep', () => {
  it('lists mail that is older than ten minutes and younger than two days and has no record, once', async () => {
    const world = worldOf([aged('a', 11), aged('b', 9), aged('c', 49 * 60), aged('d', 30), aged('e', 60)])
    world.recorded.add('d')
    expect(await world.run()).toEqual({ answer: 'swept', looked: 3, orphans: 2 })
    expect([...world.orphans.keys()]).toEqual(['a', 'e'])
    expect(world.orphans.get('a')).toEqual({
      schema_version: 1,
      message_id: 'a',
      stored_at: '2026-11-21T11:49:00.000Z',
      kept_key: 's3://mail/mail/a',
      found_at: '2026-11-21T12:00:00.000Z',
    })
    expect(await world.run()).toEqual({ answer: 'swept', looked: 0, orphans: 2 })
    expect(world.measured).toEqual([
      { orphans: 2, failed: false },
      { orphans: 2, failed: false },
    ])
  })

  it('finds every orphan before it is 15 minutes old, when it runs every five', async () => {
    expect(youngestMs + 5 * 60_000).toBeLessThanOrEqual(15 * 60_000)
    const world = worldOf([aged('a', 9)])
    expect((await world.run()).orphans).toBe(0)
    world.pass(5 * 60_000)
    expect((await world.run()).orphans).toBe(1)
  })

  it('takes one off the list when its decision comes after all', async () => {
    const world = worldOf([aged('a', 11)])
    await world.run()
    world.recorded.add('a')
    expect(await world.run()).toEqual({ answer: 'swept', looked: 0, orphans: 0 })
    expect(world.orphans.size).toBe(0)
  })

  it('goes on with the next page in the next run, and misses nothing', async () => {
    const world = worldOf(Array.from({ length: 7 }, (_, i) => aged(`m${i}`, 20)))
    expect(await world.run(2)).toEqual({ answer: 'swept', looked: 4, orphans: 4 })
    expect(world.state()).toMatchObject({ after: 'm3' })
    expect(await world.run(2)).toEqual({ answer: 'swept', looked: 3, orphans: 7 })
    expect(world.state()).toMatchObject({ after: null })
  })

  it('takes silence for no orphan, and asks again', async () => {
    const world = worldOf([aged('a', 11)])
    world.silent.add('a')
    expect(await world.run()).toEqual({ answer: 'failed', looked: 0, orphans: 0 })
    expect(world.state()).toBe('none')
    world.silent.clear()
    world.pass((3 * 86_400_000) / 24)
    expect(await world.run()).toEqual({ answer: 'swept', looked: 1, orphans: 1 })
  })
})

function worldOf(mail: readonly StoredMail[]) {
  const recorded = new Set<string>()
  const silent = new Set<string>()
  const orphans = new Map<string, Orphan>()
  const measured: object[] = []
  let state: SweepState | 'none' = 'none'
  let clock = now
  const pageSize = 2
  const ports: SweepPorts = {
    state: {
      read: () => Promise.resolve(state),
      write: (next) => {
        state = next
        return Promise.resolve('written')
      },
    },
    listMail: (after) => {
      const rest = mail.filter(({ messageId }) => after === null || messageId > after)
      const page = rest.slice(0, pageSize)
      return Promise.resolve({ mail: page, next: rest.length > pageSize ? page.at(-1)!.messageId : null })
    },
    isRecorded: (id) => Promise.resolve(silent.has(id) ? null : recorded.has(id)),
    orphans: {
      list: () => Promise.resolve([...orphans.values()]),
      put: (orphan) => {
        orphans.set(orphan.message_id, orphan)
        return Promise.resolve('written')
      },
      remove: (id) => {
        orphans.delete(id)
        return Promise.resolve('removed')
      },
    },
    measure: (counts) => void measured.push(counts),
    clock: () => clock,
  }
  return {
    run: (pages = 100) => sweep(ports, pages, AbortSignal.timeout(5000)),
    pass: (ms: number) => void (clock += ms),
    state: () => state,
    recorded,
    silent,
    orphans,
    measured,
  }
}
