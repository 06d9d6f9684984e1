import { listedKinds } from '../entry.ts'
import type { RawRow } from '../normalise.ts'
import { badRow, type LineReader } from './line-reader.ts'

/**
 * An object a line: `address` (or `email`, `mail`), `kind` and `target`, as `quietgate recipients list --json` prints it.
 * What has `removed_at` is gone already.
 */
export function createJsonLinesReader(): LineReader {
  return {
    line: ({ number, text, tooLong }) => {
      if (tooLong) return [badRow(number, text, 'a shorter line')]
      return text.trim() === '' ? [] : rowOf(number, text)
    },
    // An object closes itself: the last one is whole, line end or not, if it can be read.
    end: (unfinished) => ({
      rows: [],
      cut:
        unfinished === null || unfinished.text.trim() === '' || objectOf(unfinished.text) !== null
          ? null
          : { how: 'broken-json', line: unfinished.number },
    }),
  }
}

function rowOf(line: number, text: string): readonly RawRow[] {
  const object = objectOf(text)
  if (object === null) return [badRow(line, text, 'a JSON object')]
  if (typeof object['removed_at'] === 'string') return []
  const address = object['address'] ?? object['email'] ?? object['mail']
  if (typeof address !== 'string') return [badRow(line, text, '"address", a text')]
  const kindName = object['kind'] ?? (address.startsWith('@') ? 'catch-all' : 'mailbox')
  const kind = listedKinds.find((name) => name === kindName)
  if (kind === undefined) return [badRow(line, text, `"kind", one of ${listedKinds.join(', ')}`)]
  const target = object['target'] ?? null
  if (target !== null && typeof target !== 'string') return [badRow(line, text, '"target", a text')]
  return [{ line, address: address.trim(), kind, target }]
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null
  } catch {
    return null
  }
}
