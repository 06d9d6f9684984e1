import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { DigestMessage } from '../lambda/core/digest/text.ts'
import { recordKey, type DecisionRecord } from '../lambda/core/record.ts'
import type { Entry } from '../lambda/core/entries/entry.ts'
import { writeEntries } from '../lambda/core/entries/file.ts'
import { digest, type Digested, type DigestPorts } from '../lambda/digest.ts'
import { RecordsInterrupted } from '../lambda/ports/record-objects.ts'
import { createMemoryRecordObjects, type MemoryRecordObjects } from '../local/memory/record-objects.ts'
import { recordFixture } from './record-fixture.ts'

const { signal } = new AbortController()
const plan = { atMinute: 360, domains: ['example.com', 'example.org'], mailDays: 30, handsOver: true }
const six = '2026-11-22T06:00:00.000Z'
const [first] = recordFixture().recipients

describe('the digest', () => {
  it('sends one message for each domain, with what came on the day before, compacted or not', async () => {
    const world = worldAt(six)
    world.compacted('2026-11-21T09', [mail('one'), mail('two', { to: 'carol@example.org' })])
    world.fresh(mail('three', { action: 'quarantine', mail_from: 'spam@example.net', subject: 'Hello' }))
    expect(await run(world)).toEqual({ day: '2026-11-21', sent: 2, missing: 0, failures: [] })
    const [com, org] = world.sent
    expect(com?.subject).toBe('Quietgate 2026-11-21: 2 came, 1 stopped, example.com')
    expect(com?.text).toContain('2 messages came: 1 let through, 1 put into quarantine, 0 discarded.')
    expect(com?.text).toContain('spam@example.net to alice@example.com: "Hello"')
    expect(org?.text).toContain('1 message came: 1 let through, 0 put into quarantine, 0 discarded.')
    expect(org?.text).not.toContain('alice@example.com')
    expect(world.counts).toEqual([{ sent: 2, missing: 0 }])
  })

  it('counts a record once that is both fresh and in the object of its hour', async () => {
    const world = worldAt(six)
    world.fresh(mail('one'))
    world.compacted('2026-11-21T10', [mail('one')])
    await run(world)
    expect(world.sent[0]?.text).toContain('1 message came')
  })

  it('is sent for a day without mail, too, and for the day before yesterday until the hour has come', async () => {
    const world = worldAt('2026-11-22T05:59:00.000Z')
    expect((await run(world)).day).toBe('2026-11-20')
    world.setTime(six)
    expect((await run(world)).day).toBe('2026-11-21')
    expect(world.sent.map(({ text }) => text.split('\n').slice(0, 3))).toEqual([
      ['Mail to example.com on 2026-11-20 (UTC)', '', 'No mail came.'],
      ['Mail to example.org on 2026-11-20 (UTC)', '', 'No mail came.'],
      ['Mail to example.com on 2026-11-21 (UTC)', '', 'No mail came.'],
      ['Mail to example.org on 2026-11-21 (UTC)', '', 'No mail came.'],
    ])
  })

  it('is sent once, however often the function runs, and counted all the same', async () => {
    const world = worldAt(six)
    await run(world)
    world.setTime('2026-11-22T07:00:00.000Z')
    expect(await run(world)).toEqual({ day: '2026-11-21', sent: 0, missing: 0, failures: [] })
    expect(world.sent).toHaveLength(2)
    expect(world.counts).toEqual([
      { sent: 2, missing: 0 },
      { sent: 0, missing: 0 },
    ])
  })

  it('is sent once by two runs at the same time', async () => {
    const world = worldAt(six)
    const both = await Promise.all([run(world), run(world)])
    expect(world.sent.map(({ domain }) => domain).sort()).toEqual(['example.com', 'example.org'])
    expect(both.reduce((sum, { sent }) => sum + sent, 0)).toBe(2)
  })

  it('goes out for the others when the topic does not take one, and an hour later for that one alone', async () => {
    const world = worldAt(six)
    world.refuse('example.com')
    expect(await run(world)).toEqual({
      ...{ day: '2026-11-21', sent: 1, missing: 1 },
      failures: ['example.com: the topic did not take it: throttled'],
    })
    world.refuse(null)
    world.setTime('2026-11-22T07:00:00.000Z')
    expect(await run(world)).toMatchObject({ sent: 1, missing: 0 })
    expect(world.sent.map(({ domain }) => domain)).toEqual(['example.org', 'example.com'])
  })

  it('is not sent again while a run may still be at it, and is when that run must have died', async () => {
    const world = worldAt(six)
    world.objects.put('digests/dt=2026-11-21/example.com.json', '{}', '2026-11-22T06:00:00.000Z')
    world.setTime('2026-11-22T06:19:59.000Z')
    expect(await run(world)).toMatchObject({ sent: 1, missing: 1 })
    world.setTime('2026-11-22T06:20:00.000Z')
    expect(await run(world)).toMatchObject({ sent: 1, missing: 0 })
  })

  it.each(['list', 'read'] as const)('sends nothing of a day that cannot be read whole (%s)', async (call) => {
    const world = worldAt(six)
    world.compacted('2026-11-21T09', [mail('one')])
    world.fresh(mail('two'))
    let calls = 0
    const interrupted = () => new RecordsInterrupted('reading', 'timeout')
    const objects = {
      ...world.objects,
      ...(call === 'list'
        ? {
            list: (prefix: string) => {
              // The marks are listed first, then the compacted records, then the fresh ones.
              if ((calls += 1) < 3) return world.objects.list(prefix, signal)
              throw interrupted()
            },
          }
        : { read: () => Promise.reject(interrupted()) }),
    }
    expect(await digest(plan, { ...world.ports, objects }, signal)).toEqual({
      ...{ day: '2026-11-21', sent: 0, missing: 2 },
      failures: ['reading the records of 2026-11-21: reading: timeout.'],
    })
    expect([world.sent, world.counts]).toEqual([[], [{ sent: 0, missing: 2 }]])
    expect(await run(world)).toMatchObject({ sent: 2 })
  })

  it('says how many records are none', async () => {
    const world = worldAt(six)
    world.objects.put('in/dt=2026-11-21/broken.json', '{', '2026-11-21T10:00:00.000Z')
    await run(world)
    expect(world.sent[0]?.text).toContain('1 record of that day could not be read and is not counted.')
  })

  it('says what else was changed on the day, and passes over what it cannot read', async () => {
    const world = worldAt(six)
    world.fresh(mail('one', { policy_hash: 'aaaaaaaaaaaaaaaa' }))
    world.fresh(mail('two', { policy_hash: 'bbbbbbbbbbbbbbbb', received_at: '2026-11-21T11:00:00.000Z' }))
    const imported = { at: '2026-11-21T07:00:00.000Z', source: 'hr', by: 'anna', result: 'applied' }
    world.json('directory/history/20261121T070000000Z-1.json', { ...imported, added: 3, changed: 0, removed: 1 })
    world.json('directory/history/20261122T010000000Z-2.json', { ...imported, added: 9, changed: 9, removed: 9 })
    world.json('events/dt=2026-11-21/a.json', {
      ...{ schema_version: 1, kind: 'zone-state', at: '2026-11-21T09:12:00.000Z', zone: 'bl.example' },
      ...{ from: 'healthy', to: 'silent', since: '2026-11-01T00:00:00.000Z', evidence: [] },
    })
    world.json('events/dt=2026-11-21/b.json', { kind: 'something new' })
    world.objects.put('events/dt=2026-11-21/c.json', 'no json', six)
    world.objects.put('entries/entries.json', writeEntries([entry]), six)
    await run(world)
    expect(world.sent[0]?.text.split('What changed on that day (UTC):\n')[1]?.split('\n\n')[0]?.split('\n')).toEqual([
      '  policy aaaaaaaaaaaaaaaa decided from 10:00 to 10:00',
      '  policy bbbbbbbbbbbbbbbb decided from 11:00 to 11:00',
      '  07:00 import of hr by anna: applied, 3 added, 0 changed, 1 removed',
      '  09:12 list bl.example: healthy -> silent',
      '  08:00 allow entry shop.example by anna until 2026-12-21: ticket 7',
    ])
  })
})

const entry: Entry = {
  list: 'allow',
  kind: 'domain',
  value: 'shop.example',
  owner: 'anna',
  reason: 'ticket 7',
  added_at: '2026-11-21T08:00:00.000Z',
  expires_at: '2026-12-21T08:00:00.000Z',
}

type Changes = Partial<DecisionRecord> & { readonly to?: string }

function mail(id: string, { to = 'alice@example.com', action = 'deliver', ...changes }: Changes = {}): DecisionRecord {
  const recipients = [{ ...first!, address: to, action, would_be_action: action }]
  const received_at = '2026-11-21T10:00:00.000Z'
  return recordFixture({ received_at, ...changes, message_id: id, action, would_be_action: action, recipients })
}

function run({ ports }: ReturnType<typeof worldAt>): Promise<Digested> {
  return digest(plan, ports, signal)
}

function worldAt(start: string) {
  let now = Date.parse(start)
  let refused: string | null = null
  const objects: MemoryRecordObjects = createMemoryRecordObjects(() => now)
  const sent: DigestMessage[] = []
  const counts: { readonly sent: number; readonly missing: number }[] = []
  const ports: DigestPorts = {
    objects,
    publish: async (message) => {
      await Promise.resolve()
      if (message.domain === refused) return { answer: 'failed', cause: 'throttled' }
      sent.push(message)
      return { answer: 'sent' }
    },
    measure: (count) => void counts.push(count),
    clock: () => now,
  }
  return {
    ...{ objects, sent, counts, ports },
    setTime: (time: string) => void (now = Date.parse(time)),
    refuse: (domain: string | null) => void (refused = domain),
    json: (key: string, value: object) => objects.put(key, JSON.stringify(value), six),
    fresh: (record: DecisionRecord) => objects.put(recordKey(record), JSON.stringify(record), record.received_at),
    compacted: (hour: string, records: readonly DecisionRecord[]) => {
      const rows = records.map((record) => `${JSON.stringify(record)}\n`).join('')
      objects.put(`records/dt=2026-11-21/${hour}.ndjson.gz`, gzipSync(rows), six)
    },
  }
}
