import type { Message } from '../message.ts'
import { foldLocalPart, parseAddress, writeAddress } from '../protocol/address.ts'
import { lastExternalHop } from '../protocol/hops.ts'
import { networkOf, parseCidr, parseIp, writeCidr, type Ip } from '../protocol/ip.ts'
import type { Entry } from './entry.ts'

/** What of a message an entry can be about, in the forms in which entries are compared. */
export type Parties = {
  /** The address of the From field. */
  readonly fromField: Party | null
  /** Null as well for the null reverse-path. */
  readonly envelopeSender: Party | null
  /** Who connected to SES, or to the outermost of our own relays. */
  readonly client: Ip | null
}

export type Party = { readonly address: string; readonly domain: string }

/** Where an entry met the message. */
export type Place = 'from-field' | 'envelope-sender' | 'client'

export function partiesOf(message: Message, relays: readonly string[]): Parties {
  const hop = lastExternalHop(message.client, message.received, relays)
  return {
    fromField: partyOf(message.fromField),
    envelopeSender: partyOf(message.reversePath),
    client: hop.kind === 'client' ? parseIp(hop.ip) : null,
  }
}

/** Every place where the entry matches, whether it has ended or not. */
export function placesOf(entry: Entry, { fromField, envelopeSender, client }: Parties): readonly Place[] {
  if (entry.kind === 'network') {
    const network = parseCidr(entry.value)
    return client !== null && network !== null && networkAround(client, network.length) === entry.value
      ? ['client']
      : []
  }
  const matches = (party: Party | null): boolean => party !== null && namesOf(party).includes(entry.value)
  return [
    ...(matches(fromField) ? (['from-field'] as const) : []),
    ...(matches(envelopeSender) ? (['envelope-sender'] as const) : []),
  ]
}

/** Every value of an entry for an address or a domain that would match. None is longer than a domain can be, or it is the address. */
export function namesOf({ address, domain }: Party): readonly string[] {
  const above: string[] = []
  // A name longer than 253 octets is nobody's; its end is looked at all the same, so that nobody hides in front of it.
  const from = Math.max(0, domain.length - longestDomain - 1)
  for (let dot = domain.indexOf('.', from); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
    above.push(`*.${domain.slice(dot + 1)}`)
  }
  return [address, domain, ...above]
}

/** The network of that many bits in which an address is, as an entry has it. */
export function networkAround(ip: Ip, length: number): string | null {
  return length > ip.bytes.length * 8 ? null : writeCidr(networkOf({ ip, length }))
}

/** RFC 1035 2.3.4, as text. */
const longestDomain = 253

function partyOf(text: string | null): Party | null {
  const address = text === null ? null : parseAddress(text)
  if (address?.kind !== 'address') return null
  const { localPart, domain } = address
  return { address: writeAddress(foldLocalPart(localPart, true), domain), domain }
}
