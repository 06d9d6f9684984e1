import { foldLocalPart, parseAddress, writeAddress } from '../protocol/address.ts'
import { parseDomain } from '../protocol/idna.ts'
import { networkOf, parseCidr, writeCidr } from '../protocol/ip.ts'
import type { Entry } from './entry.ts'

/** What an entry is about, as it is compared, or a sentence that says what was expected and what was found. */
export type ReadValue =
  | { readonly kind: 'value'; readonly of: Entry['kind']; readonly value: string }
  /** `guard`: it can be read, and would do harm. */
  | { readonly kind: 'refused'; readonly why: 'unreadable' | 'guard'; readonly sentence: string }

/** UTF-16 units. No address that mail can be sent to is longer (RFC 5321 4.5.3.1.3 has 256 octets for a path). */
export const MAX_VALUE_LENGTH = 512

/**
 * Reads an address, a domain (`*.example.com`: whatever is below it) or a network as a person writes it. What has two readings is
 * refused: an entry that does not match what somebody meant is found out when the mail is gone.
 */
export function readValue(list: Entry['list'], text: string): ReadValue {
  const written = text.trim()
  if (written === '' || written.length > MAX_VALUE_LENGTH) {
    return refused(`an address, a domain or a network was expected, and not ${written.length} characters`)
  }
  if (written.includes('@')) return readAddress(written)
  const network = parseCidr(written)
  if (network !== null || written.includes('/') || written.includes(':')) return readNetwork(written, network)
  return readDomain(list, written)
}

function readAddress(written: string): ReadValue {
  const address = parseAddress(written)
  if (address.kind === 'unreadable') {
    return refused(`"${written}" is no address (${address.why}); a whole domain is written without "@": example.com`)
  }
  if (address.domain.startsWith('[')) return refused(`"${written}" names a host; write its network: 192.0.2.1`)
  const { localPart, domain } = address
  if (localPart.includes('*'))
    return refused(`"${written}": an address has no "*"; a whole domain is written example.com`)
  return value('address', writeAddress(foldLocalPart(localPart, true), domain))
}

/**
 * Wider networks are a typing error, or hold so many strangers that the entry says nothing of any of them: /8 is the largest that one
 * holder has in IPv4, /32 the least that a provider is given in IPv6 (RIPE-738 5.1).
 */
const narrowest = { v4: 8, v6: 32 } as const

function readNetwork(written: string, network: ReturnType<typeof parseCidr>): ReadValue {
  if (network === null) return refused(`"${written}" is no network in CIDR notation: 192.0.2.0/24, 2001:db8::/32`)
  const own = networkOf(network)
  const canonical = writeCidr(own)
  const bits = narrowest[own.ip.kind]
  if (own.length < bits)
    return refused(`"${written}" is too wide: from /${bits} on (${own.ip.kind === 'v4' ? 'IPv4' : 'IPv6'})`, 'guard')
  if (writeCidr(network) !== canonical)
    return refused(`"${written}" has bits behind its prefix; is ${canonical} meant?`)
  return value('network', canonical)
}

function readDomain(list: Entry['list'], written: string): ReadValue {
  const isBelow = written.startsWith('*.')
  const name = parseDomain(isBelow ? written.slice(2) : written)
  if (name.kind === 'unreadable') {
    return refused(
      `"${written}" is no domain (${name.why}): example.com is it alone, *.example.com whatever is below it`,
    )
  }
  const labels = name.ascii.split('.')
  if (/^\d+$/.test(labels.at(-1) ?? '')) return refused(`"${written}" is neither a domain nor a whole address of IPv4`)
  if (labels.length === 1 && !(isBelow && list === 'block')) {
    return refused(`"${written}" is a whole top-level domain: only \`block\` takes one, as *.${name.shown}`, 'guard')
  }
  if (name.ascii.length > 253) return refused(`"${written}" is longer than a domain can be (RFC 1035 2.3.4)`)
  return value('domain', isBelow ? `*.${name.ascii}` : name.ascii)
}

function value(of: Entry['kind'], canonical: string): ReadValue {
  return { kind: 'value', of, value: canonical }
}

function refused(sentence: string, why: 'unreadable' | 'guard' = 'unreadable'): ReadValue {
  return { kind: 'refused', why, sentence }
}
