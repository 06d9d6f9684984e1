import type { CutShort } from '../guards.ts'
import type { RawRow } from '../normalise.ts'
import type { Line } from './lines.ts'

/** Reads a source a line at a time. */
export type LineReader = {
  readonly line: (line: Line) => readonly RawRow[]
  /** The end: `unfinished` is the last line if no line end stands behind it (it was handed to `line` as well). */
  readonly end: (unfinished: Line | null) => { readonly rows: readonly RawRow[]; readonly cut: CutShort | null }
}

export function badRow(line: number, value: string, expected: string): RawRow {
  return { line, address: null, value, expected }
}

/** What every list may hold: the last line without its end may be half an address. */
export function cutAt(unfinished: Line | null): CutShort | null {
  return unfinished === null || unfinished.text.trim() === ''
    ? null
    : { how: 'no-final-newline', line: unfinished.number }
}
