import { anchorTextOf } from '../core/trace/anchor.ts'
import { batchOfKey } from '../core/compaction/hours.ts'
import type { TraceQuestion } from '../core/trace/question.ts'
import type { RecordIndex } from '../ports/record-index.ts'
import { RecordsInterrupted, type ListedObject } from '../ports/record-objects.ts'

/** What became of the attempt not to read everything. */
export type IndexUse =
  | {
      readonly answer: 'narrowed'
      /** So many objects are read, of so many. */
      readonly read: number
      readonly of: number
      /** Octets that the index read, as they are billed. */
      readonly scanned: number
    }
  | { readonly answer: 'failed'; readonly cause: string; readonly scanned: number }

export type IndexOptions = {
  /** @default null: there is none, and everything is read */
  readonly index?: RecordIndex | null
  /** From so many octets of compacted objects on it is asked. @default worthNarrowing */
  readonly indexFrom?: number
  readonly onIndex?: (use: IndexUse) => void
}

/**
 * Octets of compacted objects from which asking an index is worth its seconds. `bench/trace.ts` reads 10 to 15 MB of them in a second from
 * a disk, and S3 gives them no faster to one reader; Athena takes two to four seconds for a small query, whatever it finds.
 */
export const worthNarrowing = 64 * 1024 * 1024

export type NarrowedObjects = {
  readonly objects: readonly ListedObject[]
  /** Rows of those that need not be read. */
  readonly passedOver: number
}

/**
 * The objects that can hold an answer, and the number of rows in the others. Where the index does not help, all of them: an answer never
 * rests on less. An object that the index does not know came after it was asked, or has no row, and is read.
 */
export async function narrowed(
  objects: readonly ListedObject[],
  question: TraceQuestion,
  { index = null, indexFrom = worthNarrowing, onIndex = () => undefined }: IndexOptions,
  signal: AbortSignal,
): Promise<NarrowedObjects> {
  const all = { objects, passedOver: 0 }
  const octets = objects.reduce((sum, { size }) => sum + size, 0)
  if (index === null || octets < indexFrom || objects.length === 0) return all
  if (anchorTextOf(question) === null) {
    onIndex({ answer: 'failed', cause: 'the question names neither an id nor an address to look for', scanned: 0 })
    return all
  }
  const found = await index.narrow(question, daysOf(objects), signal)
  if (signal.aborted) throw new RecordsInterrupted('narrowing the search', 'aborted')
  if (found.answer === 'failed') {
    onIndex(found)
    return all
  }
  const { rows, scanned } = found
  const wanted = objects.filter(({ key }) => rows.get(key)?.hits !== 0)
  const others = objects.filter(({ key }) => rows.get(key)?.hits === 0)
  onIndex({ answer: 'narrowed', read: wanted.length, of: objects.length, scanned })
  return { objects: wanted, passedOver: others.reduce((sum, { key }) => sum + (rows.get(key)?.rows ?? 0), 0) }
}

/** The days of receipt that have objects, which come sorted by day: days without any cost the index time, too. */
function daysOf(objects: readonly ListedObject[]): readonly string[] {
  return [...new Set(objects.flatMap(({ key }) => batchOfKey(key)?.day ?? []))]
}
