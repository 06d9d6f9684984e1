import { freshRows, standingRows, type Tally } from './compact-records/rows.ts'
import { surveyDue, type Due } from './compact-records/survey.ts'
import { compactedKey } from './core/compaction/hours.ts'
import type { CompactionMetrics } from './ports/compaction-metrics.ts'
import { ImportInterrupted, type Scratch } from './ports/import-ports.ts'
import { RecordsInterrupted, type RecordObjects } from './ports/record-objects.ts'

export type CompactionPorts = {
  readonly objects: RecordObjects
  readonly scratch: Scratch
  readonly measure: CompactionMetrics
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** What a run has done, for its log and for tests. */
export type Compacted = {
  readonly answer: 'compacted' | 'failed'
  /** Keys of the objects that were written, in this order. */
  readonly written: readonly string[]
  readonly rows: number
  readonly unreadable: number
  /** Why something is left for the next run, each with its object. */
  readonly failures: readonly string[]
}

/**
 * Makes one compressed object of the fresh records of each finished hour, and deletes nothing: fresh ones end by a lifecycle rule.
 *
 * It may be killed anywhere and run at any time, also twice at once. An object is written whole or not at all, on condition that nobody
 * else has written it meanwhile, and with every row that stood in it before, so that no row is lost or doubled. What a run leaves
 * undone, the next one finds.
 */
export async function compactRecords(ports: CompactionPorts, signal: AbortSignal): Promise<Compacted> {
  const written: string[] = []
  const failures: string[] = []
  const tally: Tally = { rows: 0, unreadable: 0 }
  const due = await unlessInterrupted(() => surveyDue(ports.objects, ports.clock(), signal), failures)
  for (const batch of due ?? []) {
    const done = await unlessInterrupted(() => compact(batch, ports, tally, signal), failures)
    if (done === 'written') written.push(compactedKey(batch))
  }
  const { rows, unreadable } = tally
  // A batch that somebody else has written is looked at by the next run.
  ports.measure({ hoursNotCompacted: failures.length, rowsWritten: rows, unreadable })
  return { answer: failures.length === 0 ? 'compacted' : 'failed', written, rows, unreadable, failures }
}

async function compact(
  batch: Due,
  { objects, scratch }: CompactionPorts,
  total: Tally,
  signal: AbortSignal,
): Promise<'written' | 'overtaken'> {
  const tally: Tally = { rows: 0, unreadable: 0 }
  const file = await scratch.write(rowsOf(batch, objects, tally, signal), { gzip: true })
  try {
    const content = { size: file.size, open: file.open, note: batch.fingerprint }
    const answer = await objects.write(compactedKey(batch), content, batch.stands, signal)
    total.unreadable += tally.unreadable
    if (answer === 'written') total.rows += tally.rows
    return answer
  } finally {
    await file.remove()
  }
}

/** What stands comes first, and the first record of a message wins. */
async function* rowsOf(
  batch: Due,
  objects: RecordObjects,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const known = new Set<string>()
  if (batch.stands !== null) yield* standingRows(objects, compactedKey(batch), known, tally, signal)
  yield* freshRows(objects, batch, known, tally, signal)
}

/** Null: it was interrupted, and why is among the failures. A bug is thrown on. */
async function unlessInterrupted<T>(work: () => Promise<T>, failures: string[]): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RecordsInterrupted || error instanceof ImportInterrupted)) throw error
    failures.push(error.message)
    return null
  }
}
