import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import type { Token } from './master-file-scanner.ts'
import { octetsOf } from './master-file-scanner.ts'
import { isWellFormed, MAX_TTL } from './records.ts'
import type { RecordData, RecordType } from './records.ts'

/** The words after the type, taken from left to right. Where one is missing a stand-in is taken and complained about. */
export type Fields = {
  /** Null while no $ORIGIN has been given. */
  readonly origin: string | null
  readonly take: (expected: string) => Token
  readonly isEmpty: () => boolean
  /** Once for each token: what follows from a missing one is not said again. */
  readonly complain: (token: Token, expected: string) => void
}

/**
 * Reads the data of a record (RFC 1035 3.3, 3.4; RFC 3596 2.4). After a complaint the data is only a stand-in: the
 * caller must drop it.
 */
export const readData = (type: RecordType, fields: Fields): RecordData => {
  switch (type) {
    case 'A':
      return { type, data: readAddress(fields, isIPv4, 'an IPv4 address') }
    case 'AAAA':
      return { type, data: canonical(readAddress(fields, isIPv6, 'an IPv6 address')) }
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { type, data: readName(fields.take(`the name that the ${type} points at`), fields) }
    case 'MX':
      return {
        type,
        data: {
          preference: readNumber(fields, 'a preference from 0 to 65535', 65_535),
          exchange: readName(fields.take('the name of a mail server'), fields),
        },
      }
    case 'SOA':
      return readSoa(fields)
    case 'TXT':
      return { type, data: readStrings(fields) }
  }
}

/** A name made absolute, without its final dot. Complains if it does not fit the wire or lacks an origin. */
export const readName = (token: Token, fields: Pick<Fields, 'origin' | 'complain'>): string =>
  readNameAs(token, fields, (name) => name)

/** Seconds, plain or in units (`1h30m`, `2d`); null if it is neither or does not fit in 31 bits. */
export const readDuration = (text: string): number | null => {
  let total = 0
  let digits = ''
  for (const char of text.toLowerCase()) {
    if (char >= '0' && char <= '9') {
      digits += char
      continue
    }
    const unit = UNITS.get(char)
    if (unit === undefined || digits === '') return null
    total += Number(digits) * unit
    digits = ''
  }
  total += Number(digits)
  return text === '' || total > MAX_TTL ? null : total
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
])

const joined = (relative: string, origin: string): string => (origin === '' ? relative : `${relative}.${origin}`)

const readAddress = (fields: Fields, isAddress: (text: string) => boolean, expected: string): string => {
  const token = fields.take(expected)
  if (isAddress(token.text) && !token.text.includes('%')) return token.text
  fields.complain(token, expected)
  return ''
}

/** The spelling in which node:dns gives an IPv6 address, whatever the file wrote. */
const canonical = (address: string): string =>
  address === '' ? '' : new SocketAddress({ address, family: 'ipv6' }).address

const readNumber = (fields: Fields, expected: string, max: number): number => {
  const token = fields.take(expected)
  if (/^\d{1,10}$/.test(token.text) && Number(token.text) <= max) return Number(token.text)
  fields.complain(token, expected)
  return 0
}

const readSeconds = (fields: Fields, what: string): number => {
  const expected = `${what} in seconds, or in units such as 1h30m`
  const token = fields.take(expected)
  const seconds = readDuration(token.text)
  if (seconds === null) fields.complain(token, expected)
  return seconds ?? 0
}

const readSoa = (fields: Fields): RecordData => ({
  type: 'SOA',
  data: {
    mname: readName(fields.take('the primary name server'), fields),
    rname: readMailbox(fields),
    serial: readNumber(fields, 'a serial number from 0 to 4294967295', 4_294_967_295),
    refresh: readSeconds(fields, 'the refresh time'),
    retry: readSeconds(fields, 'the retry time'),
    expire: readSeconds(fields, 'the expiry'),
    minimum: readSeconds(fields, 'the negative TTL'),
  },
})

/** A dot inside the local part is escaped (RFC 1035 8); only here may a name have a backslash. */
const readMailbox = (fields: Fields): string =>
  readNameAs(fields.take('the mailbox of the person responsible, written as a name'), fields, (name) =>
    name.replaceAll('\\.', '--'),
  )

/** `visible` gives the form whose characters and lengths are checked. */
const readNameAs = (
  token: Token,
  { origin, complain }: Pick<Fields, 'origin' | 'complain'>,
  visible: (name: string) => string,
): string => {
  const isOrigin = token.text === '@' && !token.quoted
  const isAbsolute = token.text.endsWith('.')
  if (!isAbsolute && origin === null) {
    complain(token, 'a name with a final dot, or an $ORIGIN before it')
    return ''
  }
  const base = origin ?? ''
  const whole = isOrigin ? base : isAbsolute ? token.text.slice(0, -1) : joined(token.text, base)
  const isRoot = isOrigin || token.text === '.'
  if (!token.quoted && (isRoot || whole !== '') && isWellFormed(visible(whole))) return whole
  complain(token, 'a domain name: ASCII labels of 1 to 63 characters, 253 in all')
  return ''
}

const readStrings = (fields: Fields): readonly string[] => {
  const strings: string[] = []
  do {
    const token = fields.take('a character string')
    const octets = octetsOf(token.text)
    if (octets === null) fields.complain(token, 'escapes of the form \\" or \\DDD, DDD from 000 to 255')
    else if (octets.length > 255) fields.complain(token, 'a string of at most 255 octets (split it in several)')
    else strings.push(octets)
  } while (!fields.isEmpty())
  return strings
}
