import type { Action, Mode } from '../policy.ts'
import { parseAddress } from '../protocol/address.ts'
import type { ReasonCode } from '../reasons.ts'
import type { DecisionRecord, RecordedRecipient } from '../record.ts'
import { causeOf, reasonsFor } from '../trace/cause.ts'

/** What is counted of one domain. Of each sort of name so many are held, and the rest is counted. */
export type DomainTally = {
  mode: Mode
  first: string
  last: string
  readonly days: Set<string>
  recipients: number
  /** By action and code. */
  readonly stops: Map<string, { readonly action: Action; readonly code: ReasonCode | null; recipients: number }>
  readonly blind: Map<ReasonCode, number>
  /** The latest moment at which the directory could not say who exists. */
  incompleteAt: string | null
  /** Unknown addresses with the confirmed mail to them. */
  readonly strangers: Map<string, StrangerTally>
  /** Confirmed senders by the domain of their From field. */
  readonly senders: Map<string, SenderTally>
  /** What there was no room for. */
  dropped: number
}

export type StrangerTally = { messages: number; example: string; exampleAt: string } & {
  readonly days: Set<string>
  readonly senders: Set<string>
}

export type SenderTally = { delivered: number; stopped: number; code: ReasonCode | null; example: string }

/** So many addresses, and so many senders, a domain; so many senders an address. */
const mostNames = 20_000
const mostSenders = 100

/** Counts one record after another; of which a message has one. Memory has a bound whatever their number. */
export function takeRecord(tallies: Map<string, DomainTally>, record: DecisionRecord): void {
  const sender = confirmedSender(record)
  for (const recipient of record.recipients) {
    const address = parseAddress(recipient.address)
    if (address.kind !== 'address' || address.domain === '') continue
    // A domain that is not ours comes in by a rule that is too wide; nobody enforces it.
    if (
      recipient.reasons.some((reason) => reason.code === 'recipient-not-checked' && reason.why === 'domain-not-served')
    )
      continue
    const tally = tallies.get(address.domain) ?? emptyTally(record, recipient)
    tallies.set(address.domain, tally)
    takeRecipient(tally, record, recipient, sender)
  }
}

function takeRecipient(
  tally: DomainTally,
  record: DecisionRecord,
  recipient: RecordedRecipient,
  sender: string | null,
): void {
  const { received_at } = record
  tally.recipients += 1
  tally.days.add(received_at.slice(0, 10))
  if (received_at < tally.first) tally.first = received_at
  if (received_at >= tally.last) {
    tally.last = received_at
    tally.mode = recipient.mode
  }
  takeBlindness(tally, record, recipient)
  const { reason } = causeOf(record, recipient)
  const code = reason?.code ?? null
  const stops = recipient.would_be_action !== 'deliver'
  if (stops) {
    const key = `${recipient.would_be_action} ${code ?? ''}`
    const counted = tally.stops.get(key) ?? { action: recipient.would_be_action, code, recipients: 0 }
    counted.recipients += 1
    tally.stops.set(key, counted)
  }
  // A virus is one, whoever sends it.
  if (sender === null || code === 'virus-found') return
  if (recipient.answer === 'unknown') takeStranger(tally, record, recipient.address.toLowerCase(), sender)
  else if (recipient.answer === 'known') takeSender(tally, record, sender, stops ? { code } : null)
}

/** Codes that say that something could not be found out. */
const blindCodes: ReadonlySet<ReasonCode> = new Set([
  'recipients-unavailable',
  'directory-incomplete',
  'recipient-not-checked',
  'zone-silent',
  'zone-unsound',
  'dnsxl-disarmed',
  'entries-unavailable',
  'client-unknown',
  'bounce-undecidable',
  'bounce-unread',
  'bounce-memory-unavailable',
  'scan-missing',
  'event-incomplete',
  'bypassed',
  'filter-failed',
])

function takeBlindness(tally: DomainTally, record: DecisionRecord, recipient: RecordedRecipient): void {
  const codes = new Set(reasonsFor(record, recipient).map(({ code }) => code))
  for (const code of codes) if (blindCodes.has(code)) tally.blind.set(code, (tally.blind.get(code) ?? 0) + 1)
  const isIncomplete = codes.has('directory-incomplete')
  if (isIncomplete && (tally.incompleteAt === null || record.received_at > tally.incompleteAt)) {
    tally.incompleteAt = record.received_at
  }
}

function takeStranger(tally: DomainTally, record: DecisionRecord, address: string, sender: string): void {
  const known = tally.strangers.get(address)
  if (known === undefined && tally.strangers.size >= mostNames) {
    tally.dropped += 1
    return
  }
  const stranger = known ?? { messages: 0, example: '', exampleAt: '', days: new Set(), senders: new Set() }
  tally.strangers.set(address, stranger)
  stranger.messages += 1
  stranger.days.add(record.received_at.slice(0, 10))
  if (stranger.senders.size < mostSenders) stranger.senders.add(sender)
  if (record.received_at < stranger.exampleAt) return
  stranger.example = record.message_id
  stranger.exampleAt = record.received_at
}

function takeSender(
  tally: DomainTally,
  record: DecisionRecord,
  sender: string,
  stop: { readonly code: ReasonCode | null } | null,
): void {
  const known = tally.senders.get(sender)
  if (known === undefined && tally.senders.size >= mostNames) {
    tally.dropped += 1
    return
  }
  const counted = known ?? { delivered: 0, stopped: 0, code: null, example: '' }
  tally.senders.set(sender, counted)
  if (stop === null) {
    counted.delivered += 1
    return
  }
  counted.stopped += 1
  counted.code = stop.code
  counted.example = record.message_id
}

/**
 * The domain of the From field, if DMARC says that it is that domain's mail: anybody can write anything else there. Null as well for
 * what has the null reverse-path: nobody writes bounces by hand.
 */
function confirmedSender({ scans, header_from, null_sender }: DecisionRecord): string | null {
  if (scans.dmarc !== 'pass' || header_from === undefined || null_sender) return null
  const address = parseAddress(header_from)
  return address.kind === 'address' && address.domain !== '' ? address.domain : null
}

function emptyTally({ received_at }: DecisionRecord, { mode }: RecordedRecipient): DomainTally {
  return {
    mode,
    first: received_at,
    last: received_at,
    days: new Set(),
    recipients: 0,
    stops: new Map(),
    blind: new Map(),
    incompleteAt: null,
    strangers: new Map(),
    senders: new Map(),
    dropped: 0,
  }
}
