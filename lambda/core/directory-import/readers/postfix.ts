import type { RawRow } from '../normalise.ts'
import { badRow, cutAt, type LineReader } from './line-reader.ts'

/**
 * Postfix's maps in their text form: virtual(5), `address  targets`, and aliases(5), `name: targets`. A line that begins
 * with a blank goes on with the one before; `#` at the front is a comment. Several targets make a group.
 */
export function createPostfixReader(map: 'virtual' | 'aliases'): LineReader {
  let row: { readonly line: number; text: string } | null = null
  let tooLong = false
  const take = (): readonly RawRow[] => {
    const rows =
      row === null ? [] : tooLong ? [badRow(row.line, row.text, 'a shorter row')] : rowOf(map, row.line, row.text)
    row = null
    tooLong = false
    return rows
  }
  return {
    line: (line) => {
      const blank = line.text.trim() === ''
      if (blank || line.text.trimStart().startsWith('#')) return []
      if (/^\s/.test(line.text) && row !== null) {
        // A row may go on for ever, and what is kept of it may not.
        if (line.tooLong || row.text.length + line.text.length > longestRow) tooLong = true
        else row.text += line.text
        return []
      }
      const rows = take()
      row = { line: line.number, text: line.text }
      tooLong = line.tooLong
      return rows
    },
    end: (unfinished) => ({ rows: take(), cut: cutAt(unfinished) }),
  }
}

const longestRow = 256 * 1024

function rowOf(map: 'virtual' | 'aliases', line: number, text: string): readonly RawRow[] {
  const split = map === 'aliases' ? splitAlias(text) : splitVirtual(text)
  if (split === null) return [badRow(line, text, map === 'aliases' ? 'name: targets' : 'address  targets')]
  const { name, value } = split
  if (value === '') return [badRow(line, text, 'at least one target')]
  // virtual(5): `domain  anything` says that Postfix takes mail for the domain; it is nobody's address.
  if (map === 'virtual' && !name.includes('@'))
    return name.includes('.') ? [] : [{ line, address: name, ...ofTargets(value) }]
  if (name.startsWith('@')) return [{ line, address: name, kind: 'catch-all', target: null }]
  return [{ line, address: name, ...ofTargets(value) }]
}

/** One address is an alias's target; several, a program or a file are a group: somebody gets the mail. */
function ofTargets(value: string): { readonly kind: 'alias' | 'group'; readonly target: string | null } {
  const single = !/[,\s]/.test(value) && !/^["|/:]/.test(value)
  return single ? { kind: 'alias', target: value } : { kind: 'group', target: null }
}

function splitVirtual(text: string): { readonly name: string; readonly value: string } | null {
  const at = text.search(/\s/)
  return at <= 0 ? null : { name: text.slice(0, at), value: text.slice(at).trim() }
}

/** A name with a colon or a blank stands in quotes (aliases(5)). */
function splitAlias(text: string): { readonly name: string; readonly value: string } | null {
  const quoted = text.startsWith('"')
  const close = quoted ? text.indexOf('"', 1) : -1
  if (quoted && close === -1) return null
  const colon = text.indexOf(':', quoted ? close : 0)
  if (colon <= 0) return null
  const name = text.slice(0, colon).trim()
  return { name: quoted ? name.slice(1, -1) : name, value: text.slice(colon + 1).trim() }
}
