import type { Answer } from 'dns-packet'
import { AUTHORITATIVE_ANSWER, decode, encode, encodingLength, RECURSION_AVAILABLE } from 'dns-packet'
import type { DnsAnswer, Rcode } from './answers.ts'
import { isWellFormed } from './records.ts'
import type { DnsRecord } from './records.ts'

/** A question as it came, and what its answer must repeat. */
export type DnsQuery = {
  readonly id: number
  readonly recursionDesired: boolean
  /** In the case it was asked in. */
  readonly name: string
  /** The mnemonic, or TYPE65 where there is none here (RFC 3597 5). */
  readonly type: string
  /** The question section, octet for octet: some resolvers check the case of its letters. */
  readonly section: Buffer
  /** Octets that the asker takes over UDP (RFC 6891 6.2.3); null where it does not speak EDNS. */
  readonly ednsSize: number | null
}

/** What came in: a question, something to be refused with these octets, or nothing that deserves an answer. */
export type Received =
  | { readonly kind: 'query'; readonly query: DnsQuery }
  | { readonly kind: 'refused'; readonly response: Buffer }
  | { readonly kind: 'ignored' }

/** Octets of a UDP answer without EDNS (RFC 1035 4.2.1), and the most that is ever sent with it. */
export const PLAIN_UDP_SIZE = 512
export const MAX_UDP_SIZE = 4096
export const MAX_TCP_SIZE = 65_535

/** Reads a DNS message that should be a question. Never throws. */
export const readQuery = (message: Buffer): Received => {
  // An answer to an answer would go back and forth for ever.
  if (message.length < HEADER_SIZE || (message.readUInt8(2) & 0x80) !== 0) return { kind: 'ignored' }
  const opcode = (message.readUInt8(2) >> 3) & 0xf
  if (opcode !== 0) return refuse(message, NOTIMP, null)
  const question = message.readUInt16BE(4) === 1 ? readQuestion(message) : null
  if (question === null) return refuse(message, FORMERR, null)
  const additionals = readAdditionals(message)
  if (additionals === null || !isWellFormed(question.name)) return refuse(message, FORMERR, question.section)
  if (question.class !== CLASS_IN && question.class !== CLASS_ANY) return refuse(message, REFUSED, question.section)
  const opt = additionals.find((record) => record.type === 'OPT')
  return {
    kind: 'query',
    query: {
      id: message.readUInt16BE(0),
      recursionDesired: (message.readUInt8(2) & 1) === 1,
      name: question.name,
      type: question.type,
      section: question.section,
      ednsSize: opt?.type === 'OPT' ? opt.udpPayloadSize : null,
    },
  }
}

/** The answer in at most `maxSize` octets: what does not fit is left out and TC says so (RFC 2181 9). */
export const writeResponse = (query: DnsQuery, answer: DnsAnswer, maxSize: number): Buffer => {
  const sections = {
    answers: answer.answers.map(toWire),
    authorities: answer.authorities.map(toWire),
    additionals: query.ednsSize === null ? [] : [OPT],
  }
  const fits = encodingLength(sections) + query.section.length <= maxSize
  const flags = RCODES[answer.rcode] | (query.recursionDesired ? 0x100 : 0) | RECURSION_AVAILABLE
  const header = { type: 'response', id: query.id } as const
  if (fits) return withQuestion(encode({ ...header, flags: flags | AUTHORITATIVE_ANSWER, ...sections }), query.section)
  const empty = { ...header, flags: flags | TRUNCATED, additionals: sections.additionals }
  return withQuestion(encode(empty), query.section)
}

/** The size that a UDP answer may have. */
export const udpSizeOf = ({ ednsSize }: DnsQuery): number =>
  Math.min(Math.max(ednsSize ?? PLAIN_UDP_SIZE, PLAIN_UDP_SIZE), MAX_UDP_SIZE)

const HEADER_SIZE = 12
const CLASS_IN = 1
const CLASS_ANY = 255
const FORMERR = 1
const NOTIMP = 4
const REFUSED = 5
const TRUNCATED = 0x200
const RCODES: Readonly<Record<Rcode, number>> = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED }

const TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [255, 'ANY'],
])

const OPT: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: MAX_UDP_SIZE,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
}

type RawQuestion = { readonly name: string; readonly type: string; readonly class: number; readonly section: Buffer }

const readQuestion = (message: Buffer): RawQuestion | null => {
  const labels: string[] = []
  let at = HEADER_SIZE
  for (;;) {
    const length = message[at]
    // Nothing stands before the first name that a pointer could point at.
    if (length === undefined || length > 63) return null
    if (length === 0) break
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const end = at + 5
  if (end > message.length) return null
  const type = message.readUInt16BE(at + 1)
  return {
    // A dot inside a label gets a backslash: such a name is nobody's here, and is refused as not well formed.
    name: labels.map((label) => label.replaceAll('.', '\\.')).join('.'),
    type: TYPES.get(type) ?? `TYPE${type}`,
    class: message.readUInt16BE(at + 3),
    section: message.subarray(HEADER_SIZE, end),
  }
}

const readAdditionals = (message: Buffer): readonly Answer[] | null => {
  try {
    return decode(message).additionals ?? []
  } catch {
    // The decoder throws for whatever is wrong with the octets; it does nothing but decode.
    return null
  }
}

const refuse = (message: Buffer, rcode: number, section: Buffer | null): Received => {
  const response = Buffer.alloc(HEADER_SIZE)
  message.copy(response, 0, 0, 2)
  response.writeUInt16BE(0x8000 | (message.readUInt16BE(2) & 0x7900) | rcode, 2)
  return { kind: 'refused', response: section === null ? response : withQuestion(response, section) }
}

/** The encoder does not compress names, so that no pointer goes wrong when the question is put in between. */
const withQuestion = (response: Buffer, section: Buffer): Buffer => {
  response.writeUInt16BE(1, 4)
  return Buffer.concat([response.subarray(0, HEADER_SIZE), section, response.subarray(HEADER_SIZE)])
}

const toWire = (record: DnsRecord): Answer => {
  if (record.type !== 'TXT') return { ...record }
  return { ...record, data: record.data.map((octets) => Buffer.from(octets, 'latin1')) }
}
