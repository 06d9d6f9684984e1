import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compactedKey } from '../lambda/core/compaction/hours.ts'
import { recordKey, type DecisionRecord } from '../lambda/core/record.ts'
import { anchorOf } from '../lambda/core/trace/anchor.ts'
import { relationOf, type TraceQuestion } from '../lambda/core/trace/question.ts'
import { RecordsInterrupted } from '../lambda/ports/record-objects.ts'
import { searchRecords } from '../lambda/trace.ts'
import { scanRows } from '../lambda/trace/scan-rows.ts'
import { createMemoryRecordObjects, type MemoryRecordObjects } from '../local/memory/record-objects.ts'
import { asked, mail, monday, to } from './core/trace/builders.ts'

const options = { unpackAtOnce: 2, readAtOnce: 4, onProgress: () => undefined }
const { signal } = new AbortController()

describe('a search through the records', () => {
  it('finds compacted and fresh ones, each message once, and passes over what is compacted already', async () => {
    const bucket = createMemoryRecordObjects(Date.now, 2)
    const [early, late, young] = ['early', 'late', 'young'].map((message_id) => record({ message_id }))
    compact(bucket, '2026-11-16T10', [early!])
    compact(bucket, '2026-11-17T11', [late!])
    fresh(bucket, early!, '2026-11-16T10:00:01.000Z')
    fresh(bucket, late!, '2026-11-17T11:00:01.000Z')
    fresh(bucket, young!, '2026-11-17T12:00:01.000Z')
    fresh(
      bucket,
      record({ message_id: 'other', recipients: [to('zoe@elsewhere.example')] }),
      '2026-11-17T12:00:01.000Z',
    )
    const found = await searchRecords(bucket, asked({ sender: null }), options, signal)
    expect({ ...found, matches: found.matches.map(({ message_id }) => message_id).sort() }).toEqual({
      matches: ['early', 'late', 'young'],
      matched: 3,
      toOthers: [],
      looked: 4,
      unread: [],
    })
  })

  it('keeps the latest of more than it can hold, and counts all of them', async () => {
    const bucket = createMemoryRecordObjects(Date.now)
    const line = JSON.stringify(record({ message_id: 'NUMBER', received_at: 'MOMENT' }, false))
    const at = (i: number) => new Date(Date.parse(monday.from) + i * 1000).toISOString()
    const rows = Array.from({ length: 2300 }, (_, i) => line.replaceAll('NUMBER', `n${i}`).replaceAll('MOMENT', at(i)))
    const key = compactedKey({ day: '2026-11-16', hour: '2026-11-16T10' })
    bucket.put(key, gzipSync(`${rows.join('\n')}\n`), '2026-11-16T11:15:00.000Z')
    const { matches, matched, looked } = await searchRecords(bucket, asked(), options, signal)
    expect([matches.length, matches[0]?.message_id, matches.at(-1)?.message_id]).toEqual([500, 'n2299', 'n1800'])
    expect([matched, looked]).toEqual([2300, 2300])
  })

  it('tells what it could not read, and goes on with the rest', async () => {
    const bucket = createMemoryRecordObjects(Date.now)
    compact(bucket, '2026-11-16T09', [record()])
    compact(bucket, '2026-11-16T10', [record()])
    compact(bucket, '2026-11-16T11', [record()])
    const broken = 'records/dt=2026-11-16/2026-11-16T10.ndjson.gz'
    bucket.put(broken, bucket.objects.get(broken)!.bytes.subarray(0, 200), '2026-11-16T11:15:00.000Z')
    const refused: MemoryRecordObjects = {
      ...bucket,
      read: (key) =>
        key.includes('T11.')
          ? Promise.reject(new RecordsInterrupted(`reading ${key}`, 'refused'))
          : bucket.read(key, signal),
    }
    const { matched, unread } = await searchRecords(refused, asked(), options, signal)
    expect(matched).toBe(1)
    expect(unread.toSorted()).toEqual([
      'reading records/dt=2026-11-16/2026-11-16T11.ndjson.gz: refused.',
      `unpacking ${broken}: Z_BUF_ERROR.`,
    ])
  })

  it('tells how far it is, from the first octet to the last', async () => {
    const bucket = createMemoryRecordObjects(Date.now)
    compact(bucket, '2026-11-16T09', [record()])
    fresh(bucket, record({ message_id: 'young' }), '2026-11-17T12:00:01.000Z')
    const shown: (readonly [number, number])[] = []
    await searchRecords(bucket, asked(), { ...options, onProgress: (done, of) => void shown.push([done, of]) }, signal)
    const [first, last] = shown
    expect(first?.[0]).toBe(first?.[1])
    expect(last?.[0]).toBe(last?.[1])
    expect(last?.[0]).toBeGreaterThan(first?.[0] ?? 0)
  })

  it('reads the same rows, wherever the chunks of the stream end', async () => {
    const texts = ['{}', JSON.stringify(record({ subject: 'Grüße, 你好' })), '', JSON.stringify(record())]
    const bytes = Buffer.from(`${texts.join('\n')}\n`)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }),
        fc.boolean(),
        async (sizes, all) => {
          const subjects: (string | undefined)[] = []
          const anchor = all ? null : anchorOf(asked())
          await scanRows(chunked(bytes, sizes), anchor, (one) => subjects.push(one?.subject))
          expect(subjects).toEqual(all ? [undefined, 'Grüße, 你好', 'Lunch'] : ['Grüße, 你好', 'Lunch'])
        },
      ),
    )
  })

  it('never passes over a line whose record is asked about', () => {
    const local = fc.oneof(
      fc.stringMatching(/^[a-zA-Z0-9._+=~!#$%&'*/?^{|}-]{1,12}$/),
      fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
      fc.constantFrom('a'.repeat(70), 'alice', 'alice+x', 'ALICE', '"a b"', '"a\\"b"', 'grüße'),
    )
    const domain = fc.constantFrom(
      'example.com',
      'EXAMPLE.com',
      'bücher.example',
      'xn--bcher-kva.example',
      'a-b.example',
    )
    const address = fc.tuple(local, domain).map(([name, at]) => `${name}@${at}`)
    fc.assert(
      fc.property(address, address, fc.constantFrom('same', 'upper', 'sub', 'domain', 'other'), (a, b, how) => {
        const stored =
          how === 'upper' ? a.toUpperCase() : how === 'sub' ? a.replace('@', '+tag@') : how === 'other' ? b : a
        const recipient = how === 'domain' ? a.slice(a.lastIndexOf('@') + 1) : a
        const found = record({ recipients: [to(stored)] })
        for (const question of [
          asked({ recipient, sender: null }),
          asked({ recipient: null, sender: recipient }),
          asked({ recipient: null, sender: null, messageId: a }),
        ]) {
          const told = { ...found, header_from: stored, mail_from: stored, header_message_id: `<${a}>` }
          if (relationOf(question, told) === 'no') continue
          const anchor = anchorOf(question)
          if (anchor !== null) expect(Buffer.from(JSON.stringify(told)).toString('latin1')).toMatch(anchor)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws, whatever is asked for, and takes no time to speak of', () => {
    const text = fc.oneof(fc.string({ maxLength: 400, unit: 'binary' }), fc.constant('a+'.repeat(2000) + '@x'))
    fc.assert(
      fc.property(text, text, text, (recipient, sender, messageId) => {
        const question: TraceQuestion = { recipient, sender, messageId, words: [recipient], ...monday }
        expect(anchorOf(question)?.source.length ?? 0).toBeLessThan(300)
        anchorOf(question)?.exec('a+'.repeat(1000))
        expect(['match', 'to-others', 'no']).toContain(relationOf(question, mailOfNobody))
      }),
    )
  })
})

const mailOfNobody = mail([])

function record(changes: Partial<DecisionRecord> = {}, valid = true): DecisionRecord {
  return valid ? mail([to('alice@example.com')], changes) : { ...mail([to('alice@example.com')]), ...changes }
}

function compact(bucket: MemoryRecordObjects, hour: string, records: readonly DecisionRecord[]): void {
  const rows = records.map((one) => `${JSON.stringify(one)}\n`).join('')
  bucket.put(compactedKey({ day: '2026-11-16', hour }), gzipSync(rows), '2026-11-16T12:00:00.000Z')
}

function fresh(bucket: MemoryRecordObjects, one: DecisionRecord, writtenAt: string): void {
  bucket.put(recordKey(one), JSON.stringify(one), writtenAt)
}

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1
    yield await Promise.resolve(bytes.subarray(at, at + size))
    at += size
  }
}
