import { textOf, unpacked } from './compact-records/unpack.ts'
import { batchOfKey, compactedPrefix, daysBetween, freshPrefix, hourOf } from './core/compaction/hours.ts'
import { readRow } from './core/compaction/row.ts'
import { anchorOf } from './core/trace/anchor.ts'
import type { ReleaseSeen } from './core/release/request.ts'
import type { TraceFound } from './core/trace/answer.ts'
import type { TraceQuestion } from './core/trace/question.ts'
import { RecordsInterrupted, type ListedObject, type RecordObjects } from './ports/record-objects.ts'
import { createCollector, type Collector } from './trace/collect.ts'
import { narrowed, type IndexOptions } from './trace/narrow.ts'
import { releasesOf } from './trace/releases.ts'
import { scanRows } from './trace/scan-rows.ts'

export type SearchOptions = IndexOptions & {
  /** Compressed objects that are unpacked at once: as many as there are threads to do it. */
  readonly unpackAtOnce: number
  /** Fresh records that are read at once. */
  readonly readAtOnce: number
  /** Octets that were looked through, of all that are known of. */
  readonly onProgress: (done: number, of: number) => void
}

/** Days of receipt that one search looks at, at most: the youngest. */
export const mostDays = 3660

/**
 * Looks for what a question is about in all records, compacted and fresh, one row a message. Memory has a bound whatever their number.
 * What cannot be read is told in `unread`, so that nobody takes it for absent.
 */
export async function searchRecords(
  objects: RecordObjects,
  question: TraceQuestion,
  options: SearchOptions,
  signal: AbortSignal,
): Promise<TraceFound> {
  const collector = createCollector(question)
  await scanRecords(objects, question, collector, options, signal)
  const found = collector.found()
  const releases: ReleaseSeen[] = []
  await unlessInterrupted(
    collector,
    async () => void releases.push(...(await releasesOf(objects, found.matches, signal))),
  )
  return { ...found, unread: collector.found().unread, ...(releases.length === 0 ? {} : { releases }) }
}

/** Who takes what a scan finds: each record as often as it stands somewhere, which may be twice while an hour is compacted. */
export type Sink = Pick<Collector, 'take' | 'unread' | 'looked'>

/** Hands every record that the question may be about to `collector`, and whatever stands beside it in an object without an anchor. */
export async function scanRecords(
  objects: RecordObjects,
  question: TraceQuestion,
  collector: Sink,
  options: SearchOptions,
  signal: AbortSignal,
): Promise<void> {
  const { unpackAtOnce, readAtOnce, onProgress } = options
  const days = daysBetween(question.from, question.until, mostDays)
  const stored = await storedObjects(objects, days, collector, signal)
  const candidates = stored.filter(({ key }) => mayHold(key, question.from))
  const { objects: wanted, passedOver } = await narrowed(candidates, question, options, signal)
  collector.looked(passedOver)
  let of = wanted.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const progress = (size: number): void => onProgress((done += size), of)
  await drain(wanted, unpackAtOnce, async ({ key, size }) => {
    await scanStored(objects, key, question, collector, signal)
    progress(size)
  })
  const compacted = new Set(stored.map(({ key }) => key))
  for (const day of days) {
    await unlessInterrupted(collector, async () => {
      for await (const page of objects.list(freshPrefix(day), signal)) {
        const fresh = page.filter(
          ({ writtenAt }) => !compacted.has(`${compactedPrefix(day)}${hourOf(writtenAt)}.ndjson.gz`),
        )
        of += fresh.reduce((sum, { size }) => sum + size, 0)
        await drain(fresh, readAtOnce, async ({ key, size }) => {
          await readFresh(objects, key, collector, signal)
          progress(size)
        })
      }
    })
  }
}

/** The compacted objects of the days, the earliest first. */
async function storedObjects(
  objects: RecordObjects,
  days: readonly string[],
  collector: Sink,
  signal: AbortSignal,
): Promise<readonly ListedObject[]> {
  const stored: ListedObject[] = []
  await drain(days, 8, (day) =>
    unlessInterrupted(collector, async () => {
      for await (const page of objects.list(compactedPrefix(day), signal)) {
        stored.push(...page.filter(({ key }) => batchOfKey(key) !== null))
      }
    }),
  )
  return stored.sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** A record is written after the message came, by clocks that differ by less than an hour. */
function mayHold(key: string, from: string): boolean {
  const hour = batchOfKey(key)?.hour ?? ''
  return hour >= hourOf(new Date(Date.parse(from) - 3_600_000).toISOString())
}

function scanStored(
  objects: RecordObjects,
  key: string,
  question: TraceQuestion,
  collector: Sink,
  signal: AbortSignal,
): Promise<void> {
  return unlessInterrupted(collector, async () => {
    const body = await objects.read(key, signal)
    if (body === null) return
    // An expression that searches keeps its place in itself: each object has its own.
    const anchor = anchorOf(question)
    collector.looked(await scanRows(unpacked(body, key), anchor, (record) => collector.take(record, key)))
  })
}

function readFresh(objects: RecordObjects, key: string, collector: Sink, signal: AbortSignal): Promise<void> {
  return unlessInterrupted(collector, async () => {
    const text = await textOf(objects, key, signal)
    if (text === null) return
    collector.looked(1)
    collector.take(readRow(text), key)
  })
}

/** Whoever gives up is told so; anything else that interrupts is a sentence of the answer. */
async function unlessInterrupted(collector: Sink, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof RecordsInterrupted) || error.reason === 'aborted') throw error
    collector.unread(`${error.message}.`)
  }
}

/** Does `work` for all, `atOnce` at a time. */
async function drain<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < all.length) await work(all[next++] as T)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker))
}
