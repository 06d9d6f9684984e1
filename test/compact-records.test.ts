import { gunzipSync, gzipSync } from 'node:zlib'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openFileScratch } from '../lambda/adapters/file-scratch.ts'
import { compactRecords, type Compacted } from '../lambda/compact-records.ts'
import { recordKey, type DecisionRecord } from '../lambda/core/record.ts'
import { RecordsInterrupted, type RecordObjects } from '../lambda/ports/record-objects.ts'
import { createMemoryRecordObjects, type MemoryRecordObjects } from '../local/memory/record-objects.ts'
import { recordFixture } from './record-fixture.ts'

const scratch = await openFileScratch(tmpdir())
afterAll(() => scratch.close())

const now = Date.parse('2026-11-21T15:30:00.000Z')

describe('the compaction of records', () => {
  it('makes one object of the records of each finished hour, with a row for each message, and leaves the fresh ones', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'a', '2026-11-21T13:59:59.000Z', '2026-11-21T14:00:01.000Z')
    put(bucket, 'b', '2026-11-21T14:10:00.000Z', '2026-11-21T14:10:01.000Z')
    put(bucket, 'c', '2026-11-21T13:10:00.000Z', '2026-11-21T13:10:01.000Z')
    put(bucket, 'fresh', '2026-11-21T15:10:00.000Z', '2026-11-21T15:10:01.000Z')
    expect(await run(bucket)).toEqual(
      compacted(['records/dt=2026-11-21/2026-11-21T13.ndjson.gz', 'records/dt=2026-11-21/2026-11-21T14.ndjson.gz'], 3),
    )
    expect(rowsOf(bucket)).toEqual({
      'records/dt=2026-11-21/2026-11-21T13.ndjson.gz': ['c'],
      'records/dt=2026-11-21/2026-11-21T14.ndjson.gz': ['a', 'b'],
    })
    expect([...bucket.objects.keys()].filter((key) => key.startsWith('in/'))).toHaveLength(4)
  })

  it('changes nothing when it runs again', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'a', '2026-11-21T13:59:59.000Z', '2026-11-21T14:00:01.000Z')
    await run(bucket)
    const before = new Map(bucket.objects)
    expect(await run(bucket)).toEqual(compacted([], 0))
    expect(bucket.objects).toEqual(before)
  })

  it('leaves an hour alone until ten minutes after its end, because clocks differ', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'a', '2026-11-21T14:59:00.000Z', '2026-11-21T14:59:01.000Z')
    expect((await run(bucket, Date.parse('2026-11-21T15:09:59.999Z'))).written).toEqual([])
    expect((await run(bucket, Date.parse('2026-11-21T15:10:00.000Z'))).written).toHaveLength(1)
  })

  it('puts a record that was written a day after its receipt beside those of its day', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'a', '2026-11-20T03:00:00.000Z', '2026-11-20T03:00:01.000Z')
    await run(bucket, Date.parse('2026-11-20T05:00:00.000Z'))
    put(bucket, 'late', '2026-11-20T03:00:00.000Z', '2026-11-21T14:20:00.000Z')
    await run(bucket)
    expect(rowsOf(bucket)).toEqual({
      'records/dt=2026-11-20/2026-11-20T03.ndjson.gz': ['a'],
      'records/dt=2026-11-20/2026-11-21T14.ndjson.gz': ['late'],
    })
  })

  it('adds a record that shows only after its hour was compacted, within 48 hours, and keeps the rows that stand', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'b', '2026-11-21T10:00:00.000Z', '2026-11-21T10:00:01.000Z')
    await run(bucket)
    put(bucket, 'a', '2026-11-21T10:30:00.000Z', '2026-11-21T10:30:01.000Z')
    expect(await run(bucket)).toEqual(compacted(['records/dt=2026-11-21/2026-11-21T10.ndjson.gz'], 2))
    expect(rowsOf(bucket)).toEqual({ 'records/dt=2026-11-21/2026-11-21T10.ndjson.gz': ['b', 'a'] })
  })

  it('loses no row of an object when fresh records are gone from under it', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'a', '2026-11-21T10:00:00.000Z', '2026-11-21T10:00:01.000Z')
    put(bucket, 'b', '2026-11-21T10:00:00.000Z', '2026-11-21T10:00:01.000Z')
    await run(bucket)
    ;(bucket.objects as Map<string, unknown>).delete('in/dt=2026-11-21/a.json')
    await run(bucket)
    expect(rowsOf(bucket)).toEqual({ 'records/dt=2026-11-21/2026-11-21T10.ndjson.gz': ['a', 'b'] })
  })

  it('catches up with two weeks in which nothing was compacted, once a day', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'old', '2026-11-10T10:00:00.000Z', '2026-11-10T10:00:01.000Z')
    expect((await run(bucket, Date.parse('2026-11-21T15:30:00.000Z'))).written).toEqual([])
    expect((await run(bucket, Date.parse('2026-11-22T00:20:00.000Z'))).written).toEqual([
      'records/dt=2026-11-10/2026-11-10T10.ndjson.gz',
    ])
  })

  it('leaves out what is no record, counts it, and goes on', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'a', '2026-11-21T10:00:00.000Z', '2026-11-21T10:00:01.000Z')
    bucket.put('in/dt=2026-11-21/broken.json', '{"schema_version":1', '2026-11-21T10:00:01.000Z')
    // Another message's record under this key would give that message two rows.
    const copy = JSON.stringify(recordOf('a', '2026-11-21T10:00:00.000Z'))
    bucket.put('in/dt=2026-11-21/copy.json', copy, '2026-11-21T10:00:01.000Z')
    const counts: object[] = []
    const ports = { objects: bucket, scratch, measure: (count: object) => void counts.push(count), clock: () => now }
    const done = await compactRecords(ports, new AbortController().signal)
    expect(done).toEqual({ ...compacted(['records/dt=2026-11-21/2026-11-21T10.ndjson.gz'], 1), unreadable: 2 })
    expect(counts).toEqual([{ hoursNotCompacted: 0, rowsWritten: 1, unreadable: 2 }])
  })

  it('never writes an object again without the rows that it cannot read in it', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'a', '2026-11-21T10:00:00.000Z', '2026-11-21T10:00:01.000Z')
    const key = 'records/dt=2026-11-21/2026-11-21T10.ndjson.gz'
    bucket.put(key, gzipSync('what is this?\n'), '2026-11-21T11:15:00.000Z')
    expect(await run(bucket)).toEqual({
      ...compacted([], 0),
      answer: 'failed',
      failures: [`reading ${key}: a row is no record`],
    })
    bucket.put(key, gzipSync(`${JSON.stringify(recordOf('z', '2026-11-21T10:00:00.000Z'))}\n`).subarray(0, 60), 'x')
    expect((await run(bucket)).failures).toEqual([`unpacking ${key}: Z_BUF_ERROR`])
  })

  it('loses and doubles nothing when it is killed at any call, or a call fails, or its answer is lost', async () => {
    const moments = Array.from({ length: 6 }, (_, i) => `2026-11-2${i % 2}T1${i % 3}:0${i}:00.000Z`)
    const message = fc.record({
      received: fc.constantFrom(...moments),
      delayMinutes: fc.integer({ min: 0, max: 2100 }),
    })
    const failure = fc.record({ at: fc.integer({ min: 0, max: 60 }), kind: fc.constantFrom('before', 'after', 'kill') })
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 12 }),
        fc.array(failure, { maxLength: 3 }),
        async (all, failures) => {
          const bucket = createMemoryRecordObjects(() => now, 3)
          const due: string[] = []
          all.forEach(({ received, delayMinutes }, i) => {
            const writtenAt = new Date(Date.parse(received) + delayMinutes * 60_000).toISOString()
            put(bucket, `m${i}`, received, writtenAt)
            if (Date.parse(`${writtenAt.slice(0, 13)}:00:00Z`) + 70 * 60_000 <= now) due.push(`m${i}`)
          })
          for (const { at, kind } of failures) await run(failing(bucket, at, kind), now).catch(() => null)
          await run(bucket)
          expect(Object.values(rowsOf(bucket)).flat().sort()).toEqual(due.sort())
        },
      ),
      { numRuns: 150 },
    )
  })

  it('does not write over what another run wrote meanwhile, which knew more', async () => {
    const bucket = createMemoryRecordObjects(() => now)
    put(bucket, 'a', '2026-11-21T10:00:00.000Z', '2026-11-21T10:00:01.000Z')
    const slow: RecordObjects = {
      ...bucket,
      write: async (...args) => {
        put(bucket, 'late', '2026-11-21T10:00:00.000Z', '2026-11-21T10:00:02.000Z')
        await run(bucket)
        return bucket.write(...args)
      },
    }
    expect(await run(slow)).toEqual(compacted([], 0))
    expect(rowsOf(bucket)).toEqual({ 'records/dt=2026-11-21/2026-11-21T10.ndjson.gz': ['a', 'late'] })
  })

  it('loses and doubles nothing when two run at once', async () => {
    const bucket = createMemoryRecordObjects(() => now, 2)
    const ids = Array.from({ length: 20 }, (_, i) => `m${i}`)
    ids.forEach((id, i) => put(bucket, id, '2026-11-21T10:00:00.000Z', `2026-11-21T1${i % 4}:30:00.000Z`))
    await Promise.all([run(bucket), run(bucket), run(bucket)])
    expect(Object.values(rowsOf(bucket)).flat().sort()).toEqual(ids.sort())
  })
})

function recordOf(id: string, receivedAt: string): DecisionRecord {
  return recordFixture({ message_id: id, received_at: receivedAt })
}

function put(bucket: MemoryRecordObjects, id: string, receivedAt: string, writtenAt: string): void {
  const record = recordOf(id, receivedAt)
  bucket.put(recordKey(record), JSON.stringify(record), writtenAt)
}

function run(objects: RecordObjects, at = now): Promise<Compacted> {
  return compactRecords({ objects, scratch, measure: () => undefined, clock: () => at }, new AbortController().signal)
}

function compacted(written: readonly string[], rows: number): Compacted {
  return { answer: 'compacted', written, rows, unreadable: 0, failures: [] }
}

function rowsOf({ objects }: MemoryRecordObjects): Readonly<Record<string, readonly string[]>> {
  const keys = [...objects.keys()].filter((key) => key.startsWith('records/')).sort()
  return Object.fromEntries(
    keys.map((key) => {
      const lines = gunzipSync(objects.get(key)!.bytes).toString('utf8').split('\n').slice(0, -1)
      return [key, lines.map((line) => (JSON.parse(line) as DecisionRecord).message_id)]
    }),
  )
}

/** Does the call of this number not, or does it and loses the answer, or ends the run as a kill does: all later calls fail, too. */
function failing(bucket: RecordObjects, at: number, kind: 'before' | 'after' | 'kill' | (string & {})): RecordObjects {
  let calls = 0
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = calls++
    const isDown = kind === 'kill' ? mine >= at : mine === at
    if (isDown && kind !== 'after') throw new RecordsInterrupted('a call', 'timeout')
    const result = await work()
    if (isDown) throw new RecordsInterrupted('a call', 'timeout')
    return result
  }
  return {
    list: async function* (prefix, signal) {
      for await (const page of bucket.list(prefix, signal)) yield await step(() => Promise.resolve(page))
    },
    read: (key, signal) => step(() => bucket.read(key, signal)),
    stat: (key, signal) => step(() => bucket.stat(key, signal)),
    write: (...args) => step(() => bucket.write(...args)),
  }
}
