import { freshPrefix, hourOf, type Batch } from '../core/compaction/hours.ts'
import { readRow, rowOf } from '../core/compaction/row.ts'
import { RecordsInterrupted, type RecordObjects } from '../ports/record-objects.ts'
import { linesOf } from './lines.ts'
import { textOf, unpacked } from './unpack.ts'

/** What was met on the way. */
export type Tally = { rows: number; unreadable: number }

/** So many fresh records are read at once: S3 answers 5,500 requests a second for a prefix, and a function some hundreds. */
const atOnce = 48

/** The rows of the fresh records of a batch, without those of the messages `known`, in the order of their keys. */
export async function* freshRows(
  objects: RecordObjects,
  { day, hour }: Batch,
  known: ReadonlySet<string>,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  for await (const page of objects.list(freshPrefix(day), signal)) {
    const keys = page.filter(({ writtenAt }) => hourOf(writtenAt) === hour).map(({ key }) => key)
    for (let at = 0; at < keys.length; at += atOnce) {
      const some = keys.slice(at, at + atOnce)
      const texts = await Promise.all(some.map((key) => textOf(objects, key, signal)))
      yield rowsOf(some, texts, known, tally)
    }
  }
}

function rowsOf(
  keys: readonly string[],
  texts: readonly (string | null)[],
  known: ReadonlySet<string>,
  tally: Tally,
): readonly string[] {
  return keys.flatMap((key, i) => {
    const text = texts[i] ?? null
    // A lifecycle rule may take one away between the listing and the reading.
    if (text === null || known.has(idOfKey(key))) return []
    const row = rowOf(key, text)
    if (row === null) tally.unreadable += 1
    else tally.rows += 1
    return row === null ? [] : [row]
  })
}

/** The rows that stand in a compacted object already, whose ids go into `known`. Throws where it cannot be read whole. */
export async function* standingRows(
  objects: RecordObjects,
  key: string,
  known: Set<string>,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const body = await objects.read(key, signal)
  if (body === null) throw new RecordsInterrupted(`reading ${key}`, 'gone')
  for await (const lines of linesOf(unpacked(body, key))) {
    const rows: string[] = []
    for (const line of lines) {
      const record = readRow(line)
      // Whoever finds an unreadable row must look at it: writing the object again without it would lose it.
      if (record === null) throw new RecordsInterrupted(`reading ${key}`, 'a row is no record')
      if (known.has(record.message_id)) continue
      known.add(record.message_id)
      tally.rows += 1
      rows.push(line)
    }
    yield rows
  }
}

function idOfKey(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1, -'.json'.length)
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
