import { textOf, unpacked } from '../compact-records/unpack.ts'
import { batchOfKey, compactedPrefix, freshPrefix, hourOf } from '../core/compaction/hours.ts'
import { readRow } from '../core/compaction/row.ts'
import type { DecisionRecord } from '../core/record.ts'
import type { ListedObject, RecordObjects } from '../ports/record-objects.ts'
import { scanRows } from '../trace/scan-rows.ts'

/**
 * Hands over every record that was received on `day`, compacted or fresh, each once and in no order; null for what is none. Throws
 * `RecordsInterrupted`: what was handed over by then is not all.
 */
export async function eachRecord(
  objects: RecordObjects,
  day: string,
  onRecord: (record: DecisionRecord | null) => void,
  signal: AbortSignal,
): Promise<void> {
  const hours = new Set<string>()
  // An hour that is compacted while this runs was not listed: its records are then read as fresh ones, which stay for days.
  const compacted: ListedObject[] = []
  for await (const page of objects.list(compactedPrefix(day), signal)) {
    compacted.push(...page.filter(({ key }) => batchOfKey(key) !== null))
  }
  for (const { key } of compacted) {
    const body = await objects.read(key, signal)
    if (body === null) continue
    await scanRows(unpacked(body, key), null, onRecord)
    hours.add(batchOfKey(key)?.hour ?? '')
  }
  for await (const page of objects.list(freshPrefix(day), signal)) {
    const fresh = page.filter(({ writtenAt }) => !hours.has(hourOf(writtenAt)))
    for (let at = 0; at < fresh.length; at += readAtOnce) {
      const some = await Promise.all(fresh.slice(at, at + readAtOnce).map(({ key }) => textOf(objects, key, signal)))
      for (const text of some) if (text !== null) onRecord(readRow(text))
    }
  }
}

const readAtOnce = 32
