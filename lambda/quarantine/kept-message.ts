import { previewOctets, previewOf, type Preview } from '../core/preview.ts'
import type { DecisionRecord } from '../core/record.ts'
import { toldMessage, type TracedMessage } from '../core/trace/told-message.ts'
import type { MailFailure, MailStore } from '../ports/mail-store.ts'
import type { RecordObjects } from '../ports/record-objects.ts'
import { findRecord } from '../release/find-record.ts'
import { releasesOfMessage } from '../trace/releases.ts'

/** One message with all that helps to decide about it. */
export type KeptMessage = {
  readonly record: DecisionRecord
  /** What became of it, for each of its recipients, and what was released of it. */
  readonly told: readonly TracedMessage[]
  readonly mail: KeptMail
}

export type KeptMail =
  | { readonly answer: 'preview'; readonly preview: Preview }
  | { readonly answer: 'failed'; readonly cause: MailFailure }
  /** The record names no place. */
  | { readonly answer: 'never-kept' }

export type KeptMessagePorts = {
  readonly objects: RecordObjects
  /** Where the raw mail of this record lies. */
  readonly mail: (record: DecisionRecord) => MailStore
  /** Days of which records are looked at where the day is not known. */
  readonly mailDays: number
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/**
 * Reads it by SES's id and, where that is known, its day of receipt (YYYY-MM-DD); null: there is no record of it. Throws
 * `RecordsInterrupted` for what the store of the records can do.
 */
export async function keptMessage(
  { id, day }: { readonly id: string; readonly day: string | null },
  { objects, mail, mailDays, clock }: KeptMessagePorts,
  signal: AbortSignal,
): Promise<KeptMessage | null> {
  const record = await findRecord(objects, id, { day, mailDays, now: clock() }, signal)
  if (record === null) return null
  const { received_at, kept_key } = record
  const released = await releasesOfMessage(objects, record, signal)
  const everybody = { recipient: null, sender: null, messageId: id, words: [], from: received_at, until: received_at }
  return {
    record,
    told: toldMessage(everybody, record, released),
    mail: kept_key === undefined ? { answer: 'never-kept' } : await previewed(mail(record), id, signal),
  }
}

async function previewed(mail: MailStore, id: string, signal: AbortSignal): Promise<KeptMail> {
  const read = await mail(id, previewOctets, signal)
  return read.answer === 'mail' ? { answer: 'preview', preview: previewOf(read.octets) } : read
}

/** Why there is no preview, as a sentence. */
export function unreadSentence(mail: Exclude<KeptMail, { readonly answer: 'preview' }>): string {
  if (mail.answer === 'never-kept') return 'The raw mail was not kept.'
  if (mail.cause === 'missing') return 'The raw mail is gone.'
  return `The raw mail could not be read (${mail.cause}).`
}
