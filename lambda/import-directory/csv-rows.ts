import { Readable, pipeline } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { CutShort } from '../core/directory-import/guards.ts'
import type { RawRow } from '../core/directory-import/normalise.ts'
import { delimiterOf } from '../core/directory-import/recognise.ts'
import {
  columnsOf,
  rowsOfRecord,
  type ColumnIndexes,
  type CsvColumns,
} from '../core/directory-import/readers/columns.ts'
import { batchSize } from './batches.ts'
import { unreadable, type ReadEnd } from './read-end.ts'

/** Characters of one row, with all its columns. */
const longestRecord = 256 * 1024

/**
 * Reads CSV (RFC 4180, and what is written instead of it): yields rows, returns how it ended. After a row that is no CSV
 * nothing more is read: what follows might be anything.
 */
export async function* readCsv(
  bytes: AsyncIterable<Uint8Array>,
  head: string,
  named: CsvColumns | null,
): AsyncGenerator<readonly RawRow[], ReadEnd> {
  const delimiter = delimiterOf(head.split('\n', 1)[0] ?? '')
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    // Files that several programs have written to have several.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRecord,
  })
  // The iterator below is told of every error, too.
  pipeline(Readable.from(bytes), parser, () => undefined)
  let columns: ColumnIndexes | null = null
  let rows: RawRow[] = []
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      if (columns === null) {
        columns = columnsOf(record, named)
        if (columns === null) return unreadable(info.lines, columnsMissing(record, named))
        continue
      }
      rows.push(...rowsOfRecord(record, info.lines, columns))
      if (rows.length < batchSize) continue
      yield rows
      rows = []
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    yield rows
    return endOf(error, parser.info.lines)
  }
  yield rows
  return { kind: 'read', cut: null }
}

type CsvRecord = { readonly record: readonly string[]; readonly info: { readonly lines: number } }

function endOf(error: CsvError, line: number): ReadEnd {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    const cut: CutShort = { how: 'unclosed-quote', line }
    return { kind: 'read', cut }
  }
  const what =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? `a row with more than ${longestRecord} characters begins before line ${line}: was a quote not closed?`
      : `line ${line} is no CSV (${error.code}): a quote stands where none may`
  return unreadable(line, what)
}

function columnsMissing(header: readonly string[], named: CsvColumns | null): string {
  const names = header.slice(0, 30).map((name) => JSON.stringify(name.slice(0, 40)))
  const wanted =
    named === null
      ? 'no column is called like one that holds addresses; name it'
      : `the columns ${Object.values(named).join(', ')} are not all there`
  return `${wanted}. The first row has ${names.join(', ')}`
}
