import type { Entry, Mistake, Token } from './master-file-scanner.ts'
import { scanEntries } from './master-file-scanner.ts'
import type { Fields } from './record-data.ts'
import { readData, readDuration, readName } from './record-data.ts'
import { isWellFormed, nameOf, RECORD_TYPES } from './records.ts'
import type { DnsName, DnsRecord, RecordType } from './records.ts'

export type ZoneFileProblem = Mistake & { readonly file: string }

export type ZoneFile =
  | { readonly kind: 'records'; readonly records: readonly DnsRecord[] }
  | { readonly kind: 'problems'; readonly problems: readonly ZoneFileProblem[] }

/** Characters. Above it the file is refused unread, rather than filling the memory. */
export const MAX_ZONE_FILE_LENGTH = 50_000_000

/** A file of another kind has a problem on every line; the first hundred say so. */
export const MAX_PROBLEMS = 100

/** Seconds, where neither the record nor a $TTL nor a record before it says. */
export const DEFAULT_TTL = 3600

/**
 * Reads a master file (RFC 1035 5; $TTL: RFC 2308 4): $ORIGIN, $TTL, records of class IN of the types that mail needs.
 *
 * All problems are reported, and no record is given if there is one: a zone that is half there answers "no such name"
 * for the other half. $INCLUDE and $GENERATE are refused. Never throws; the time is linear in the length of the text.
 */
export const parseZoneFile = (text: string, fileName: string): ZoneFile => {
  if (text.length > MAX_ZONE_FILE_LENGTH) {
    const expected = `a file of at most ${MAX_ZONE_FILE_LENGTH} characters`
    return { kind: 'problems', problems: [{ file: fileName, line: 1, expected, found: `${text.length} characters` }] }
  }
  const reading: Reading = { origin: null, ttl: null, lastTtl: null, owner: null, placed: [], mistakes: [] }
  for (const entry of scanEntries(text)) {
    if (entry.mistake !== null) reading.mistakes.push(entry.mistake)
    else readEntry(entry, reading)
    if (reading.mistakes.length >= MAX_PROBLEMS) break
  }
  if (reading.mistakes.length === 0) reading.mistakes.push(...aliasesBesideOthers(reading.placed))
  if (reading.mistakes.length === 0) return { kind: 'records', records: reading.placed.map(({ record }) => record) }
  return {
    kind: 'problems',
    problems: reading.mistakes.slice(0, MAX_PROBLEMS).map((mistake) => ({ file: fileName, ...mistake })),
  }
}

/** One line for people: `samples.zone:12: expected an IPv4 address, found "300.1.1.1"`. */
export const describeProblem = ({ file, line, expected, found }: ZoneFileProblem): string =>
  `${file}:${line}: expected ${expected}, found ${JSON.stringify(clipped(found))}`

type Placed = { readonly record: DnsRecord; readonly line: number }

type Reading = {
  origin: string | null
  /** From $TTL. */
  ttl: number | null
  lastTtl: number | null
  owner: DnsName | null
  readonly placed: Placed[]
  readonly mistakes: Mistake[]
}

const clipped = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 57)}...`)

const readEntry = (entry: Entry, reading: Reading): void => {
  const [first] = entry.tokens
  if (first === undefined) return
  const before = reading.mistakes.length
  const fields = fieldsOf(entry, reading)
  if (!entry.repeatsOwner && !first.quoted && first.text.startsWith('$')) {
    readDirective(fields, reading)
    refuseRest(fields, before, reading)
    return
  }
  const owner = readOwner(entry, fields, reading)
  const { ttl, type } = readTtlClassType(fields)
  if (type === null) return
  const data = readData(type, fields)
  refuseRest(fields, before, reading)
  if (ttl !== null) reading.lastTtl = ttl
  if (reading.mistakes.length > before || owner === null) return
  const seconds = ttl ?? reading.ttl ?? reading.lastTtl ?? DEFAULT_TTL
  reading.placed.push({ record: { name: owner, ttl: seconds, ...data }, line: entry.line })
}

const fieldsOf = (entry: Entry, reading: Reading): Fields => {
  let next = 0
  let isShort = false
  const last = entry.tokens.at(-1)
  const missing: Token = { text: '', quoted: false, line: last?.line ?? entry.line }
  const add = (line: number, expected: string, found: string) => reading.mistakes.push({ line, expected, found })
  return {
    origin: reading.origin,
    take: (expected) => {
      const token = entry.tokens[next++]
      if (token !== undefined) return token
      if (!isShort) add(missing.line, expected, 'the end of the record')
      isShort = true
      return missing
    },
    isEmpty: () => next >= entry.tokens.length,
    complain: (token, expected) => {
      if (token !== missing) add(token.line, expected, token.text)
    },
  }
}

const refuseRest = (fields: Fields, before: number, reading: Reading): void => {
  if (reading.mistakes.length > before || fields.isEmpty()) return
  fields.complain(fields.take('nothing more'), 'the end of the record')
}

const readDirective = (fields: Fields, reading: Reading): void => {
  const directive = fields.take('a directive')
  if (directive.text.toUpperCase() === '$ORIGIN') {
    const token = fields.take('the origin')
    const origin = readName(token, fields)
    if (isWellFormed(origin)) reading.origin = origin
  } else if (directive.text.toUpperCase() === '$TTL') {
    const token = fields.take('a TTL')
    reading.ttl = readDuration(token.text)
    if (reading.ttl === null) fields.complain(token, 'a TTL in seconds, or in units such as 1h30m')
  } else {
    fields.complain(directive, '$ORIGIN or $TTL (other directives are not supported)')
    while (!fields.isEmpty()) fields.take('')
  }
}

const readOwner = (entry: Entry, fields: Fields, reading: Reading): DnsName | null => {
  if (entry.repeatsOwner) {
    if (reading.owner === null) {
      reading.mistakes.push({ line: entry.line, expected: 'a name at the start of the first record', found: ' ' })
    }
    return reading.owner
  }
  reading.owner = nameOf(readName(fields.take('a name'), fields))
  return reading.owner
}

/** `[TTL] [class] type` or `[class] [TTL] type`; a type never begins with a digit, and a TTL always does. */
const readTtlClassType = (fields: Fields): { readonly ttl: number | null; readonly type: RecordType | null } => {
  let ttl: number | null = null
  let hasClass = false
  for (;;) {
    const token = fields.take('a record type')
    const word = token.quoted ? '' : token.text.toUpperCase()
    if (/^\d/.test(word) && ttl === null) {
      ttl = readDuration(word)
      if (ttl === null) fields.complain(token, 'a TTL in seconds, or in units such as 1h30m')
      if (ttl === null) return { ttl, type: null }
    } else if (OTHER_CLASSES.has(word)) {
      fields.complain(token, 'the class IN')
      return { ttl, type: null }
    } else if (word === 'IN' && !hasClass) hasClass = true
    else {
      const type = RECORD_TYPES.find((known) => known === word) ?? null
      if (type === null) fields.complain(token, `one of the types ${RECORD_TYPES.join(', ')}`)
      return { ttl, type }
    }
  }
}

const OTHER_CLASSES: ReadonlySet<string> = new Set(['CH', 'CS', 'HS', 'ANY'])

/** RFC 1034 3.6.2: an alias is alone at its name. A server that has both answers one or the other as it likes. */
const aliasesBesideOthers = (placed: readonly Placed[]): readonly Mistake[] => {
  const aliases = new Set(placed.flatMap(({ record }) => (record.type === 'CNAME' ? [record.name] : [])))
  const first = new Map<DnsName, Placed>()
  const mistakes: Mistake[] = []
  for (const { record, line } of placed) {
    if (!aliases.has(record.name)) continue
    const earlier = first.get(record.name)
    if (earlier === undefined) first.set(record.name, { record, line })
    else if (record.type === 'CNAME' || earlier.record.type === 'CNAME') {
      const expected = `a CNAME alone at its name (line ${earlier.line} has ${earlier.record.type} for it)`
      mistakes.push({ line, expected, found: `${record.name} ${record.type}` })
    }
  }
  return mistakes
}
