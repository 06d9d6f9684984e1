/**
 * The client's address, which no field of the SES event holds: it is read from the two trace fields that SES puts on
 * top of a message (RFC 5321 4.4; RFC 7208 9.1).
 *
 *     Received: from <HELO> (<rDNS> [<ip>]) by inbound-smtp.<region>.amazonaws.com with SMTP id <messageId> for <rcpt>; <date>
 *     Received-SPF: <result> (<comment>) client-ip=<ip>; envelope-from=<address>; helo=<name>;
 *
 * Who writes what in the Received line: the sender chooses HELO, at the front, and the recipient, at the end. A quoted
 * local part may hold spaces, brackets and words, and so may what was sent for a HELO. So a copy of ` by inbound-smtp.`
 * with an address before it can stand on either side of the real one, and neither the first nor the last is safe to
 * take. The reverse name is the sender's too, but it stands before the bracket that SES writes.
 *
 * What the sender cannot write is the message id: SES gives it to the message after HELO and RCPT were sent. The stamp
 * with the right id is therefore SES's own, wherever it stands, and the bracket right before it is the client. Only
 * where several stamps are left that name different addresses (the id is unknown, or was guessed) is nothing read.
 */
import { firstField, type HeaderField } from './header.ts'
import { canonicalIp, MAX_IP_LENGTH } from './ip.ts'
import { endOfComment, endOfQuotedString } from './lexical.ts'

export type SesReceived = {
  /** Canonical; null where no address or more than one can be read. */
  readonly ip: string | null
  /** What the client said of itself. Never decide on it. */
  readonly helo: string | null
  /** The reverse name that SES found for the client. */
  readonly rdns: string | null
  /** The host of SES that took the message; null if the line is not by SES. */
  readonly by: string | null
  readonly id: string | null
}

export type Client =
  | { readonly kind: 'client'; readonly ip: string; readonly helo: string | null }
  | {
      readonly kind: 'unknown'
      readonly why: 'no-received' | 'not-by-ses' | 'wrong-id' | 'unreadable' | 'no-received-spf' | 'disagree'
    }

/** The `messageId` tells SES's own stamp from one that the sender wrote into HELO or the recipient. */
export const parseSesReceived = (value: string, messageId: string | null = null): SesReceived => {
  const line = value.split(BLANKS).join(' ').trim()
  const stamps = Array.from(line.matchAll(STAMP), (match) => ({ at: match.index, by: match[1], id: match[2] }))
  const own = stamps.filter(({ id }) => id !== undefined && id === messageId)
  const stamp = own.at(-1) ?? stamps.at(-1)
  if (stamp === undefined) return { ip: null, helo: null, rdns: null, by: null, id: null }
  const { by = null, id = null } = stamp
  const readings = (own.length > 0 ? own : stamps)
    .map(({ at }) => bracketBefore(line, at))
    .filter((read) => read !== null)
  const [reading = null] = readings
  if (reading === null || readings.some(({ ip }) => ip !== reading.ip))
    return { ip: null, helo: null, rdns: null, by, id }
  return { ip: reading.ip, ...namesBefore(line, reading.at), by, id }
}

/**
 * The address that SES evaluated SPF for. The comment names the sender's domain, and HELO and the envelope sender
 * follow behind, so only the first `client-ip=` outside the comment counts.
 */
export const clientIpOfReceivedSpf = (value: string): string | null => {
  let atStartOfWord = true
  for (let i = 0; i < value.length;) {
    const character = value.charAt(i)
    if (atStartOfWord && value.startsWith(CLIENT_IP, i))
      return readIp(value.slice(i + CLIENT_IP.length).split(/[;\s]/, 1)[0] ?? '')
    atStartOfWord = ENDS_OF_WORD.includes(character)
    if (character === '(') {
      // A comment that never closes was opened by a bracket in the sender's domain: SES's own end of it is the first
      // `)` that its key follows.
      i = endOfComment(value, i) ?? endOfOwnComment(value, i)
      atStartOfWord = true
    } else if (character === '"') i = endOfQuotedString(value, i) ?? value.length
    else i++
  }
  return null
}

/**
 * Who connected to SES, if that can be known beyond what the sender claims: by the first Received, if SES wrote it for
 * this message and its own Received-SPF agrees.
 *
 * The first Received counts wherever it stands. SES prepends its fields, so nothing of the sender's is above them; a
 * field on top of them, as List-Unsubscribe in one captured event, was put there on the receiving side. And should the
 * first Received be anybody else's after all, it does not carry the id.
 */
export const clientOf = (fields: readonly HeaderField[], messageId: string): Client => {
  const at = fields.findIndex(({ name }) => name.toLowerCase() === 'received')
  const line = fields[at]
  if (line === undefined) return unknown('no-received')
  const received = parseSesReceived(line.value, messageId)
  if (received.by === null) return unknown('not-by-ses')
  if (received.id !== messageId) return unknown('wrong-id')
  if (received.ip === null) return unknown('unreadable')
  const spf = firstField(sesBlockBelow(fields, at), 'received-spf')
  if (spf === null) return unknown('no-received-spf')
  const claimed = clientIpOfReceivedSpf(spf)
  if (claimed === null) return unknown('unreadable')
  if (claimed !== received.ip) return unknown('disagree')
  return { kind: 'client', ip: received.ip, helo: received.helo }
}

/** SES's fields end with its own signature; a second Received is the sender's in any case. */
const sesBlockBelow = (fields: readonly HeaderField[], received: number): readonly HeaderField[] => {
  const below = fields.slice(received + 1)
  const end = below.findIndex(({ name }) => ['received', 'x-ses-dkim-signature'].includes(name.toLowerCase()))
  return end < 0 ? below : below.slice(0, end)
}

/** The `[ip])` that ends right before the stamp, and where its bracket opens. One of the parentheses may be lost. */
const bracketBefore = (line: string, stampAt: number): { readonly ip: string; readonly at: number } | null => {
  const end = line[stampAt - 1] === ')' ? stampAt - 1 : stampAt
  if (line[end - 1] !== ']' || !line.startsWith(FROM)) return null
  // Only as far back as an address is long: there may be as many stamps as the sender likes.
  const start = Math.max(end - MAX_IP_LENGTH - '[IPv6:]'.length, 0)
  const open = line.slice(start, end).lastIndexOf('[')
  if (open < 0) return null
  const at = start + open
  const ip = readIp(line.slice(at, end))
  // A lone bracket behind `from` is a HELO in the form of an address, and no client.
  return ip === null || at === FROM.length ? null : { ip, at }
}

const namesBefore = (line: string, bracketAt: number): Pick<SesReceived, 'helo' | 'rdns'> => {
  let open = bracketAt - 1
  for (let closed = 0; open >= FROM.length; open--) {
    if (line[open] === ')') closed++
    else if (line[open] === '(' && closed-- === 0) break
  }
  if (open < FROM.length) return { helo: nameOf(line.slice(FROM.length, bracketAt)), rdns: null }
  return { helo: nameOf(line.slice(FROM.length, open)), rdns: nameOf(line.slice(open + 1, bracketAt)) }
}

const nameOf = (text: string): string | null => {
  const name = text.trim()
  return name === '' || name === 'unknown' ? null : name
}

/** `192.0.2.1`, `[192.0.2.1]`, `[2001:db8::1]` or `[IPv6:2001:db8::1]` (RFC 5321 4.1.3), canonical. */
const readIp = (text: string): string | null => {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  return canonicalIp(bare.slice(0, 5).toLowerCase() === 'ipv6:' ? bare.slice(5) : bare)
}

const endOfOwnComment = (value: string, at: number): number => {
  const end = value.indexOf(`) ${CLIENT_IP}`, at)
  return end < 0 ? value.length : end + 1
}

const unknown = (why: Extract<Client, { kind: 'unknown' }>['why']): Client => ({ kind: 'unknown', why })

const BLANKS = /[ \t\r\n]+/
const ENDS_OF_WORD = ' \t\r\n;)'
const FROM = 'from '
const CLIENT_IP = 'client-ip='
/** Deterministic: no part can match what the part after it begins with. The protocol is always SMTP so far. */
const STAMP = / by (inbound-smtp\.[A-Za-z0-9.-]+)(?: with [A-Z]+ id ([^ ;]+))?/g
