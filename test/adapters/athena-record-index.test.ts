import { AthenaClient } from '@aws-sdk/client-athena'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { athenaStatement, createAthenaRecordIndex } from '../../lambda/adapters/athena-record-index.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { compactedKey } from '../../lambda/core/compaction/hours.ts'
import { recordKey, type DecisionRecord } from '../../lambda/core/record.ts'
import { answerOf } from '../../lambda/core/trace/answer.ts'
import type { TraceQuestion } from '../../lambda/core/trace/question.ts'
import type { RecordIndex } from '../../lambda/ports/record-index.ts'
import type { RecordObjects } from '../../lambda/ports/record-objects.ts'
import { searchRecords } from '../../lambda/trace.ts'
import type { IndexUse } from '../../lambda/trace/narrow.ts'
import { serveAthena, type AthenaDouble } from '../athena.ts'
import { asked, ground, mail, to } from '../core/trace/builders.ts'
import { goldens, noise } from '../core/trace/golden-questions.ts'
import { startS3, type S3World } from '../s3-world.ts'

const { signal } = new AbortController()
const names = { workgroup: 'records-group', database: 'records_of_quietgate', table: 'records' }
const someOctets: unknown = expect.any(Number)
const containing = (text: string): unknown => expect.stringContaining(text)
const noWait = { wait: () => Promise.resolve() }
let s3: S3World
beforeAll(async () => {
  s3 = await startS3()
})
afterAll(() => s3.close())

type World = {
  readonly athena: AthenaDouble
  readonly client: AthenaClient
  readonly objects: RecordObjects
  readonly put: (hour: string, records: readonly (DecisionRecord | string)[]) => Promise<void>
  readonly putFresh: (record: DecisionRecord) => Promise<void>
}

const opened: World[] = []
afterEach(async () => {
  for (const { athena, client } of opened.splice(0)) {
    client.destroy()
    await athena.close()
  }
})

async function open(): Promise<World> {
  const bucket = await s3.emptyBucket()
  const objects = createS3RecordObjects(s3.client, bucket)
  const athena = await serveAthena(objects, bucket)
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const client = new AthenaClient({ endpoint: athena.url, region: 'eu-west-1', credentials, maxAttempts: 1 })
  const putAt = async (Key: string, Body: string | Uint8Array): Promise<void> => {
    await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
  }
  const world: World = {
    athena,
    client,
    objects,
    put: (hour, records) => {
      const rows = records.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`)
      return putAt(compactedKey({ day: hour.slice(0, 10), hour }), gzipSync(rows.join('')))
    },
    putFresh: (record) => putAt(recordKey(record), JSON.stringify(record)),
  }
  opened.push(world)
  return world
}

/** The same question without and with Athena, and what was said of the latter. */
async function bothWays(
  { objects, client }: World,
  question: TraceQuestion,
  index: RecordIndex = createAthenaRecordIndex(client, names, noWait),
) {
  const uses: IndexUse[] = []
  const options = { unpackAtOnce: 2, readAtOnce: 4, onProgress: () => undefined }
  const read: string[] = []
  const counted: RecordObjects = {
    ...objects,
    read: (key, given) => {
      read.push(key)
      return objects.read(key, given)
    },
  }
  const scanned = await searchRecords(objects, question, options, signal)
  const narrowing = { ...options, index, indexFrom: 0, onIndex: (use: IndexUse) => void uses.push(use) }
  const narrowed = await searchRecords(counted, question, narrowing, signal)
  return { scanned, narrowed, uses, read }
}

describe('a search that is narrowed by Athena', () => {
  it.each(goldens)('gives the same answer when $story', async ({ question, records, ground: other }) => {
    const world = await open()
    await world.put('2026-11-16T09', noise)
    await world.put('2026-11-16T12', noise)
    for (const [i, record] of records.entries()) {
      const day = record.received_at.slice(0, 10)
      await world.put(`${day}T${13 + i}`, [noise[0]!, record, noise[1]!])
    }
    const { scanned, narrowed, uses } = await bothWays(world, question)
    const known = { ...ground, ...other }
    expect(answerOf(question, narrowed, known)).toEqual(answerOf(question, scanned, known))
    expect(narrowed).toEqual(scanned)
    expect(uses.map(({ answer }) => answer)).toEqual(scanned.looked === 0 ? [] : [expect.any(String)])
  })

  it('reads the objects that can hold an answer and no others, and counts the rows of all', async () => {
    const world = await open()
    await world.put('2026-11-16T09', noise)
    await world.put('2026-11-16T10', [mail([to('alice@example.com')])])
    await world.put('2026-11-16T11', noise)
    await world.putFresh(mail([to('alice@example.com')]))
    const { narrowed, uses, read, scanned } = await bothWays(world, asked())
    expect(read.map((key) => key.slice(0, 36))).toEqual([
      'records/dt=2026-11-16/2026-11-16T10.',
      expect.stringMatching(/^in\/dt=2026-11-16\/message-/),
    ])
    expect([narrowed.looked, narrowed.matched]).toEqual([6, 2])
    expect(narrowed).toEqual(scanned)
    expect(uses).toEqual([{ answer: 'narrowed', read: 1, of: 3, scanned: someOctets }])
  })

  it('reads what came after the query, and what Athena took for no record', async () => {
    const world = await open()
    await world.put('2026-11-16T09', noise)
    await world.put('2026-11-16T10', ['{ cut off bob@partner.example', noise[0]!])
    const athena = createAthenaRecordIndex(world.client, names, noWait)
    const late: RecordIndex = {
      narrow: async (...given) => {
        const found = await athena.narrow(...given)
        if (found.answer === 'failed') return found
        const rows = new Map([...found.rows].filter(([key]) => !key.includes('T09')))
        return { ...found, rows }
      },
    }
    const { narrowed, scanned, read } = await bothWays(world, asked(), late)
    expect(read).toHaveLength(2)
    expect(narrowed).toEqual(scanned)
    expect(narrowed.unread).toHaveLength(1)
  })

  it('reads all pages of the result', async () => {
    const world = await open()
    for (let hour = 10; hour < 20; hour += 1) await world.put(`2026-11-16T${hour}`, [mail([to('alice@example.com')])])
    world.athena.setPageSize(3)
    const { narrowed, scanned } = await bothWays(world, asked())
    expect(narrowed).toEqual(scanned)
    expect(world.athena.asked.filter((name) => name === 'GetQueryResults')).toHaveLength(7)
  })

  it('asks for the days that have records, by parameters that are string literals', async () => {
    const world = await open()
    await world.put('2026-11-16T10', noise)
    await world.put('2026-11-18T10', noise)
    const sender = "o'neil'--@partner.example"
    const question = asked({ sender, from: '2026-10-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' })
    const found = await createAthenaRecordIndex(world.client, names, noWait).narrow(
      question,
      ['2026-11-16', '2026-11-18'],
      signal,
    )
    expect(found.answer).toBe('objects')
    await bothWays(world, question)
    for (const parameters of world.athena.parameters) {
      expect(parameters.slice(0, 2)).toEqual(["'2026-11-16'", "'2026-11-18'"])
      expect(parameters[2]).toMatch(/^'o\.neil\.--[^']*'$/)
    }
  })

  it.each([
    ['runs out of its limit', 'CANCELLED', 'Query cancelled: bytes scanned limit was exceeded'],
    ['meets a row that it cannot read', 'FAILED', 'HIVE_BAD_DATA: Error parsing field value'],
  ] as const)('falls back to reading everything, and says why, when the query %s', async (_what, state, reason) => {
    const world = await open()
    await world.put('2026-11-16T10', [mail([to('alice@example.com')])])
    world.athena.setTrouble({ kind: 'ends', state, reason })
    const { narrowed, scanned, uses } = await bothWays(world, asked())
    expect(narrowed).toEqual(scanned)
    expect(uses).toEqual([{ answer: 'failed', cause: reason, scanned: someOctets }])
  })

  it.each(['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'])(
    'falls back when %s is not permitted',
    async (operation) => {
      const world = await open()
      await world.put('2026-11-16T10', [mail([to('alice@example.com')])])
      world.athena.setTrouble({ kind: 'refused', operation, code: 'AccessDeniedException' })
      const { narrowed, scanned, uses } = await bothWays(world, asked())
      expect(narrowed).toEqual(scanned)
      expect(uses).toEqual([{ answer: 'failed', cause: containing('AccessDeniedException'), scanned: someOctets }])
    },
  )

  it('falls back, and ends the query, when it takes too long', async () => {
    const world = await open()
    await world.put('2026-11-16T10', [mail([to('alice@example.com')])])
    world.athena.setTrouble({ kind: 'runs-on' })
    const index = createAthenaRecordIndex(world.client, names, { timeLimitMs: 400 })
    const { narrowed, scanned, uses } = await bothWays(world, asked(), index)
    expect(narrowed).toEqual(scanned)
    expect(uses).toEqual([{ answer: 'failed', cause: 'it took more than 0.4 seconds', scanned: 0 }])
    expect(world.athena.asked.at(-1)).toBe('StopQueryExecution')
  })

  it('ends the query, and the search, when nobody waits for it any more', async () => {
    const world = await open()
    await world.put('2026-11-16T10', noise)
    const given = new AbortController()
    world.athena.setTrouble({ kind: 'runs-on', onLook: () => given.abort() })
    const index = createAthenaRecordIndex(world.client, names, noWait)
    const options = { unpackAtOnce: 2, readAtOnce: 4, onProgress: () => undefined, index, indexFrom: 0 }
    const search = searchRecords(world.objects, asked(), options, given.signal)
    await expect(search).rejects.toMatchObject({ name: 'RecordsInterrupted', reason: 'aborted' })
    expect(world.athena.asked.at(-1)).toBe('StopQueryExecution')
  })

  it('asks nothing where little is stored, and nothing where no address or id is named', async () => {
    const world = await open()
    await world.put('2026-11-16T10', noise)
    const index = createAthenaRecordIndex(world.client, names, noWait)
    const options = { unpackAtOnce: 2, readAtOnce: 4, onProgress: () => undefined, index }
    await searchRecords(world.objects, asked(), options, signal)
    const { uses } = await bothWays(world, asked({ sender: null, recipient: null, words: ['Lunch'] }))
    expect(uses).toEqual([{ answer: 'failed', cause: containing('neither an id nor'), scanned: 0 }])
    expect(world.athena.asked).toEqual([])
  })

  it('takes the name of a table, and nothing else, into its statement', () => {
    expect(athenaStatement('records')).toContain('FROM records CROSS JOIN')
    expect(() => athenaStatement('records; DROP TABLE records')).toThrow('no name of a table')
    // Execution parameters are allowed behind WHERE alone.
    const pieces = athenaStatement('records').split('?')
    expect(pieces).toHaveLength(4)
    for (const [i] of pieces.slice(1).entries()) {
      const before = pieces.slice(0, i + 1).join('?')
      expect(before.match(/\b(?:SELECT|FROM|WHERE|GROUP)\b/g)?.at(-1)).toBe('WHERE')
    }
  })
})
