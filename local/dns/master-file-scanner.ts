/** A word or a quoted string, its escapes still in it: what `\.` means depends on where it stands. */
export type Token = { readonly text: string; readonly quoted: boolean; readonly line: number }

/** Lines count from 1. */
export type Mistake = { readonly line: number; readonly expected: string; readonly found: string }

/** A directive or a record: a line, or several that parentheses join. */
export type Entry = {
  readonly line: number
  /** The line begins with a blank: the record belongs to the owner of the one before. */
  readonly repeatsOwner: boolean
  readonly tokens: readonly Token[]
  /** The first thing that is not master-file syntax; the tokens are then only good for going on. */
  readonly mistake: Mistake | null
}

/**
 * Cuts the text of a master file into entries (RFC 1035 5.1): comments, parentheses over lines, quoted strings.
 * Looks at every character once. Lines without anything on them give no entry.
 */
export function* scanEntries(text: string): Generator<Entry> {
  const cursor: Cursor = { text, at: text.startsWith('\uFEFF') ? 1 : 0, line: 1 }
  while (cursor.at < text.length) {
    const entry = scanEntry(cursor)
    if (entry.tokens.length > 0 || entry.mistake !== null) yield entry
  }
}

/**
 * The octets of a word or quoted string, one character per octet: `\DDD` is an octet in decimal, `\X` is X itself,
 * and what is not ASCII counts in UTF-8. Null for `\DDD` above 255 and for a backslash with nothing after it.
 */
export const octetsOf = (text: string): string | null => {
  const raw = Buffer.from(text, 'utf8').toString('latin1')
  if (!raw.includes('\\')) return raw
  const out: string[] = []
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] !== '\\') {
      out.push(raw.charAt(at))
      continue
    }
    const digits = raw.slice(at + 1, at + 4)
    const isOctet = /^\d{3}$/.test(digits)
    if (digits === '' || (isOctet && Number(digits) > 255)) return null
    out.push(isOctet ? String.fromCharCode(Number(digits)) : digits.charAt(0))
    at += isOctet ? 3 : 1
  }
  return out.join('')
}

type Cursor = { readonly text: string; at: number; line: number }

const BLANK = new Set([' ', '\t', '\r', '\f'])
const STRUCTURE = new Set(['\n', '(', ')'])
const ENDS_WORD = new Set([' ', '\t', '\r', '\f', '\n', ';', '(', ')', '"'])

const scanEntry = (cursor: Cursor): Entry => {
  const line = cursor.line
  const repeatsOwner = BLANK.has(cursor.text.charAt(cursor.at))
  const tokens: Token[] = []
  const opened: number[] = []
  let mistake: Mistake | null = null
  while (cursor.at < cursor.text.length) {
    const char = cursor.text.charAt(cursor.at)
    if (char === '\n' && opened.length === 0) break
    if (char === ';') cursor.at = endOfLine(cursor)
    else if (BLANK.has(char) || STRUCTURE.has(char)) {
      const found = scanStructure(cursor, opened)
      mistake ??= found
    } else if (char === '"') {
      const scanned = scanQuoted(cursor)
      mistake ??= scanned.mistake
      tokens.push(scanned.token)
    } else tokens.push(scanWord(cursor))
  }
  if (cursor.at < cursor.text.length) scanStructure(cursor, [])
  const unclosed = opened[0]
  if (unclosed !== undefined) mistake ??= { line: unclosed, expected: 'a ")"', found: 'the end of the file' }
  return { line: tokens[0]?.line ?? line, repeatsOwner, tokens, mistake }
}

/** Steps over one character that only joins or separates. `opened` has the lines of the parentheses that are open. */
const scanStructure = (cursor: Cursor, opened: number[]): Mistake | null => {
  const char = cursor.text.charAt(cursor.at++)
  const line = cursor.line
  if (char === '\n') cursor.line++
  if (char === '(') opened.push(line)
  return char === ')' && opened.pop() === undefined ? { line, expected: 'a "(" before it', found: ')' } : null
}

const scanQuoted = (cursor: Cursor): { readonly token: Token; readonly mistake: Mistake | null } => {
  const { text, line } = cursor
  const start = ++cursor.at
  while (cursor.at < text.length && text[cursor.at] !== '"' && text[cursor.at] !== '\n') {
    cursor.at += isEscape(text, cursor.at) ? 2 : 1
  }
  const end = cursor.at
  const token: Token = { text: text.slice(start, end), quoted: true, line }
  if (text[end] === '"') {
    cursor.at = end + 1
    return { token, mistake: null }
  }
  return { token, mistake: { line, expected: 'a closing quotation mark on the same line', found: `"${token.text}` } }
}

const scanWord = (cursor: Cursor): Token => {
  const { text, line } = cursor
  const start = cursor.at
  while (cursor.at < text.length && !ENDS_WORD.has(text.charAt(cursor.at))) {
    cursor.at += isEscape(text, cursor.at) ? 2 : 1
  }
  return { text: text.slice(start, cursor.at), quoted: false, line }
}

/** A backslash takes the next character with it, except the end of the line: lines must keep counting. */
const isEscape = (text: string, at: number): boolean =>
  text[at] === '\\' && at + 1 < text.length && text[at + 1] !== '\n'

const endOfLine = (cursor: Cursor): number => {
  const end = cursor.text.indexOf('\n', cursor.at)
  return end === -1 ? cursor.text.length : end
}
