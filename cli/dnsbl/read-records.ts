import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, type S3Client } from '@aws-sdk/client-s3'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import type { TimeRange } from './time-range.ts'

/** An object under a record's key. A lifecycle rule may take one away between the listing and the reading. */
export type ReadRecord =
  | { readonly answer: 'record'; readonly record: DecisionRecord }
  | { readonly answer: 'unreadable'; readonly key: string }
  | { readonly answer: 'gone' }

/**
 * Reads every record that was received within a stretch of time, in the order of their keys: by the day, and within it by
 * the message's id. As many as `atOnce` are on their way at any moment, and no more are held.
 */
export async function* readRecords(
  client: S3Client,
  bucket: string,
  range: TimeRange,
  atOnce = 16,
): AsyncGenerator<ReadRecord> {
  const underWay: Promise<ReadRecord>[] = []
  for await (const key of keysOf(client, bucket, range)) {
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

/** Where the records of a day begin: see `recordKey`. */
const keyOfDay = (time: string): string => `in/dt=${time.slice(0, 10)}/`

/** One listing over all days: a year in which nothing came costs one request, and not one for each day. */
async function* keysOf(client: S3Client, bucket: string, { from, until }: TimeRange): AsyncGenerator<string> {
  const lastDay = keyOfDay(new Date(Date.parse(until) - 1).toISOString())
  const list = { Bucket: bucket, Prefix: 'in/dt=', StartAfter: keyOfDay(from) }
  let token: string | undefined
  do {
    const page = await client.send(new ListObjectsV2Command({ ...list, ContinuationToken: token }))
    for (const { Key: key = '' } of page.Contents ?? []) {
      if (key > lastDay && !key.startsWith(lastDay)) return
      yield key
    }
    token = page.NextContinuationToken
  } while (token !== undefined)
}

async function read(client: S3Client, bucket: string, key: string): Promise<ReadRecord> {
  try {
    const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    const value: unknown = JSON.parse((await found.Body?.transformToString()) ?? '')
    return isRecord(value) ? { answer: 'record', record: value } : { answer: 'unreadable', key }
  } catch (error) {
    if (error instanceof NoSuchKey) return { answer: 'gone' }
    if (error instanceof SyntaxError) return { answer: 'unreadable', key }
    throw error
  }
}

/** What the filter writes is held against its schema where it is written; here, whether it is one of ours at all. */
function isRecord(value: unknown): value is DecisionRecord {
  if (typeof value !== 'object' || value === null) return false
  const { schema_version, received_at, reasons, recipients } = value as { readonly [name: string]: unknown }
  return schema_version === 1 && typeof received_at === 'string' && areObjects(reasons) && areObjects(recipients)
}

function areObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)
}

function* within({ from, until }: TimeRange, read: ReadRecord): Generator<ReadRecord> {
  const isOutside = read.answer === 'record' && (read.record.received_at < from || read.record.received_at >= until)
  if (!isOutside) yield read
}
