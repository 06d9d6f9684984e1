import type { DecisionRecord } from '../core/record.ts'
import { RecordsInterrupted, type RecordObjects } from '../ports/record-objects.ts'
import { scanRecords } from '../trace.ts'

/**
 * Hands over every record that was received on `day`, compacted or fresh, in no order; null for what is none. Throws
 * `RecordsInterrupted`: what was handed over by then is not all.
 */
export function eachRecord(
  objects: RecordObjects,
  day: string,
  onRecord: (record: DecisionRecord | null) => void,
  signal: AbortSignal,
): Promise<void> {
  const from = `${day}T00:00:00.000Z`
  const until = new Date(Date.parse(from) + 86_400_000).toISOString()
  const everything = { recipient: null, sender: null, messageId: null, words: [], from, until }
  const sink = {
    take: onRecord,
    looked: () => undefined,
    unread: (sentence: string) => {
      throw new RecordsInterrupted(`reading the records of ${day}`, sentence)
    },
  }
  return scanRecords(
    objects,
    everything,
    sink,
    { unpackAtOnce: 2, readAtOnce: 32, onProgress: () => undefined },
    signal,
  )
}
