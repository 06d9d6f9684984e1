import { remedies, sentenceOf } from '../explain.ts'
import type { Action } from '../policy.ts'
import type { DecisionRecord, RecordedRecipient } from '../record.ts'
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
}

/** One for each recipient that is asked about. A message for nobody is told as one for an empty address. */
export function toldMessage(question: TraceQuestion, record: DecisionRecord): readonly TracedMessage[] {
  const recipients = record.recipients.length === 0 ? [nobody(record)] : concerned(question, record)
  return recipients.map((recipient) => toldFor(record, recipient))
}

function toldFor(record: DecisionRecord, recipient: RecordedRecipient): TracedMessage {
  const { cause, reason } = causeOf(record, recipient)
  const { message_id, received_at, mail_from, header_from, header_message_id, subject, kept_key } = record
  const others = recipient.action !== 'deliver' && record.action === 'deliver'
  return {
    cause,
    headline: headlineOf(cause, record, recipient),
    evidence: [
      ...reasonsFor(record, recipient).map((one) => sentenceOf(one)),
      ...(others ? ['The message went on for its other recipients; the hand-over leaves this one out.'] : []),
      `Received ${received_at} from ${mail_from ?? '<>'}, SES's id ${message_id}, answered ${record.disposition} in ${recipient.mode}.`,
    ],
    next: [
      ...(reason === null ? [] : [remedies[reason.code]]),
      ...(recipient.action === 'deliver' ? [afterwards(header_message_id)] : []),
      ...(recipient.action !== 'deliver' && kept_key !== undefined
        ? [`Until its retention ends, the message lies at ${kept_key}.`]
        : []),
    ],
    message_id,
    received_at,
    recipient: recipient.address,
    action: recipient.action,
    ...(mail_from === undefined ? {} : { mail_from }),
    ...(header_from === undefined ? {} : { header_from }),
    ...(header_message_id === undefined ? {} : { header_message_id }),
    ...(subject === undefined ? {} : { subject }),
    ...(kept_key === undefined ? {} : { kept_key }),
  }
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
