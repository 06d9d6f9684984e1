import { createHash, type Hash } from 'node:crypto'
import {
  batchOfKey,
  compactedKey,
  compactedPrefix,
  daysToLookAt,
  freshPrefix,
  hourOf,
  isFinished,
  isWatched,
  type Batch,
} from '../core/compaction/hours.ts'
import type { RecordObjects, StoredVersion } from '../ports/record-objects.ts'

/** A batch that has to be compacted. */
export type Due = Batch & {
  /** Which fresh records it has: changes when one comes or goes. */
  readonly fingerprint: string
  /** The compacted object that lacks some of them; null: there is none. */
  readonly stands: StoredVersion | null
}

/**
 * Every finished batch whose compacted object is missing or, in the last 48 hours, was made of other records: the oldest first.
 * It holds one number and one hash for each hour, whatever the number of records.
 */
export async function surveyDue(objects: RecordObjects, now: number, signal: AbortSignal): Promise<readonly Due[]> {
  const due: Due[] = []
  for (const day of daysToLookAt(now)) {
    const stored = await storedHours(objects, day, signal)
    for (const [hour, fingerprint] of await finishedHours(objects, day, now, signal)) {
      const batch = { day, hour, fingerprint }
      if (!stored.has(hour)) due.push({ ...batch, stands: null })
      else if (isWatched(hour, now)) {
        const stands = await objects.stat(compactedKey(batch), signal)
        if (stands?.note !== fingerprint) due.push({ ...batch, stands })
      }
    }
  }
  return due
}

async function storedHours(objects: RecordObjects, day: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const hours = new Set<string>()
  for await (const page of objects.list(compactedPrefix(day), signal)) {
    for (const { key } of page) {
      const batch = batchOfKey(key)
      if (batch !== null) hours.add(batch.hour)
    }
  }
  return hours
}

/** The fingerprint of each finished hour of a day of receipt, the earliest first. */
async function finishedHours(
  objects: RecordObjects,
  day: string,
  now: number,
  signal: AbortSignal,
): Promise<readonly (readonly [hour: string, fingerprint: string])[]> {
  const hours = new Map<string, { readonly hash: Hash; count: number }>()
  for await (const page of objects.list(freshPrefix(day), signal)) {
    for (const { key, writtenAt } of page) {
      const hour = hourOf(writtenAt)
      const seen = hours.get(hour) ?? { hash: createHash('sha256'), count: 0 }
      seen.hash.update(key).update('\n')
      seen.count += 1
      hours.set(hour, seen)
    }
  }
  return [...hours]
    .filter(([hour]) => isFinished(hour, now))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([hour, { hash, count }]) => [hour, `${count}-${hash.digest('hex')}`])
}
