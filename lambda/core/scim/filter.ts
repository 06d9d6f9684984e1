/**
 * Filters and attribute paths: RFC 7644 3.4.2.2 and 3.5.2. Read in one pass, with a limit for the length and one for the
 * nesting, because both come out of a URL.
 */
export type AttributePath = {
  /** The extension that the attribute belongs to, as it was written; null: the core schema. */
  readonly schema: string | null
  /** Empty: the extension as a whole. */
  readonly name: string
  /** Which values of a multi-valued attribute. */
  readonly where: Filter | null
  readonly sub: string | null
}

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly term: Filter }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | {
      readonly kind: 'compare'
      readonly path: AttributePath
      readonly operator: Operator
      readonly value: string | number | boolean | null
    }

/** Characters; longer ones are not read. */
export const longestFilter = 2000

/** Null if it is no filter. */
export function parseFilter(text: string): Filter | null {
  const cursor = cursorAt(text)
  const filter = cursor === null ? null : readOr(cursor, 0)
  return cursor !== null && isAtEnd(cursor) ? filter : null
}

/** Null if it is no path. */
export function parsePath(text: string): AttributePath | null {
  const cursor = cursorAt(text)
  const path = cursor === null ? null : readPath(cursor, 0)
  return cursor !== null && isAtEnd(cursor) ? path : null
}

/** The schemas whose attributes need no URN. */
const coreSchema = /^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group)$/i
/** A URN ends in a version and a name; whatever follows is an attribute. */
const schemaAlone = /:\d+\.\d+:[^:]+$/
const nameCharacter = /[\w$.:-]/
const operators: readonly string[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']
const mostNested = 8

type Cursor = { readonly text: string; at: number }

function cursorAt(text: string): Cursor | null {
  return text.length > longestFilter ? null : { text, at: 0 }
}

function isAtEnd(cursor: Cursor): boolean {
  skipSpace(cursor)
  return cursor.at === cursor.text.length
}

function readOr(cursor: Cursor, depth: number): Filter | null {
  let left = readAnd(cursor, depth)
  while (left !== null && takeWord(cursor, 'or')) {
    const right = readAnd(cursor, depth)
    left = right === null ? null : { kind: 'or', left, right }
  }
  return left
}

function readAnd(cursor: Cursor, depth: number): Filter | null {
  let left = readTerm(cursor, depth)
  while (left !== null && takeWord(cursor, 'and')) {
    const right = readTerm(cursor, depth)
    left = right === null ? null : { kind: 'and', left, right }
  }
  return left
}

function readTerm(cursor: Cursor, depth: number): Filter | null {
  if (depth > mostNested) return null
  if (takeWord(cursor, 'not')) {
    const term = take(cursor, '(') ? readClosed(cursor, ')', depth) : null
    return term === null ? null : { kind: 'not', term }
  }
  if (take(cursor, '(')) return readClosed(cursor, ')', depth)
  const path = readPath(cursor, depth)
  return path === null ? null : readComparison(cursor, path)
}

function readComparison(cursor: Cursor, path: AttributePath): Filter | null {
  if (takeWord(cursor, 'pr')) return { kind: 'present', path }
  const start = cursor.at
  const operator = readWord(cursor)?.toLowerCase() ?? ''
  if (operators.includes(operator)) {
    const value = readValue(cursor)
    return value === undefined ? null : { kind: 'compare', path, operator: operator as Operator, value }
  }
  // RFC 7644 3.4.2.2: `emails[type eq "work"]` alone asks whether there is one. Whatever follows is for the caller.
  cursor.at = start
  return path.where === null || path.sub !== null ? null : { kind: 'present', path }
}

function readClosed(cursor: Cursor, end: string, depth: number): Filter | null {
  const filter = readOr(cursor, depth + 1)
  return filter !== null && take(cursor, end) ? filter : null
}

function readPath(cursor: Cursor, depth: number): AttributePath | null {
  const word = readWord(cursor)
  const path = word === null ? null : splitName(word)
  if (path === null || cursor.text[cursor.at] !== '[') return path
  if (depth > mostNested || path.sub !== null || path.name === '') return null
  cursor.at++
  const where = readClosed(cursor, ']', depth)
  if (where === null) return null
  if (cursor.text[cursor.at] !== '.') return { ...path, where }
  cursor.at++
  const sub = readWord(cursor)
  return sub === null || !/^[\w$-]+$/.test(sub) ? null : { ...path, where, sub }
}

function splitName(word: string): AttributePath | null {
  if (!/^urn:/i.test(word)) return splitAttribute(word, null)
  if (schemaAlone.test(word)) return { schema: coreSchema.test(word) ? null : word, name: '', where: null, sub: null }
  const colon = word.lastIndexOf(':')
  const schema = word.slice(0, colon)
  return splitAttribute(word.slice(colon + 1), coreSchema.test(schema) ? null : schema)
}

function splitAttribute(text: string, schema: string | null): AttributePath | null {
  const [name = '', sub = null, ...more] = text.split('.')
  if (more.length > 0 || !/^[\w$-]+$/.test(name)) return null
  return sub === null || /^[\w$-]+$/.test(sub) ? { schema, name, where: null, sub } : null
}

/** A JSON string, number, boolean or null; undefined if there is none. */
function readValue(cursor: Cursor): string | number | boolean | null | undefined {
  skipSpace(cursor)
  const start = cursor.at
  if (cursor.text[start] === '"') return readString(cursor, start)
  const word = readWord(cursor) ?? ''
  const folded = word.toLowerCase()
  if (folded === 'true' || folded === 'false') return folded === 'true'
  if (folded === 'null') return null
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(word) ? Number(word) : undefined
}

function readString(cursor: Cursor, start: number): string | undefined {
  let end = start + 1
  while (end < cursor.text.length && cursor.text[end] !== '"') end += cursor.text[end] === '\\' ? 2 : 1
  if (end >= cursor.text.length) return undefined
  cursor.at = end + 1
  try {
    return JSON.parse(cursor.text.slice(start, end + 1)) as string
  } catch {
    // A control character, or an escape that JSON does not have.
    return undefined
  }
}

function readWord(cursor: Cursor): string | null {
  skipSpace(cursor)
  const start = cursor.at
  while (cursor.at < cursor.text.length && nameCharacter.test(cursor.text.charAt(cursor.at))) cursor.at++
  return cursor.at === start ? null : cursor.text.slice(start, cursor.at)
}

function takeWord(cursor: Cursor, word: string): boolean {
  const start = cursor.at
  if (readWord(cursor)?.toLowerCase() === word) return true
  cursor.at = start
  return false
}

function take(cursor: Cursor, character: string): boolean {
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== character) return false
  cursor.at++
  return true
}

function skipSpace(cursor: Cursor): void {
  while (cursor.text[cursor.at] === ' ') cursor.at++
}
