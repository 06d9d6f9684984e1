/**
 * DNS lists, of the bad and of the good: RFC 5782, and the patterns for their return codes that Postfix's postscreen
 * made customary.
 */
import { parseIp } from './ip.ts'

export type OctetRange = { readonly from: number; readonly to: number }

/** Four octets, each a choice of ranges. */
export type Pattern = { readonly kind: 'pattern'; readonly octets: readonly (readonly OctetRange[])[] }

/** `at` is the index of the character that cannot be read, or the length of the text if something is missing. */
export type PatternError = { readonly kind: 'error'; readonly at: number; readonly why: string }

export type ZoneAnswer =
  /** What the zone says of the address, each code once; none if it is not listed. */
  | { readonly kind: 'codes'; readonly codes: readonly string[] }
  /** The zone refused the question: it says nothing of the address. */
  | { readonly kind: 'error-code'; readonly code: string }
  /** An answer that no list gives: parked, hijacked, or a resolver that answers everything. */
  | { readonly kind: 'not-a-dnsxl'; readonly address: string }

/** What one zone does differently from the rest. */
export type ZoneCodes = {
  /** Patterns by which this zone says that it does not answer, beside 127.255.255.0/24. */
  readonly errorCodes: readonly string[]
  /** Whether 127.0.0.1 is a code here. Everywhere else it may not be answered (RFC 5782 5). */
  readonly definesLoopback: boolean
}

/** Characters. */
export const MAX_PATTERN_LENGTH = 256

const ORDINARY_ZONE: ZoneCodes = { errorCodes: [], definesLoopback: false }

/**
 * The addresses of the control questions (RFC 5782 5) in the client's family: one that every zone lists, and one that none
 * lists. `unheardOf` is one of the eight million addresses of 127.128.0.0/9, which nobody else asks for: `chance`, from 0
 * to below 1, says which.
 */
export const controlAddresses = (
  family: 'ipv4' | 'ipv6',
  chance: number,
): { readonly listed: string; readonly unlisted: string; readonly unheardOf: string } => {
  const prefix = family === 'ipv4' ? '' : '::ffff:'
  const number = Math.floor(chance * 2 ** 23)
  const unheardOf = `127.${128 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`
  return { listed: `${prefix}127.0.0.2`, unlisted: `${prefix}127.0.0.1`, unheardOf: prefix + unheardOf }
}

/**
 * The name to ask for (RFC 5782 2.1, 2.4), an IPv4-mapped address as IPv4.
 * Throws a RangeError if `ip` is no address: an address was read before anyone may ask about it.
 */
export const queryName = (ip: string, zone: string): string => {
  const parsed = parseIp(ip)
  if (parsed === null) throw new RangeError(`expected an IP address to ask ${zone} about, found ${JSON.stringify(ip)}`)
  const digits =
    parsed.kind === 'v4'
      ? parsed.bytes.map(String)
      : parsed.bytes.flatMap((byte) => [(byte >> 4).toString(16), (byte & 15).toString(16)])
  return `${digits.reverse().join('.')}.${zone}`
}

/** `127.0.0.[2;4..7]`: each octet a number, or numbers and ranges in brackets. */
export const parsePattern = (text: string): Pattern | PatternError => {
  if (text.length > MAX_PATTERN_LENGTH) {
    return error(MAX_PATTERN_LENGTH, `a pattern has at most ${MAX_PATTERN_LENGTH} characters, found ${text.length}`)
  }
  const octets: (readonly OctetRange[])[] = []
  let at = 0
  while (octets.length < 4) {
    if (octets.length > 0 && text[at++] !== '.')
      return error(at - 1, `expected "." and four octets, ${found(text, at - 1)}`)
    const octet = text[at] === '[' ? readChoice(text, at) : readNumber(text, at)
    if (octet.kind === 'error') return octet
    octets.push(octet.ranges)
    at = octet.end
  }
  return at === text.length
    ? { kind: 'pattern', octets }
    : error(at, `expected the end after four octets, ${found(text, at)}`)
}

/** Whether an answer has the pattern. False for what is no IPv4 address. */
export const matches = (pattern: Pattern, address: string): boolean => {
  const ip = parseIp(address)
  return (
    ip?.kind === 'v4' &&
    pattern.octets.every((ranges, i) => ranges.some(({ from, to }) => inRange(ip.bytes[i] ?? -1, from, to)))
  )
}

/** The same with a pattern as text. False for a text that is no pattern. */
export const matchesText = (text: string, address: string): boolean => {
  let pattern = parsed.get(text)
  if (pattern === undefined) {
    pattern = parsePattern(text)
    // Patterns come from a policy, which has a few dozen; the bound is for whoever tries out thousands in one process.
    if (parsed.size < 1000) parsed.set(text, pattern)
  }
  return pattern.kind === 'pattern' && matches(pattern, address)
}

const parsed = new Map<string, Pattern | PatternError>()

/**
 * What the A records of an answer say together; no records (NODATA) are no codes.
 *
 * One record that no list gives, or one error code, and the whole answer counts for nothing: a zone in that state is
 * not believed about the other records either.
 */
export const readAnswer = (addresses: readonly string[], zone: ZoneCodes = ORDINARY_ZONE): ZoneAnswer => {
  const refusal = addresses.find(
    (address) => address.startsWith('127.255.255.') || zone.errorCodes.some((pattern) => matchesText(pattern, address)),
  )
  if (refusal !== undefined) return { kind: 'error-code', code: refusal }
  const foreign = addresses.find((address) => !isCode(address, zone))
  if (foreign !== undefined) return { kind: 'not-a-dnsxl', address: foreign }
  return { kind: 'codes', codes: [...new Set(addresses)] }
}

type Octet = { readonly kind: 'octet'; readonly ranges: readonly OctetRange[]; readonly end: number }

/** RFC 5782 2.3: listings are addresses in 127.0.0.0/8. */
const isCode = (address: string, zone: ZoneCodes): boolean => {
  const ip = parseIp(address)
  return ip?.kind === 'v4' && ip.bytes[0] === 127 && (address !== '127.0.0.1' || zone.definesLoopback)
}

const readChoice = (text: string, open: number): Octet | PatternError => {
  const ranges: OctetRange[] = []
  for (let at = open; ;) {
    const low = readNumber(text, at + 1)
    if (low.kind === 'error') return low
    const high = text.startsWith('..', low.end) ? readNumber(text, low.end + 2) : low
    if (high.kind === 'error') return high
    const from = low.ranges[0]?.from ?? 0
    const to = high.ranges[0]?.to ?? 0
    if (to < from) return error(at + 1, `a range goes from the lower to the higher number, found ${from}..${to}`)
    ranges.push({ from, to })
    at = high.end
    if (text[at] === ']') return { kind: 'octet', ranges, end: at + 1 }
    if (text[at] !== ';') return error(at, `expected ";", ".." or "]", ${found(text, at)}`)
  }
}

const readNumber = (text: string, at: number): Octet | PatternError => {
  let end = at
  while (inRange(text.charCodeAt(end), 48, 57)) end++
  if (end === at) return error(at, `expected a number, ${found(text, at)}`)
  const number = Number(text.slice(at, end))
  if (number > 255) return error(at, `octets are 0 to 255, found ${text.slice(at, end)}`)
  return { kind: 'octet', ranges: [{ from: number, to: number }], end }
}

const inRange = (value: number, from: number, to: number): boolean => value >= from && value <= to

const found = (text: string, at: number): string => (at < text.length ? `found "${text.charAt(at)}"` : 'found the end')

const error = (at: number, why: string): PatternError => ({ kind: 'error', at, why })
