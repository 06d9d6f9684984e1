import type { Entry } from '../entries/entry.ts'
import { partiesOf, placesOf, type Parties, type Place } from '../entries/match.ts'
import type { Message } from '../message.ts'
import type { Policy } from '../policy.ts'
import { isAligned } from '../protocol/dkim/signed-fields.ts'
import { inCidr } from '../protocol/ip.ts'
import type { Finding, Reason, Rule } from '../reasons.ts'

/**
 * Obeys the operator's allow and block entries.
 *
 * Anybody can write any sender into a message. A block entry that a forger meets costs the forger the mail; an allow entry would let
 * the forger in, and so it counts for an address or a domain only where SPF or DMARC proves that it is theirs. An address that
 * connected to SES is nothing that a sender can write.
 *
 * Entries that could not be read might have allowed the message: it is judged as if one had. Mail that a list would stop comes
 * through while that lasts; the other way round, a partner's mail would be gone whenever S3 was slow.
 */
export const entries: Rule = ({ entries: heard, message }, policy) => {
  if (heard.answer === 'not-asked') return []
  if (heard.answer === 'unavailable') {
    return [finding('allow-entry', 'overrule', { code: 'entries-unavailable', cause: heard.cause })]
  }
  if (heard.matching.length === 0) return []
  const parties = partiesOf(message, policy.trustedRelays)
  return heard.matching.flatMap((entry) => {
    const places = entry.expires_at > message.receivedAt ? placesOf(entry, parties) : []
    const [first] = places
    if (first === undefined) return []
    return [entry.list === 'block' ? blocked(entry, first) : allowed(entry, places, first, message, parties, policy)]
  })
}

function blocked(entry: Entry, place: Place): Finding {
  return finding('block-entry', 'quarantine', { code: 'block-entry', ...evidenceOf(entry, place) })
}

function allowed(
  entry: Entry,
  places: readonly Place[],
  first: Place,
  message: Message,
  parties: Parties,
  policy: Policy,
): Finding {
  const proven = places.find((place) => whyUnproven(place, message, parties, policy) === null)
  if (proven !== undefined) {
    return finding('allow-entry', 'overrule', { code: 'allow-entry', ...evidenceOf(entry, proven) })
  }
  const why = whyUnproven(first, message, parties, policy) ?? 'not-authenticated'
  return finding('allow-entry', 'deliver', { code: 'allow-entry-unproven', why, ...evidenceOf(entry, first) })
}

type Unproven = Extract<Reason, { code: 'allow-entry-unproven' }>['why']

/** Null where what SES checked says that the message comes from what stands in that place. */
function whyUnproven(place: Place, message: Message, parties: Parties, { trustedRelays }: Policy): Unproven | null {
  if (place === 'client') return null
  const { scans, client, fromFields } = message
  // SES checks whoever connects. A relay that many share may send for all of them, so that SPF says nothing of who wrote to it.
  const isRelayed = client.kind === 'client' && trustedRelays.some((relay) => inCidr(client.ip, relay))
  const silent: Unproven = isRelayed && scans.spf === 'pass' ? 'relayed' : 'not-authenticated'
  if (place === 'envelope-sender') return scans.spf === 'pass' && !isRelayed ? null : silent
  // Of several, a reader is shown another one than was checked.
  if (fromFields !== 1) return 'several-from-fields'
  const aligned = scans.spf === 'pass' && isSentByFromField(parties)
  const dmarc = scans.dmarc === 'pass'
  return (isRelayed ? dmarc && isByDkimAlone(message, parties) : dmarc || aligned) ? null : silent
}

/** DMARC passes by SPF alone, too: behind a relay only what passed by DKIM, and cannot have passed by SPF, counts. */
function isByDkimAlone({ scans }: Message, parties: Parties): boolean {
  return scans.dkim === 'pass' && !(scans.spf === 'pass' && mayBeRelated(parties))
}

/**
 * Whether DMARC may take one for the other (RFC 7489 3.1.2). Of domains below one name nobody can say without a list of public suffixes
 * whether they belong together, and an entry must not count for a forger.
 */
function mayBeRelated({ fromField, envelopeSender }: Parties): boolean {
  const topOf = (party: Parties['fromField']): string => party?.domain.split('.').slice(-2).join('.') ?? ''
  return topOf(fromField) === topOf(envelopeSender)
}

/** RFC 7489 3.1.2, without a list of public suffixes: one domain is the other or below it. */
function isSentByFromField({ fromField, envelopeSender }: Parties): boolean {
  if (fromField === null || envelopeSender === null) return false
  return isAligned(fromField.address, envelopeSender.domain, [])
}

function evidenceOf({ value, owner, reason, expires_at }: Entry, place: Place) {
  return { entry: value, place, owner, entry_reason: reason, expires_at }
}

function finding(by: Finding['by'], effect: Finding['effect'], reason: Reason): Finding {
  return { by, effect, recipient: null, reason }
}
