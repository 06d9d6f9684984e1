import type { Facts } from './facts.ts'
import type { ScanStatus } from './message.ts'
import type { Action, Mode, Policy } from './policy.ts'
import { lastExternalHop } from './protocol/hops.ts'
import type { Reason } from './reasons.ts'
import type { MatchedBy, Verdict } from './verdict.ts'

/**
 * The decision record: one JSON object a message, as it stands in S3 and in docs/decision-record.schema.json. Its names are
 * those of the wire (snake_case), and other people's queries depend on them: inside a major version they are only added to.
 */
export type DecisionRecord = {
  readonly schema_version: 1
  /** SES's id of the message. */
  readonly message_id: string
  readonly decided_at: string
  readonly received_at: string
  readonly mode: Mode
  readonly action: Action
  readonly would_be_action: Action
  /** The word that SES was answered. */
  readonly disposition: string
  readonly recipients: readonly RecordedRecipient[]
  /** Absent for the null reverse-path: see `null_sender`. */
  readonly mail_from?: string
  readonly null_sender: boolean
  readonly client_ip?: string
  readonly helo?: string
  readonly header_from?: string
  readonly header_message_id?: string
  readonly subject?: string
  readonly scans: RecordedScans
  readonly reasons: readonly Reason[]
  /** The facts as one JSON string: a query engine's column types must not depend on what a sender wrote. */
  readonly facts: string
  readonly policy_hash: string
  readonly code_version: string
  /** Where the raw mail lies, as `s3://bucket/key`. */
  readonly kept_key?: string
  readonly timings_ms: RecordedTimings
  readonly cold_start: boolean
}

export type RecordedRecipient = {
  readonly address: string
  readonly answer: 'known' | 'unknown' | 'unavailable'
  readonly matched_by?: MatchedBy
  readonly mode: Mode
  readonly action: Action
  readonly would_be_action: Action
  readonly reasons: readonly Reason[]
}

export type RecordedScans = {
  readonly spam: ScanStatus
  readonly virus: ScanStatus
  readonly spf: ScanStatus
  readonly dkim: ScanStatus
  readonly dmarc: ScanStatus
  readonly dmarc_policy?: 'none' | 'quarantine' | 'reject'
}

/** Milliseconds, to three decimals. */
export type RecordedTimings = {
  readonly directory: number
  readonly zones: number
  /** Reading what may be a bounce, and asking for its proofs. */
  readonly bounce: number
  readonly total: number
}

/** What a record says of the run and not of the message. */
export type Run = {
  /** ISO 8601 UTC with milliseconds. */
  readonly decidedAt: string
  readonly timings: RecordedTimings
  readonly coldStart: boolean
  readonly codeVersion: string
  readonly disposition: string
  readonly keptKey: string | null
}

export function recordOf(facts: Facts, verdict: Verdict, policy: Policy, run: Run): DecisionRecord {
  const { message } = facts
  const hop = lastExternalHop(message.client, message.received, policy.trustedRelays)
  return {
    schema_version: 1,
    message_id: message.id,
    decided_at: run.decidedAt,
    received_at: message.receivedAt,
    mode: verdict.mode,
    action: verdict.action,
    would_be_action: verdict.wouldBeAction,
    disposition: run.disposition,
    recipients: verdict.recipients.map(recordedRecipient),
    ...present('mail_from', message.reversePath),
    null_sender: message.reversePath === null,
    ...present('client_ip', hop.kind === 'client' ? hop.ip : null),
    ...present('helo', hop.kind === 'client' ? hop.helo : null),
    ...present('header_from', message.fromField),
    ...present('header_message_id', message.headerMessageId),
    ...present('subject', policy.privacy.subject === 'full' ? message.subject : null),
    scans: recordedScans(facts),
    reasons: verdict.reasons,
    facts: JSON.stringify(withoutWithheld(facts, policy)),
    policy_hash: policy.hash,
    code_version: run.codeVersion,
    ...present('kept_key', run.keptKey),
    timings_ms: run.timings,
    cold_start: run.coldStart,
  }
}

/**
 * Where a message's record lies. The key is made of the message alone, never of the hour of the decision: a retry a day
 * later meets the first record, and a message is decided once.
 */
export function recordKey(record: Pick<DecisionRecord, 'message_id' | 'received_at'>): string {
  return `in/dt=${record.received_at.slice(0, 10)}/${encodeURIComponent(record.message_id)}.json`
}

/**
 * The facts as they may be kept. What the privacy setting withholds is no part of any decision so far, and the trace below
 * SES's own is only one where relays are trusted.
 */
function withoutWithheld(facts: Facts, policy: Policy): Facts {
  const { message } = facts
  const subject = policy.privacy.subject === 'full' ? message.subject : null
  const received = policy.trustedRelays.length > 0 ? message.received : []
  return { ...facts, message: { ...message, subject, received } }
}

function recordedRecipient(recipient: Verdict['recipients'][number]): RecordedRecipient {
  const { address, answer, mode, action, reasons } = recipient
  return {
    address,
    answer,
    ...present('matched_by', recipient.matchedBy),
    mode,
    action,
    would_be_action: recipient.wouldBeAction,
    reasons,
  }
}

function recordedScans({ message: { scans } }: Facts): RecordedScans {
  const { spam, virus, spf, dkim, dmarc } = scans
  return { spam, virus, spf, dkim, dmarc, ...present('dmarc_policy', scans.dmarcPolicy) }
}

/** An absent value is an absent field: no query should have to tell `null` from "null". */
function present<K extends string, V>(name: K, value: V | null): { readonly [_ in K]?: V } {
  return value === null ? {} : ({ [name]: value } as { readonly [_ in K]?: V })
}
