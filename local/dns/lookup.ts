import type { AddressAnswer } from '../../lambda/core/facts.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import type { DnsReply, DnsSource } from './answers.ts'
import { isWellFormed } from './records.ts'
import type { DnsRecord } from './records.ts'
import { createZones } from './zones.ts'

/** The address look-up in memory: what a network whose only zones are these records would answer. */
export const lookupOf = (records: Iterable<DnsRecord>): AddressLookup => lookupIn(createZones(records))

/** The same on a source that can change or fail. A slow answer comes at once, and a silence is a timeout at once. */
export const lookupIn =
  (source: DnsSource): AddressLookup =>
  (name, signal) =>
    Promise.resolve(signal.aborted ? failed('aborted') : answerOf(name, source))

const answerOf = (name: string, source: DnsSource): AddressAnswer =>
  isWellFormed(name) ? heard(source.reply(name, 'A')) : failed('malformed')

const heard = (reply: DnsReply): AddressAnswer => {
  if (reply.kind === 'silence') return failed('timeout')
  const { rcode, answers } = reply.answer
  switch (rcode) {
    case 'NOERROR':
      return found(answers)
    case 'NXDOMAIN':
      return { answer: 'none', why: 'no-such-name' }
    case 'SERVFAIL':
      return failed('servfail')
    case 'REFUSED':
      return failed('refused')
  }
}

/** The TTL is the shortest on the way, aliases included: the answer is as short-lived as its first link to go. */
const found = (records: readonly DnsRecord[]): AddressAnswer => {
  const addresses = records.flatMap((record) => (record.type === 'A' ? [record.data] : []))
  if (addresses.length === 0) return { answer: 'none', why: 'no-data' }
  return { answer: 'addresses', addresses, ttlSeconds: Math.min(...records.map(({ ttl }) => ttl)) }
}

const failed = (cause: Extract<AddressAnswer, { answer: 'failed' }>['cause']): AddressAnswer => ({
  answer: 'failed',
  cause,
})
