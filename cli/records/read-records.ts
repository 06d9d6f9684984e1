import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, type S3Client } from '@aws-sdk/client-s3'
import { linesOf } from '../../lambda/compact-records/lines.ts'
import { unpacked } from '../../lambda/compact-records/unpack.ts'
import { batchOfKey, compactedKey, compactedRecords, hourOf } from '../../lambda/core/compaction/hours.ts'
import { readRow } from '../../lambda/core/compaction/row.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { RecordsInterrupted } from '../../lambda/ports/record-objects.ts'
import type { TimeRange } from './time-range.ts'

/** An object under a record's key. A lifecycle rule may take one away between the listing and the reading. */
export type ReadRecord =
  | { readonly answer: 'record'; readonly record: DecisionRecord }
  | { readonly answer: 'unreadable'; readonly key: string }
  | { readonly answer: 'gone' }

/**
 * Reads every record that was received within a stretch of time: first the compacted ones by the hour in which they were written, then
 * those that are not compacted yet in the order of their keys. As many of these as `atOnce` are on their way at any moment, and no
 * more are held.
 */
export async function* readRecords(
  client: S3Client,
  bucket: string,
  range: TimeRange,
  atOnce = 16,
): AsyncGenerator<ReadRecord> {
  const compacted = new Set<string>()
  for await (const { key } of listed(client, bucket, compactedRecords, range)) {
    if (batchOfKey(key) === null) continue
    compacted.add(key)
    for await (const row of readCompacted(client, bucket, key)) yield* within(range, row)
  }
  const underWay: Promise<ReadRecord>[] = []
  for await (const { key, day, writtenAt } of listed(client, bucket, 'in/', range)) {
    if (compacted.has(compactedKey({ day, hour: hourOf(writtenAt) }))) continue
    const reading = read(client, bucket, key)
    // When one fails, nobody comes to hear of those behind it; a rejection that nobody handles would end the program.
    reading.catch(() => undefined)
    underWay.push(reading)
    if (underWay.length < atOnce) continue
    const first = underWay.shift()
    if (first !== undefined) yield* within(range, await first)
  }
  for (const reading of underWay) yield* within(range, await reading)
}

type Listed = { readonly key: string; readonly day: string; readonly writtenAt: string }

/** One listing over all days: a year in which nothing came costs one request, and not one for each day. */
async function* listed(
  client: S3Client,
  bucket: string,
  prefix: string,
  { from, until }: TimeRange,
): AsyncGenerator<Listed> {
  const days = `${prefix}dt=`
  const lastDay = new Date(Date.parse(until) - 1).toISOString().slice(0, 10)
  const list = { Bucket: bucket, Prefix: days, StartAfter: `${days}${from.slice(0, 10)}/` }
  let token: string | undefined
  do {
    const page = await client.send(new ListObjectsV2Command({ ...list, ContinuationToken: token }))
    for (const { Key: key = '', LastModified } of page.Contents ?? []) {
      const day = key.slice(days.length, days.length + 10)
      if (day > lastDay) return
      yield { key, day, writtenAt: LastModified?.toISOString() ?? '' }
    }
    token = page.NextContinuationToken
  } while (token !== undefined)
}

async function* readCompacted(client: S3Client, bucket: string, key: string): AsyncGenerator<ReadRecord> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    if (Body === undefined) return
    for await (const lines of linesOf(unpacked(Body as AsyncIterable<Uint8Array>, key))) {
      for (const line of lines) {
        const record = readRow(line)
        yield record === null ? { answer: 'unreadable', key } : { answer: 'record', record }
      }
    }
  } catch (error) {
    if (error instanceof NoSuchKey) return
    if (!(error instanceof RecordsInterrupted)) throw error
    yield { answer: 'unreadable', key }
  }
}

async function read(client: S3Client, bucket: string, key: string): Promise<ReadRecord> {
  try {
    const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    const record = readRow((await found.Body?.transformToString()) ?? '')
    return record === null ? { answer: 'unreadable', key } : { answer: 'record', record }
  } catch (error) {
    if (error instanceof NoSuchKey) return { answer: 'gone' }
    throw error
  }
}

function* within({ from, until }: TimeRange, read: ReadRecord): Generator<ReadRecord> {
  const isOutside = read.answer === 'record' && (read.record.received_at < from || read.record.received_at >= until)
  if (!isOutside) yield read
}
