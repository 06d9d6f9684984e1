import { inCidr } from '../protocol/ip.ts'
import { lowerCase } from '../protocol/idna.ts'
import type { ReasonCode } from '../reasons.ts'
import type { DecisionRecord, RecordedRecipient } from '../record.ts'
import { causeOf } from '../trace/cause.ts'
import { concerned, relationOf, type TraceQuestion } from '../trace/question.ts'

/** "Everything that was stopped by this list between then and then." Null says nothing; all that is said must hold. */
export type ReleaseQuery = {
  /** A DNS list that counted against the client, where the lists are what stopped the message. */
  readonly zone: string | null
  /** The reason that stopped it. */
  readonly reason: ReasonCode | null
  /** An address or a domain, of the envelope or of the From field; `<>` for the null reverse-path. */
  readonly sender: string | null
  /** An address or a domain. */
  readonly recipient: string | null
  /** The client's address, or a network in CIDR notation. */
  readonly client: string | null
  /** Received then or later, ISO 8601 UTC with milliseconds. */
  readonly from: string
  /** The first moment that is no longer meant. */
  readonly until: string
}

/** What is asked of the records: what `recipientsMeant` needs of a trace, and nothing of its own. */
export function questionOf({ sender, recipient, from, until }: ReleaseQuery): TraceQuestion {
  return { sender, recipient, messageId: null, words: [], from, until }
}

/** The recipients for whom a message was stopped in the way that is meant; in the envelope's order. */
export function recipientsMeant(query: ReleaseQuery, record: DecisionRecord): readonly string[] {
  const question = questionOf(query)
  if (relationOf(question, record) !== 'match' || !isFromClient(query, record)) return []
  const meant = concerned(question, record).filter(
    (recipient) => recipient.action !== 'deliver' && isStoppedSo(query, record, recipient),
  )
  return [...new Set(meant.map(({ address }) => address))]
}

function isFromClient({ client }: ReleaseQuery, { client_ip }: DecisionRecord): boolean {
  if (client === null) return true
  if (client_ip === undefined) return false
  return client.includes('/') ? inCidr(client_ip, client) : client_ip === client
}

/**
 * A message may be on a list and stopped for another reason, and an unknown recipient of it is unknown whatever the lists say: only what
 * stood behind the end counts.
 */
function isStoppedSo({ zone, reason }: ReleaseQuery, record: DecisionRecord, recipient: RecordedRecipient): boolean {
  if (zone === null && reason === null) return true
  const behind = causeOf(record, recipient).reason?.code ?? null
  if (reason !== null && behind !== reason) return false
  return zone === null || (behind === 'dnsxl-stopped' && listedIn(record).has(withoutDot(zone)))
}

function listedIn({ reasons }: DecisionRecord): ReadonlySet<string> {
  return new Set(reasons.flatMap((reason) => (reason.code === 'zone-listed' ? [withoutDot(reason.zone)] : [])))
}

function withoutDot(zone: string): string {
  return lowerCase(zone).replace(/\.$/, '')
}
