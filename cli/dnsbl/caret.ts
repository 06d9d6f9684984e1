import { looksLikeKey, withoutKeys } from '../../lambda/core/zone-keys.ts'

/**
 * The line of a text that has the character at `at`, with a mark under it. A long line is shown around the mark, and what
 * may be a key is not shown.
 */
export function caretLines(text: string, at: number): readonly [string, string] {
  const begin = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
  const next = text.indexOf('\n', begin)
  const line = oneColumnEach(masked(text.slice(begin, next < 0 ? text.length : next)))
  const column = at - begin
  const from = Math.max(0, column - shownAround)
  const to = column + shownAround
  const before = `${from > 0 ? '...' : ''}${line.slice(from, column)}`
  const after = `${line.slice(column, to)}${to < line.length ? '...' : ''}`
  return [before + after, `${' '.repeat(before.length)}^`]
}

const shownAround = 60

/** A formula is ASCII. What else stands in it may have any width, and would move the mark. */
function oneColumnEach(line: string): string {
  return line.replaceAll(/[\t\r]/g, ' ').replaceAll(/[^\x20-\x7e]/g, '?')
}

/** Of the same length, so that what comes after a key stays where it is. */
function masked(line: string): string {
  return line.replaceAll(/[a-z0-9-]+/gi, (label: string, at: number) => {
    const rest = /^\.([a-z0-9.-]*)/i.exec(line.slice(at + label.length))?.[1] ?? ''
    return looksLikeKey(label, rest) || withoutKeys(label) !== label ? '*'.repeat(label.length) : label
  })
}
