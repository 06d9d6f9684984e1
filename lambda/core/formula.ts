import { parsePattern, type OctetRange } from './protocol/dnsxl.ts'
import { isPlaceholder, looksLikeKey } from './zone-keys.ts'

/**
 * One term of the formula of Postfix's postscreen (postscreen_dnsbl_sites): `zone=pattern*weight`. A zone whose answer has
 * the pattern adds its weight, once however many of its records have it.
 */
export type Term = {
  readonly kind: 'term'
  /** Lower case. May hold names of keys in braces, each a label by itself. */
  readonly zone: string
  readonly pattern: string
  /** -100 to 100, not 0. Negative: it speaks for the client. */
  readonly weight: number
}

/** `at` is the index of the character that cannot be read, or the length of the text if something is missing. */
export type TermError = { readonly kind: 'error'; readonly at: number; readonly why: string }

/** Characters. */
export const MAX_TERM_LENGTH = 1024

/** A query for an IPv6 address puts 64 characters before the zone (RFC 5782 2.4), and a name has 253 (RFC 1035 2.3.4). */
export const MAX_ZONE_LENGTH = 189

/** What a term without a pattern counts: every answer that is a listing at all. */
export const ANY_LISTING = '127.[0..255].[0..255].[0..255]'

const HEAVIEST = 100

/** RFC 1035 2.3.4. A key may take a whole label. */
const LONGEST_LABEL = 63

/** Never throws. The first mistake from the left is told. */
export function parseTerm(text: string): Term | TermError {
  if (text.length > MAX_TERM_LENGTH) return error(MAX_TERM_LENGTH, `a term has at most ${MAX_TERM_LENGTH} characters`)
  const star = text.indexOf('*')
  const end = star < 0 ? text.length : star
  const equals = text.slice(0, end).indexOf('=')
  const zone = readZone(text.slice(0, equals < 0 ? end : equals))
  if (zone.kind === 'error') return zone
  const pattern = equals < 0 ? ANY_LISTING : text.slice(equals + 1, end)
  const mistake = equals < 0 ? null : patternMistake(pattern, equals + 1)
  if (mistake !== null) return mistake
  const weight = star < 0 ? 1 : readWeight(text, star + 1)
  return typeof weight === 'number' ? { kind: 'term', zone: zone.name, pattern, weight } : weight
}

/** The shortest text that is read as this term. */
export function writeTerm({ zone, pattern, weight }: Omit<Term, 'kind'>): string {
  return `${zone}${pattern === ANY_LISTING ? '' : `=${pattern}`}${weight === 1 ? '' : `*${weight}`}`
}

/** The term as a sentence without its full stop: `bl.example adds 2 if it answers 127.0.0.x, x being 2 or 4 to 7`. */
export function describeTerm({ zone, pattern, weight }: Omit<Term, 'kind'>): string {
  const effect = weight > 0 ? `adds ${weight}` : `speaks for the client by ${-weight}`
  return `${zone} ${effect} if it ${pattern === ANY_LISTING ? 'lists the client at all' : `answers ${describePattern(pattern)}`}`
}

/** `127.0.x.y, x being 2 to 9 or 11 to 20 and y being 1 to 3`; a text that is no pattern as it stands. */
export function describePattern(text: string): string {
  const pattern = parsePattern(text)
  if (pattern.kind === 'error') return text
  const unnamed = ['x', 'y', 'z', 'w']
  const named: string[] = []
  const octets = pattern.octets.map((ranges) => {
    const [first] = ranges
    if (ranges.length === 1 && first?.from === first?.to) return String(first?.from)
    const name = unnamed.shift() ?? ''
    named.push(`${name} being ${ranges.map(describeRange).join(' or ')}`)
    return name
  })
  return [octets.join('.'), ...(named.length > 0 ? [named.join(' and ')] : [])].join(', ')
}

function describeRange({ from, to }: OctetRange): string {
  return from === to ? String(from) : `${from} to ${to}`
}

function readZone(text: string): { readonly kind: 'zone'; readonly name: string } | TermError {
  if (text === '') return error(0, 'expected the name of a zone')
  const labels = text.split('.')
  let at = 0
  let length = labels.length - 1
  for (const label of labels) {
    const mistake = labelMistake(label, text.slice(at + label.length + 1))
    if (mistake !== null) return error(at + mistake.at, mistake.why)
    at += label.length + 1
    length += isPlaceholder(label) ? LONGEST_LABEL : label.length
  }
  const last = labels.at(-1) ?? ''
  const lastAt = text.length - last.length
  if (labels.length < 2) return error(text.length, 'a zone has at least two labels, as in "bl.example"')
  if (/^\d+$/.test(last) || isPlaceholder(last)) return error(lastAt, 'the last label of a zone is a top-level domain')
  if (length > MAX_ZONE_LENGTH) return error(0, `a zone has at most ${MAX_ZONE_LENGTH} characters, its key included`)
  return { kind: 'zone', name: text.toLowerCase() }
}

/** The mistake in a label, its place counted from the start of the label. */
function labelMistake(label: string, rest: string): { readonly at: number; readonly why: string } | null {
  if (isPlaceholder(label)) return null
  if (label === '') return { at: 0, why: 'a label is missing: a zone has no two dots in a row, and none at its ends' }
  const strange = label.search(/[^a-z0-9-]/i)
  if (label[strange] === '{') return { at: strange, why: 'a key is a label by itself, such as {dqs}' }
  if (strange >= 0) return { at: strange, why: 'the name of a zone has letters, digits, hyphens and dots' }
  if (label.length > LONGEST_LABEL) return { at: LONGEST_LABEL, why: `a label has at most ${LONGEST_LABEL} characters` }
  if (label.startsWith('-')) return { at: 0, why: 'a label does not start with a hyphen' }
  if (label.endsWith('-')) return { at: label.length - 1, why: 'a label does not end with a hyphen' }
  if (looksLikeKey(label, rest)) {
    return {
      at: 0,
      why: 'this looks like a key, which belongs in a secret; here stands its name in braces, such as {dqs}',
    }
  }
  return null
}

function patternMistake(pattern: string, at: number): TermError | null {
  const read = parsePattern(pattern)
  if (read.kind === 'error') {
    // The place says what was found there.
    const found = read.why.lastIndexOf(', found ')
    return error(at + read.at, found < 0 ? read.why : read.why.slice(0, found))
  }
  const inLoopback = read.octets[0]?.every(({ from, to }) => from === 127 && to === 127) === true
  return inLoopback ? null : error(at, 'zones answer in 127.0.0.0/8 (RFC 5782 2.3), and nowhere else')
}

function readWeight(text: string, at: number): number | TermError {
  const digitsAt = text[at] === '-' ? at + 1 : at
  let end = digitsAt
  while (/^\d$/.test(text.charAt(end))) end++
  if (end === digitsAt) return error(digitsAt, 'expected a weight, which is a whole number')
  if (end < text.length) return error(end, 'expected the end after the weight, which is a whole number')
  const weight = Number(text.slice(at))
  if (weight === 0) return error(at, 'a weight of 0 would be asked for nothing')
  if (Math.abs(weight) > HEAVIEST) return error(at, `a weight is a whole number from -${HEAVIEST} to ${HEAVIEST}`)
  return weight
}

function error(at: number, why: string): TermError {
  return { kind: 'error', at, why }
}
