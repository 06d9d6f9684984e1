import { remedies, sentenceOf } from '../explain.ts'
import type { Action } from '../policy.ts'
import type { Reason } from '../reasons.ts'
import type { DecisionRecord, RecordedRecipient } from '../record.ts'
import type { ReleaseSeen } from '../release/request.ts'
import { causeOf, reasonsFor, type MessageCause } from './cause.ts'
import { concerned, type TraceQuestion } from './question.ts'

/** What became of one message for one recipient, in words. Text of senders stands in it as it came: escape it where it is shown. */
export type TracedMessage = {
  readonly cause: MessageCause
  readonly headline: string
  readonly evidence: readonly string[]
  readonly next: readonly string[]
  readonly message_id: string
  readonly received_at: string
  readonly recipient: string
  /** For this recipient. */
  readonly action: Action
  /** Absent for the null reverse-path. */
  readonly mail_from?: string
  readonly header_from?: string
  readonly header_message_id?: string
  readonly subject?: string
  readonly kept_key?: string
  /** It was stopped, and somebody has released it for this recipient. */
  readonly released?: ReleaseSeen
}

/** One for each recipient that is asked about. A message for nobody is told as one for an empty address. */
export function toldMessage(
  question: TraceQuestion,
  record: DecisionRecord,
  releases: readonly ReleaseSeen[] = [],
): readonly TracedMessage[] {
  const recipients = record.recipients.length === 0 ? [nobody(record)] : concerned(question, record)
  return recipients.map((recipient) => {
    const isAbout = ({ message_id, recipient: to }: ReleaseSeen): boolean =>
      message_id === record.message_id && to === recipient.address
    return toldFor(record, recipient, releases.find(isAbout) ?? null)
  })
}

function toldFor(record: DecisionRecord, recipient: RecordedRecipient, released: ReleaseSeen | null): TracedMessage {
  const { cause, reason } = causeOf(record, recipient)
  const { message_id, received_at, mail_from, header_from, header_message_id, subject, kept_key } = record
  const afterAll = released === null ? '' : ` It was released at ${released.released_at}.`
  const evidence = [
    ...reasonsFor(record, recipient).map((one) => sentenceOf(one)),
    ...(recipient.action !== 'deliver' && record.action === 'deliver'
      ? ['The message went on for its other recipients; the hand-over leaves this one out.']
      : []),
    `Received ${received_at} from ${mail_from ?? '<>'}, SES's id ${message_id}, answered ${record.disposition} in ${recipient.mode}.`,
  ]
  return {
    cause,
    headline: `${headlineOf(cause, record, recipient)}${afterAll}`,
    evidence: released === null ? evidence : [...releaseEvidence(released), ...evidence],
    next: released === null ? nextSteps(record, recipient, reason) : [afterRelease(released, header_message_id)],
    message_id,
    received_at,
    recipient: recipient.address,
    action: recipient.action,
    ...present({ mail_from, header_from, header_message_id, subject, kept_key }),
    ...(released === null ? {} : { released }),
  }
}

function nextSteps(
  { header_message_id, kept_key }: DecisionRecord,
  { action }: RecordedRecipient,
  reason: Reason | null,
): readonly string[] {
  const remedy = reason === null ? [] : [remedies[reason.code]]
  if (action === 'deliver') return [...remedy, afterwards(header_message_id)]
  return kept_key === undefined ? remedy : [...remedy, `Until its retention ends, the message lies at ${kept_key}.`]
}

type Optional = 'mail_from' | 'header_from' | 'header_message_id' | 'subject' | 'kept_key'

/** What the record has of them: an absent field stays absent. */
function present(fields: { readonly [F in Optional]: string | undefined }): Pick<TracedMessage, Optional> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function releaseEvidence({ released_at, reason, by, queued_at }: ReleaseSeen): readonly string[] {
  const who = by.owner === null ? '' : `, by ${by.owner} as they say`
  const queued =
    queued_at === null
      ? 'Nobody noted that it went into the queue of the hand-over.'
      : `It went into the queue of the hand-over at ${queued_at}.`
  return [`Released at ${released_at} ("${reason}")${who}, request ${by.request_id} of a ${by.kind}.`, queued]
}

function afterRelease({ queued_at }: ReleaseSeen, headerMessageId: string | undefined): string {
  if (queued_at === null) return 'Release it again: that queues it, and nobody gets it twice.'
  return `${afterwards(headerMessageId)} What the server refused is among the dead letters of the hand-over.`
}

function headlineOf(
  cause: MessageCause,
  { received_at }: DecisionRecord,
  { address, action }: RecordedRecipient,
): string {
  const to = address === '' ? 'It' : `The message to ${address}`
  return `${to} came at ${received_at} and was ${doneWords[action]}: ${causeWords[cause]}.`
}

const doneWords: { readonly [A in Action]: string } = {
  deliver: 'let through',
  quarantine: 'put into quarantine',
  discard: 'discarded',
}

const causeWords: { readonly [C in MessageCause]: string } = {
  delivered: 'the filter had nothing against it',
  observed: 'the mode lets everything pass, but in enforce it would have been stopped',
  'not-judged': 'without being judged',
  'recipient-unknown': 'the directory knows no such recipient',
  'recipient-denied': 'the directory denies the address',
  virus: 'SES found a virus in it',
  'block-entry': 'an entry of the operator blocks its sender or the client that sent it',
  spam: 'SES takes it for spam',
  dmarc: 'it fails DMARC, and the domain of its From field asks to reject such mail',
  'client-listed': 'the client that sent it is on DNS lists',
  backscatter: 'it is a bounce of mail that we did not send',
  'bounce-suspected': 'it is a bounce that proves nothing and looks wrong',
  'bounce-burst': 'it is one of many bounces without proof',
  stopped: 'a rule stopped it',
}

function afterwards(headerMessageId: string | undefined): string {
  const id = headerMessageId === undefined ? '' : ` for ${headerMessageId}`
  return `Look behind the filter${id}: the log of the mailbox's server, its spam folder, rules of the mailbox, the queue of the hand-over.`
}

function nobody({ mode, action, would_be_action }: DecisionRecord): RecordedRecipient {
  return { address: '', answer: 'unavailable', mode, action, would_be_action, reasons: [] }
}
