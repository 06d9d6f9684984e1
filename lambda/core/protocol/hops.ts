/**
 * The client behind servers of our own: the trace fields that they prepended (RFC 5321 4.4), read from the top.
 *
 * Each line is written by the server that took the message, so that it is worth as much as that server. A line counts
 * only if it says that it was written `by` the very host that handed the message to the line above; whatever the first
 * stranger wrote, and everything below, is a claim. A line that cannot be read ends the search without an address: a
 * guess would look up the wrong host, and own users at home are on every list of dynamic addresses.
 */
import { canonicalIp, inCidr, isPublic } from './ip.ts'
import { endOfComment } from './lexical.ts'
import type { Client } from './received.ts'

/** The last external hop: the first host, from SES downwards, that is not ours. */
export type Hop =
  | Extract<Client, { kind: 'client' }>
  | {
      readonly kind: 'unknown'
      readonly why:
        | Extract<Client, { kind: 'unknown' }>['why']
        /** A relay took the message from one of its own users. */
        | 'authenticated-submission'
        /** A line below a relay was not written by that relay. */
        | 'relay-unconfirmed'
        | 'hop-unreadable'
        /** The trace ends inside our own network. */
        | 'no-external-hop'
    }

/** So many lines are read at most. */
export const MAX_HOPS = 30

/** Characters of a line; what is longer is not read. */
export const MAX_RECEIVED_LENGTH = 2000

/** Walks from the client that SES saw through the relays that the operator trusts. `relays`: addresses or CIDR. */
export function lastExternalHop(client: Client, received: readonly string[], relays: readonly string[]): Hop {
  if (client.kind === 'unknown' || relays.length === 0) return client
  let hop: Step = { ip: client.ip, names: [client.helo ?? ''] }
  if (!isOurs(hop.ip, relays)) return client
  for (const line of received.slice(0, MAX_HOPS)) {
    const read = readReceived(line)
    if (read === null) return { kind: 'unknown', why: 'hop-unreadable' }
    if (!isBy(read.by, hop)) return { kind: 'unknown', why: 'relay-unconfirmed' }
    if (read.authenticated) return { kind: 'unknown', why: 'authenticated-submission' }
    if (read.ip === null) return { kind: 'unknown', why: 'hop-unreadable' }
    if (!isOurs(read.ip, relays) && isPublic(read.ip))
      return { kind: 'client', ip: read.ip, helo: read.names[0] ?? null }
    // A filter on the relay itself hands the message back over the loopback: it is still the same host.
    hop =
      read.ip.startsWith('127.') || read.ip === '::1'
        ? { ip: hop.ip, names: [...hop.names, read.by] }
        : { ...read, ip: read.ip }
  }
  return { kind: 'unknown', why: 'no-external-hop' }
}

type Step = { readonly ip: string; readonly names: readonly string[] }

type ReceivedLine = {
  /** Canonical; `null` where the line has none that can be read. */
  readonly ip: string | null
  /** HELO first, then the name in the reverse DNS. */
  readonly names: readonly string[]
  readonly by: string
  readonly authenticated: boolean
}

function isOurs(ip: string, relays: readonly string[]): boolean {
  return relays.some((relay) => inCidr(ip, relay))
}

/** Whether the host that wrote a line is the one that the line above names, by HELO, reverse name or address. */
function isBy(by: string, { ip, names }: Step): boolean {
  const host = by.toLowerCase()
  return names.some((name) => name.toLowerCase() === host) || addressIn(by) === ip
}

/** Reads `from HELO (rDNS [ip]) by host with PROTOCOL ...`; `null` for anything else. */
function readReceived(value: string): ReceivedLine | null {
  if (value.length > MAX_RECEIVED_LENGTH) return null
  const { words, comments } = tokensOf(value)
  const by = words.findIndex((word) => word.toLowerCase() === 'by')
  const host = words[by + 1]
  if (words[0]?.toLowerCase() !== 'from' || by < 1 || host === undefined) return null
  const protocol = words[words.findIndex((word, at) => at > by && word.toLowerCase() === 'with') + 1] ?? ''
  const [helo = ''] = words.slice(1, by)
  const stated = comments.filter(({ afterWord }) => afterWord < by).map(({ text }) => text)
  // The server's own comment is the last one: what stands before it may have come with the HELO.
  const tcpInfo = stated.map(addressIn).findLast((ip) => ip !== null) ?? addressIn(helo)
  const names = [helo, ...stated.map((text) => text.split(/[\s[]/, 1)[0] ?? '')].filter((name) => name !== '')
  // RFC 3848 and RFC 6531 4.3: an A at the end says that the client was authenticated.
  const authenticated =
    /^(ESMTP|LMTP|UTF8SMTP|UTF8LMTP)S?A$/i.test(protocol) || comments.some(({ text }) => saysAuthenticated(text))
  return { ip: tcpInfo, names, by: host, authenticated }
}

function saysAuthenticated(comment: string): boolean {
  const text = comment.toLowerCase()
  return text.startsWith('authenticated') || text.includes('(authenticated') || text.startsWith('auth=')
}

type Tokens = {
  readonly words: readonly string[]
  readonly comments: readonly { readonly text: string; readonly afterWord: number }[]
}

/** The words of a trace line up to its date, and its comments with the number of words before each. */
function tokensOf(value: string): Tokens {
  const words: string[] = []
  const comments: { readonly text: string; readonly afterWord: number }[] = []
  let at = 0
  while (at < value.length && value[at] !== ';') {
    const character = value.charAt(at)
    if (character === '(') {
      const end = endOfComment(value, at) ?? value.length
      comments.push({ text: value.slice(at + 1, end - 1), afterWord: words.length - 1 })
      at = end
    } else if (BLANK.includes(character)) at += 1
    else {
      const start = at
      while (at < value.length && !ENDS_WORD.includes(value.charAt(at))) at += 1
      words.push(value.slice(start, at))
    }
  }
  return { words, comments }
}

/** The address in the first brackets of a text, or the text itself if it is one. */
function addressIn(text: string): string | null {
  const open = text.indexOf('[')
  const close = text.indexOf(']', open)
  const inside = open === -1 || close === -1 ? text.trim() : text.slice(open + 1, close)
  return canonicalIp(inside.slice(0, 5).toLowerCase() === 'ipv6:' ? inside.slice(5) : inside)
}

const BLANK = ' \t\r\n'
const ENDS_WORD = ' \t\r\n(;'
