import type { Action } from '../policy.ts'
import type { DecisionRecord, RecordedRecipient } from '../record.ts'
import { causeOf, type MessageCause } from '../trace/cause.ts'
import { partsOf } from '../trace/question.ts'

/** What came for one domain on one day. A message to several of its recipients counts once. */
export type DomainTally = {
  /** By what was done with it: of several recipients here, the mildest. */
  readonly done: { readonly [A in Action]: number }
  /** Let through, and in `enforce` it would not have been. */
  readonly observed: number
  /** Of what was stopped, and of what would have been. Each message has one. */
  readonly causes: ReadonlyMap<MessageCause, number>
  /** Messages that are in quarantine for somebody here. */
  readonly quarantined: number
  /** The latest of these, the latest first. */
  readonly latest: readonly QuarantinedMail[]
}

/** Text of senders as it came, cut short: make it safe where it is shown. */
export type QuarantinedMail = {
  readonly messageId: string
  readonly receivedAt: string
  /** Null: the null reverse-path. */
  readonly from: string | null
  readonly to: readonly string[]
  readonly subject: string | null
  readonly cause: MessageCause
}

/** When a policy was first and last decided by, ISO 8601 UTC, the earliest first. */
export type PolicySpan = { readonly hash: string; readonly first: string; readonly last: string }

export type Tally = {
  readonly take: (record: DecisionRecord) => void
  readonly of: (domain: string) => DomainTally
  readonly policies: () => readonly PolicySpan[]
}

/** So many are kept of each domain: memory has a bound, however much mail came. */
export const mostListed = 100
const mostRecipients = 5
const mostPolicies = 20
const longest = 200

/** Counts the records of a day for `domains` (A-labels), each record once. */
export function createTally(domains: readonly string[]): Tally {
  const counts = new Map(domains.map((domain) => [domain, createCount()]))
  const policies = new Map<string, PolicySpan>()
  return {
    take: (record) => {
      notePolicy(policies, record)
      for (const [domain, recipients] of byDomain(record, counts)) counts.get(domain)?.take(record, recipients)
    },
    of: (domain) => (counts.get(domain) ?? createCount()).tally(),
    policies: () => [...policies.values()].sort((a, b) => (a.first < b.first ? -1 : 1)),
  }
}

function byDomain(
  { recipients }: DecisionRecord,
  wanted: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, readonly RecordedRecipient[]> {
  return Map.groupBy(recipients, ({ address }) => {
    const written = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
    return wanted.has(written) ? written : (partsOf(address)?.domain ?? '')
  })
}

function createCount() {
  const done = { deliver: 0, quarantine: 0, discard: 0 }
  const causes = new Map<MessageCause, number>()
  let observed = 0
  let quarantined = 0
  let latest: QuarantinedMail[] = []
  const newestFirst = (): QuarantinedMail[] =>
    latest.toSorted((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1)).slice(0, mostListed)
  return {
    take: (record: DecisionRecord, recipients: readonly RecordedRecipient[]): void => {
      const mildest = mildestOf(recipients)
      if (mildest === undefined) return
      done[mildest.action] += 1
      const { cause } = causeOf(record, mildest)
      if (cause === 'observed') observed += 1
      if (mildest.action !== 'deliver' || cause === 'observed') count(causes, stoppedBy(record, mildest))
      const waiting = recipients.filter(({ action }) => action === 'quarantine')
      if (waiting.length === 0) return
      quarantined += 1
      latest.push(quarantinedMail(record, waiting))
      if (latest.length >= 2 * mostListed) latest = newestFirst()
    },
    tally: (): DomainTally => ({ done, observed, causes, quarantined, latest: newestFirst() }),
  }
}

const mildestFirst: readonly Action[] = ['deliver', 'quarantine', 'discard']

function mildestOf(recipients: readonly RecordedRecipient[]): RecordedRecipient | undefined {
  return recipients.toSorted((a, b) => mildestFirst.indexOf(a.action) - mildestFirst.indexOf(b.action))[0]
}

/** What stopped it, or would have: the cause that it had if the mode had not let it pass. */
function stoppedBy(record: DecisionRecord, recipient: RecordedRecipient): MessageCause {
  return causeOf(record, { ...recipient, action: recipient.would_be_action }).cause
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function quarantinedMail(record: DecisionRecord, waiting: readonly RecordedRecipient[]): QuarantinedMail {
  const { message_id, received_at, null_sender, mail_from, header_from, subject } = record
  const [first] = waiting
  return {
    messageId: message_id,
    receivedAt: received_at,
    from: null_sender ? null : (mail_from ?? header_from ?? '').slice(0, longest),
    to: waiting.slice(0, mostRecipients).map(({ address }) => address.slice(0, longest)),
    subject: subject === undefined ? null : subject.slice(0, longest),
    cause: first === undefined ? 'stopped' : causeOf(record, first).cause,
  }
}

function notePolicy(policies: Map<string, PolicySpan>, { policy_hash, received_at }: DecisionRecord): void {
  const span = policies.get(policy_hash)
  if (span === undefined && policies.size >= mostPolicies) return
  const { first, last } = span ?? { first: received_at, last: received_at }
  policies.set(policy_hash, {
    hash: policy_hash,
    first: received_at < first ? received_at : first,
    last: received_at > last ? received_at : last,
  })
}
