import type { AddressAnswer } from '../../lambda/core/facts.ts'
import type { KeyAnswer } from '../../lambda/core/protocol/dkim/key-record.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import type { KeyLookup } from '../../lambda/ports/key-lookup.ts'
import type { DnsSource } from './answers.ts'
import { isWellFormed } from './records.ts'
import type { DnsRecord } from './records.ts'
import { createZones } from './zones.ts'

/** The address look-up in memory: what a network whose only zones are these records would answer. */
export const lookupOf = (records: Iterable<DnsRecord>): AddressLookup => lookupIn(createZones(records))

/** The same on a source that can change or fail. A slow answer comes at once, and a silence is a timeout at once. */
export const lookupIn =
  (source: DnsSource): AddressLookup =>
  (name, signal) =>
    Promise.resolve(addressAnswer(heardIn(source, name, 'A', signal)))

/** The key look-up in memory, without a memory of its own: it asks every time. */
export const keyLookupOf = (records: Iterable<DnsRecord>): KeyLookup => keyLookupIn(createZones(records))

/** The same on a source that can change or fail. */
export const keyLookupIn =
  (source: DnsSource): KeyLookup =>
  (name, signal) =>
    Promise.resolve(keyAnswer(heardIn(source, name, 'TXT', signal)))

type Heard =
  | { readonly answer: 'heard'; readonly records: readonly DnsRecord[] }
  | { readonly answer: 'none'; readonly why: 'no-such-name' | 'no-data' }
  | { readonly answer: 'failed'; readonly cause: 'timeout' | 'servfail' | 'refused' | 'malformed' | 'aborted' }

const heardIn = (source: DnsSource, name: string, type: string, signal: AbortSignal): Heard => {
  if (signal.aborted) return { answer: 'failed', cause: 'aborted' }
  if (!isWellFormed(name)) return { answer: 'failed', cause: 'malformed' }
  const reply = source.reply(name, type)
  if (reply.kind === 'silence') return { answer: 'failed', cause: 'timeout' }
  switch (reply.answer.rcode) {
    case 'NOERROR':
      return { answer: 'heard', records: reply.answer.answers }
    case 'NXDOMAIN':
      return { answer: 'none', why: 'no-such-name' }
    case 'SERVFAIL':
      return { answer: 'failed', cause: 'servfail' }
    case 'REFUSED':
      return { answer: 'failed', cause: 'refused' }
  }
}

/** The TTL is the shortest on the way, aliases included: the answer is as short-lived as its first link to go. */
const addressAnswer = (heard: Heard): AddressAnswer => {
  if (heard.answer !== 'heard') return heard
  const addresses = heard.records.flatMap((record) => (record.type === 'A' ? [record.data] : []))
  if (addresses.length === 0) return { answer: 'none', why: 'no-data' }
  return { answer: 'addresses', addresses, ttlSeconds: Math.min(...heard.records.map(({ ttl }) => ttl)) }
}

const keyAnswer = (heard: Heard): KeyAnswer => {
  if (heard.answer !== 'heard') return heard
  const records = heard.records.flatMap((record) => (record.type === 'TXT' ? [record.data] : []))
  return records.length === 0 ? { answer: 'none', why: 'no-data' } : { answer: 'records', records }
}
