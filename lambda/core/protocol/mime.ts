/**
 * The parts of a message: RFC 2045 5 (Content-Type), RFC 2046 5.1 (multipart). Only as far as reports need it: where each
 * part begins and ends, with its bytes untouched. No part is decoded here, and no message inside the message is opened.
 *
 * A returned header proves something only while its bytes are those that were signed, and decoders of whole messages turn
 * them into text; hence a reader of boundaries alone. Text is latin1: a character is an octet.
 */
import { firstField, parseHeaderBlock, type HeaderField } from './header.ts'

export type Part = {
  /** `type/subtype` in lower case. */
  readonly type: string
  /** The Content-Type field as written, unfolded; empty if there is none. */
  readonly contentType: string
  /** Content-Transfer-Encoding in lower case; empty if there is none. */
  readonly encoding: string
  /** Its own header section as written. */
  readonly header: string
  readonly fields: readonly HeaderField[]
  /** The body as it stands, still encoded. Empty for a multipart, whose parts follow it. */
  readonly body: string
  /** 0 for the message itself. */
  readonly depth: number
}

export type Mail = {
  readonly fields: readonly HeaderField[]
  /** The message itself, then its parts, in the order in which they are written. */
  readonly parts: readonly Part[]
  /** A bound was reached: something at the end was not read. */
  readonly truncated: boolean
}

export type MimeBounds = {
  /** Octets of the message that are looked at. */
  readonly maxLength: number
  readonly maxParts: number
  readonly maxDepth: number
}

/** What a report is to be found in: no known server puts the returned headers deeper or later. */
export const MIME_BOUNDS: MimeBounds = { maxLength: 2 * 1024 * 1024, maxParts: 100, maxDepth: 8 }

/** Octets to fetch of a message that may be a report: one more than are read, so that it shows that there are more. */
export const REPORT_LENGTH = MIME_BOUNDS.maxLength + 1

/** Reads a message, `text` being latin1. Never throws. Time grows with the length, times the depth that is allowed. */
export const readMail = (text: string, bounds: MimeBounds = MIME_BOUNDS): Mail => {
  const seen = text.slice(0, bounds.maxLength)
  const start = seen.slice(firstLine(seen))
  const block = parseHeaderBlock(start)
  const reading: Reading = { parts: [], bounds, truncated: block.truncated || text.length > bounds.maxLength }
  readPart(block.fields, start, block.bodyAt, 'text/plain', 0, reading)
  return { fields: block.fields, parts: reading.parts, truncated: reading.truncated }
}

/** A parameter of a structured field (RFC 2045 5.1), unquoted; null if it is not there. */
export const parameterOf = (value: string, name: string): string | null => {
  const lower = value.toLowerCase()
  for (let at = lower.indexOf(name); at >= 0; at = lower.indexOf(name, at + name.length)) {
    let equals = at + name.length
    while (BLANKS.includes(lower.charAt(equals)) && equals < lower.length) equals++
    const before = lower.charAt(at - 1)
    if (lower[equals] !== '=' || (before !== '' && !BLANKS.includes(before) && before !== ';')) continue
    return parameterValue(value, equals + 1)
  }
  return null
}

type Reading = { readonly parts: Part[]; readonly bounds: MimeBounds; truncated: boolean }

const readPart = (
  fields: readonly HeaderField[],
  text: string,
  bodyAt: number,
  defaultType: string,
  depth: number,
  reading: Reading,
): void => {
  if (reading.parts.length >= reading.bounds.maxParts) {
    reading.truncated = true
    return
  }
  const contentType = firstField(fields, 'content-type') ?? ''
  const type = typeOf(contentType) ?? defaultType
  const encoding = (firstField(fields, 'content-transfer-encoding') ?? '').split(/[ \t;(]/, 1)[0]?.toLowerCase() ?? ''
  const body = text.slice(bodyAt)
  const part = { type, contentType, encoding, depth, fields, header: text.slice(0, bodyAt) }
  const boundary = type.startsWith('multipart/') ? boundaryOf(contentType, body) : null
  if (boundary === null) {
    // A multipart whose boundary nobody wrote is still text that somebody can read.
    reading.parts.push({ ...part, type: type.startsWith('multipart/') ? 'text/plain' : type, body })
    return
  }
  reading.parts.push({ ...part, body: '' })
  if (depth >= reading.bounds.maxDepth) {
    reading.truncated = true
    return
  }
  const inner = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
  for (const [from, to] of sections(body, boundary, reading)) {
    const section = body.slice(from, to)
    const block = parseHeaderBlock(section)
    if (block.truncated) reading.truncated = true
    readPart(block.fields, section, block.bodyAt, inner, depth + 1, reading)
  }
}

/** Where the parts lie between the delimiter lines. A closing delimiter that is missing is the end of the text. */
const sections = (
  body: string,
  boundary: string,
  { parts, bounds }: Reading,
): readonly (readonly [number, number])[] => {
  const found: (readonly [number, number])[] = []
  const room = bounds.maxParts - parts.length + 1
  let begin: number | null = null
  for (let at = delimiterAt(body, boundary, 0); at >= 0 && found.length < room; at = delimiterAt(body, boundary, at)) {
    const end = endOfLine(body, at)
    const rest = body.slice(at + boundary.length, Math.min(end, at + boundary.length + 80)).trim()
    const last = at
    at = end
    if (rest !== '' && rest !== '--') continue
    if (begin !== null) found.push([begin, body[last - 2] === '\r' ? last - 2 : last - 1])
    begin = end + 1
    if (rest === '--') return found
  }
  if (begin !== null && begin < body.length && found.length < room) found.push([begin, body.length])
  return found
}

/**
 * The next line that begins with the delimiter, at `from` or behind it; -1 if there is none. Only lines with dashes are compared:
 * a search for the delimiter itself looks at an octet as often as the two are alike.
 */
const delimiterAt = (body: string, boundary: string, from: number): number => {
  if (from === 0 && body.startsWith(boundary)) return 0
  for (let feed = body.indexOf('\n--', from); feed >= 0; feed = body.indexOf('\n--', feed + 3)) {
    if (body.startsWith(boundary, feed + 1)) return feed + 1
  }
  return -1
}

/** The delimiter, dashes included. Where the declared one is not used, the first line that looks like one and is followed by a field. */
const boundaryOf = (contentType: string, body: string): string | null => {
  const declared = parameterOf(contentType, 'boundary')?.trimEnd() ?? ''
  if (declared !== '' && declared.length <= MAX_BOUNDARY && delimiterAt(body, `--${declared}`, 0) >= 0)
    return `--${declared}`
  const at = body.startsWith('--') ? 0 : body.indexOf('\n--') + 1
  if (!body.startsWith('--', at)) return null
  const line = body.slice(at, Math.min(endOfLine(body, at), at + MAX_BOUNDARY)).trimEnd()
  const next = body.slice(endOfLine(body, at) + 1, endOfLine(body, at) + 9).toLowerCase()
  return line.length > 4 && next === 'content-' ? line : null
}

const typeOf = (contentType: string): string | null => {
  const type = contentType.split(/[;(]/, 1)[0]?.replace(/[ \t]/g, '').toLowerCase() ?? ''
  return type.includes('/') ? type : null
}

const parameterValue = (value: string, at: number): string => {
  let start = at
  while (start < value.length && BLANKS.includes(value.charAt(start))) start++
  if (value[start] !== '"') return value.slice(start).split(/[; \t]/, 1)[0] ?? ''
  const close = value.indexOf('"', start + 1)
  return value.slice(start + 1, close < 0 ? value.length : close).replace(/\\(.)/g, '$1')
}

const endOfLine = (text: string, at: number): number => {
  const feed = text.indexOf('\n', at)
  return feed < 0 ? text.length : feed
}

/** Empty lines above the header were put there by a store or a gateway. */
const firstLine = (text: string): number => {
  let at = 0
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++
  return text.lastIndexOf('\n', at) + 1
}

const BLANKS = ' \t'
/** RFC 2046 allows 70; real ones are longer. */
const MAX_BOUNDARY = 250
