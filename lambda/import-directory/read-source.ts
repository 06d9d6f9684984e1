import { createHash } from 'node:crypto'
import type { CutShort } from '../core/directory-import/guards.ts'
import type { RawRow } from '../core/directory-import/normalise.ts'
import { createJsonLinesReader } from '../core/directory-import/readers/json-lines.ts'
import { createLdifReader } from '../core/directory-import/readers/ldif.ts'
import type { LineReader } from '../core/directory-import/readers/line-reader.ts'
import { createLineSplitter } from '../core/directory-import/readers/lines.ts'
import { createPlainReader } from '../core/directory-import/readers/plain.ts'
import { createPostfixReader } from '../core/directory-import/readers/postfix.ts'
import { bytesToRecognise, formats, recogniseFormat, type Format } from '../core/directory-import/recognise.ts'
import type { CsvColumns } from '../core/directory-import/readers/columns.ts'
import { ImportInterrupted } from '../ports/import-ports.ts'
import { readCsv } from './csv-rows.ts'
import type { ImportSource } from './import.ts'
import type { ReadEnd } from './read-end.ts'

export type SourceEnd =
  | { readonly kind: 'read'; readonly cut: CutShort | null; readonly format: Format; readonly sha256: string }
  | Extract<ReadEnd, { readonly kind: 'unreadable' }>

export type ReadHow = { readonly format: Format | null; readonly columns: CsvColumns | null }

/** Reads a source of any format once, from its beginning to its end: yields rows, returns how it ended. */
export async function* readSource(
  source: ImportSource,
  how: ReadHow,
  signal: AbortSignal,
): AsyncGenerator<readonly RawRow[], SourceEnd> {
  const counted = countBytes(source.bytes, signal)
  const { head, whole, close } = await beginningOf(counted.bytes)
  const strange = whatItIs(head)
  if (strange !== null) {
    await close()
    return { kind: 'unreadable', line: null, sentence: strange }
  }
  const text = new TextDecoder().decode(head)
  const format = how.format ?? recogniseFormat(text)
  if (format === null) {
    await close()
    const sentence = `the first lines are of no format that is known (${formats.join(', ')}): name it`
    return { kind: 'unreadable', line: 1, sentence }
  }
  const rows = format === 'csv' ? readCsv(whole, text, how.columns) : readLines(whole, lineReader(format))
  const end = yield* rows
  if (end.kind === 'unreadable') return end
  const { size, lines, lastByte, sha256 } = counted.result()
  const fewer: CutShort | null = source.size !== null && size < source.size ? { how: 'fewer-bytes', line: null } : null
  const unended: CutShort | null =
    format === 'csv' && size > 0 && lastByte !== newline ? { how: 'no-final-newline', line: lines + 1 } : null
  return { kind: 'read', cut: end.cut ?? fewer ?? unended, format, sha256 }
}

const newline = 0x0a

function lineReader(format: Exclude<Format, 'csv'>): LineReader {
  switch (format) {
    case 'json-lines':
      return createJsonLinesReader()
    case 'ldif':
      return createLdifReader()
    case 'postfix-virtual':
      return createPostfixReader('virtual')
    case 'postfix-aliases':
      return createPostfixReader('aliases')
    case 'plain':
      return createPlainReader()
  }
}

async function* readLines(
  bytes: AsyncIterable<Uint8Array>,
  reader: LineReader,
): AsyncGenerator<readonly RawRow[], ReadEnd> {
  const decoder = new TextDecoder()
  const splitter = createLineSplitter()
  for await (const chunk of bytes) {
    yield splitter.push(decoder.decode(chunk, { stream: true })).flatMap((line) => reader.line(line))
  }
  yield splitter.push(decoder.decode()).flatMap((line) => reader.line(line))
  const unfinished = splitter.end()
  if (unfinished !== null) yield reader.line(unfinished)
  const { rows, cut } = reader.end(unfinished)
  yield rows
  return { kind: 'read', cut }
}

type Beginning = {
  readonly head: Uint8Array
  /** All of them again. */
  readonly whole: AsyncIterable<Uint8Array>
  /** For who does not read them: a file or a socket may hang on them. */
  readonly close: () => Promise<unknown>
}

async function beginningOf(bytes: AsyncGenerator<Uint8Array>): Promise<Beginning> {
  const chunks: Uint8Array[] = []
  let length = 0
  while (length < bytesToRecognise) {
    const next = await bytes.next()
    if (next.done === true) break
    chunks.push(next.value)
    length += next.value.length
  }
  const whole = async function* (): AsyncIterable<Uint8Array> {
    try {
      yield* chunks
      yield* bytes
    } finally {
      await bytes.return(undefined)
    }
  }
  const head = Buffer.concat(chunks).subarray(0, bytesToRecognise)
  return { head, whole: whole(), close: () => bytes.return(undefined) }
}

/** Files that are no text in UTF-8, by their first bytes; null: it may be one. */
function whatItIs(head: Uint8Array): string | null {
  const [first, second] = head
  if (first === 0x1f && second === 0x8b) return 'it is compressed (gzip): unpack it first'
  if (first === 0x50 && second === 0x4b) return 'it is a ZIP file or a workbook (.xlsx): save it as CSV in UTF-8'
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const nulls = head.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0)
  if (utf16 || (nulls > 0 && nulls * 4 >= head.length))
    return 'it is in UTF-16: save it as UTF-8 (in Excel "CSV UTF-8")'
  return null
}

/** What goes by is counted and hashed; what the source itself fails with is no bug of ours. */
function countBytes(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  const hash = createHash('sha256')
  let size = 0
  let lines = 0
  let lastByte = newline
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytes) {
        if (signal.aborted) throw new ImportInterrupted('reading the source', 'aborted')
        hash.update(chunk)
        size += chunk.length
        for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) lines += 1
        lastByte = chunk.at(-1) ?? lastByte
        yield chunk
      }
    } catch (error) {
      if (!(error instanceof Error) || error instanceof ImportInterrupted) throw error
      const reason = 'code' in error && typeof error.code === 'string' ? error.code : error.name
      throw new ImportInterrupted('reading the source', reason, { cause: error })
    }
  }
  return { bytes: counted(), result: () => ({ size, lines, lastByte, sha256: hash.digest('hex') }) }
}
