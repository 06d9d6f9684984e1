import { textOf, unpacked } from '../compact-records/unpack.ts'
import { batchOfKey, compactedPrefix, daysBetween, freshRecordDays } from '../core/compaction/hours.ts'
import { readRow } from '../core/compaction/row.ts'
import { recordKey, type DecisionRecord } from '../core/record.ts'
import { anchorOf } from '../core/trace/anchor.ts'
import { RecordsInterrupted, type RecordObjects } from '../ports/record-objects.ts'
import { pointerPrefix } from '../quarantine/pointers.ts'
import { scanRows } from '../trace/scan-rows.ts'

/** Where a record is looked for. */
export type Where = {
  /** The day of receipt, YYYY-MM-DD; null: all days of which raw mail is kept. */
  readonly day: string | null
  readonly mailDays: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * The decision record of a message by SES's id; null: there is none on those days. Fresh ones are read by their key; of what is
 * compacted, the day is taken from the quarantine if it is listed there, and else the days are looked through, the youngest first.
 * Throws `RecordsInterrupted` for what the store can do, and for what lies there and is no record.
 */
export async function findRecord(
  objects: RecordObjects,
  id: string,
  where: Where,
  signal: AbortSignal,
): Promise<DecisionRecord | null> {
  const days = daysOf(where)
  const fresh = days.length === 1 ? days : days.slice(0, freshRecordDays + 1)
  const found = await firstOf(fresh, (day) => readFresh(objects, id, day, signal))
  if (found !== null) return found
  for (const day of await likeliestFirst(objects, id, days, signal)) {
    const compacted = await readCompacted(objects, id, day, signal)
    if (compacted !== null) return compacted
  }
  return null
}

/** The youngest first. A lifecycle rule ends mail on the day after its last, and clocks differ. */
function daysOf({ day, mailDays, now }: Where): readonly string[] {
  if (day !== null) return [day]
  const from = new Date(now - (mailDays + 2) * dayMs).toISOString()
  return daysBetween(from, new Date(now + 1).toISOString(), mailDays + 3).toReversed()
}

const dayMs = 86_400_000

async function readFresh(
  objects: RecordObjects,
  id: string,
  day: string,
  signal: AbortSignal,
): Promise<DecisionRecord | null> {
  const key = recordKey({ message_id: id, received_at: day })
  const text = await textOf(objects, key, signal)
  if (text === null) return null
  const record = readRow(text)
  if (record === null) throw new RecordsInterrupted(`reading ${key}`, 'it is no record')
  return record
}

/** Pointers lie by day and id, so that one request a day tells on which day a message came. */
async function likeliestFirst(
  objects: RecordObjects,
  id: string,
  days: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (days.length === 1) return days
  const pointed = await firstOf(days.slice(0, mostPointers), async (day) => {
    const stands = await objects.stat(`${pointerPrefix}${day}/${encodeURIComponent(id)}.json`, signal)
    return stands === null ? null : day
  })
  return pointed === null ? days : [pointed, ...days.filter((day) => day !== pointed)]
}

const mostPointers = 100

async function readCompacted(
  objects: RecordObjects,
  id: string,
  day: string,
  signal: AbortSignal,
): Promise<DecisionRecord | null> {
  for await (const page of objects.list(compactedPrefix(day), signal)) {
    const keys = page.map(({ key }) => key).filter((key) => batchOfKey(key) !== null)
    const found = await firstOf(keys, (key) => rowIn(objects, key, id, signal), 4)
    if (found !== null) return found
  }
  return null
}

async function rowIn(
  objects: RecordObjects,
  key: string,
  id: string,
  signal: AbortSignal,
): Promise<DecisionRecord | null> {
  const body = await objects.read(key, signal)
  if (body === null) return null
  const found: DecisionRecord[] = []
  const anchor = anchorOf({ recipient: null, sender: null, messageId: id, words: [], from: '', until: '' })
  await scanRows(unpacked(body, key), anchor, (record) => {
    if (record === null) throw new RecordsInterrupted(`reading ${key}`, 'a row of it is no record')
    if (record.message_id === id) found.push(record)
  })
  return found[0] ?? null
}

/** The answer of the first that has one, in their order; so many are asked at once. */
async function firstOf<A, T>(all: readonly A[], ask: (one: A) => Promise<T | null>, atOnce = 16): Promise<T | null> {
  for (let at = 0; at < all.length; at += atOnce) {
    const answers = await Promise.all(all.slice(at, at + atOnce).map(ask))
    const found = answers.find((answer) => answer !== null)
    if (found !== undefined) return found
  }
  return null
}
