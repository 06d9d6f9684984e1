import { createHash } from 'node:crypto'
import { headerSigns } from '../core/classify/header-signs.ts'
import { MAX_TO, type EventProblem, type Message, type Scans, type ScanStatus } from '../core/message.ts'
import type { Action } from '../core/policy.ts'
import { decodeWords } from '../core/protocol/encoded-words.ts'
import { mailboxesOf, mailboxOf, messageIdOf } from '../core/protocol/header.ts'
import { MAX_HOPS, MAX_RECEIVED_LENGTH } from '../core/protocol/hops.ts'
import { clientOf } from '../core/protocol/received.ts'

/**
 * SES's words, in and out; nothing else in the project knows them.
 *
 * The reader is tolerant: it takes the fields that are needed and ignores the rest, because a published schema of this event
 * has already rejected real ones. It never throws for what an event holds; what it could not read stands in `problems`.
 */

/** The message that an SES receipt event (SES Developer Guide, "Lambda function event data") tells of. */
export function readMessage(event: unknown): Message {
  const problems: EventProblem[] = []
  const ses = at(first(at(event, 'Records')), 'ses')
  const mail = at(ses, 'mail')
  const receipt = at(ses, 'receipt')
  const headers = readHeaders(at(mail, 'headers'), problems)
  const id = readText(at(mail, 'messageId'), 'mail.messageId', problems) ?? stableIdOf(event)
  const reversePath = readReversePath(at(mail, 'source'), headers, problems)
  return {
    id,
    receivedAt: readTime(at(mail, 'timestamp'), at(receipt, 'timestamp'), problems),
    reversePath,
    recipients: readRecipients(at(receipt, 'recipients'), problems),
    client: clientOf(headers, id),
    received: headers
      .filter(({ name }) => name.toLowerCase() === 'received')
      .slice(1, 1 + MAX_HOPS)
      .map(({ value }) => value.slice(0, MAX_RECEIVED_LENGTH + 1)),
    fromField: mailboxOf(valueOf(headers, 'from') ?? textOf(first(at(at(mail, 'commonHeaders'), 'from'))) ?? ''),
    fromFields: countAuthors(headers),
    toField: addressesOf(headers, 'to'),
    headerMessageId: messageIdOf(valueOf(headers, 'message-id') ?? ''),
    reportSigns: headerSigns(headers, reversePath),
    subject: readSubject(headers, at(at(mail, 'commonHeaders'), 'subject')),
    scans: readScans(receipt, problems),
    problems,
  }
}

/** The answer to a receipt rule's function: SES stops the rule set, or goes on. The words are upper case, or mean nothing. */
export type Disposition = 'CONTINUE' | 'STOP_RULE_SET'

/**
 * SES Developer Guide, "Invoke Lambda function action": STOP_RULE_SET drops without a bounce. Anything that SES does not
 * know means CONTINUE, so that a typing error would fail open in silence: a test asserts these very words.
 */
export function dispositionOf(action: Action): Disposition {
  return action === 'deliver' ? 'CONTINUE' : 'STOP_RULE_SET'
}

type Header = { readonly name: string; readonly value: string }

const longestSubject = 2000

function readHeaders(value: unknown, problems: EventProblem[]): readonly Header[] {
  if (!Array.isArray(value)) {
    note(problems, 'mail.headers', 'a list of header fields', value)
    return []
  }
  return value.flatMap((entry: unknown) => {
    const name = at(entry, 'name')
    const text = at(entry, 'value')
    return typeof name === 'string' && typeof text === 'string' ? [{ name, value: text }] : []
  })
}

/** A From field of several addresses counts for each: DMARC may have passed for another than the one that is read. */
function countAuthors(headers: readonly Header[]): number {
  const counts = headers
    .filter(({ name }) => name.toLowerCase() === 'from')
    .map(({ value }) => Math.max(mailboxesOf(value, 2).length, 1))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Only the envelope counts: `mail.destination` is what the header says, and has lost Bcc mail for others. */
function readRecipients(value: unknown, problems: EventProblem[]): readonly string[] {
  if (!Array.isArray(value)) {
    note(problems, 'receipt.recipients', 'a list of addresses', value)
    return []
  }
  const recipients = value.filter((entry): entry is string => typeof entry === 'string')
  if (recipients.length < value.length) note(problems, 'receipt.recipients', 'addresses only', 'something else')
  return recipients
}

/** How SES writes the null reverse-path is not documented: `""`, `<>`, an absent field and `Return-Path: <>` all mean it. */
function readReversePath(source: unknown, headers: readonly Header[], problems: EventProblem[]): string | null {
  if (source !== undefined && source !== null && typeof source !== 'string') {
    note(problems, 'mail.source', 'an address', source)
  }
  const written = typeof source === 'string' ? source : (valueOf(headers, 'return-path') ?? '')
  const trimmed = written.trim()
  const bare = trimmed.startsWith('<') && trimmed.endsWith('>') ? trimmed.slice(1, -1) : trimmed
  return bare === '' ? null : bare
}

function readTime(mail: unknown, receipt: unknown, problems: EventProblem[]): string {
  for (const value of [mail, receipt]) {
    const time = typeof value === 'string' ? Date.parse(value) : NaN
    if (!Number.isNaN(time)) return new Date(time).toISOString()
  }
  // Not the clock: a retry must find the record of the first try under the same key.
  note(problems, 'mail.timestamp', 'an ISO 8601 time', mail)
  return new Date(0).toISOString()
}

function readSubject(headers: readonly Header[], common: unknown): string | null {
  const raw = valueOf(headers, 'subject') ?? textOf(common)
  return raw === null ? null : decodeWords(raw.slice(0, longestSubject))
}

function readScans(receipt: unknown, problems: EventProblem[]): Scans {
  const status = (name: string): ScanStatus => {
    const word = at(at(receipt, `${name}Verdict`), 'status')
    if (word === undefined) return 'absent'
    const known = typeof word === 'string' ? statuses.get(word) : undefined
    if (known === undefined) note(problems, `receipt.${name}Verdict.status`, [...statuses.keys()].join(', '), word)
    return known ?? 'unrecognised'
  }
  return {
    spam: status('spam'),
    virus: status('virus'),
    spf: status('spf'),
    dkim: status('dkim'),
    dmarc: status('dmarc'),
    dmarcPolicy: readDmarcPolicy(at(receipt, 'dmarcPolicy'), problems),
  }
}

const statuses: ReadonlyMap<string, ScanStatus> = new Map([
  ['PASS', 'pass'],
  ['FAIL', 'fail'],
  ['GRAY', 'gray'],
  ['PROCESSING_FAILED', 'processing-failed'],
  ['DISABLED', 'disabled'],
])

/** A plain string, present only when DMARC failed; AWS's own sample looks for an object, and so never sees it. */
function readDmarcPolicy(value: unknown, problems: EventProblem[]): Scans['dmarcPolicy'] {
  if (value === undefined || value === null) return null
  const word = typeof value === 'string' ? value.toLowerCase() : ''
  if (word === 'none' || word === 'quarantine' || word === 'reject') return word
  note(problems, 'receipt.dmarcPolicy', 'none, quarantine, reject', value)
  return null
}

function readText(value: unknown, where: string, problems: EventProblem[]): string | null {
  if (typeof value === 'string' && value !== '') return value
  note(problems, where, 'a text', value)
  return null
}

/** An event without an id still has one record, the same for every retry. */
function stableIdOf(event: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(event ?? null))
  return `unidentified-${hash.digest('hex').slice(0, 32)}`
}

function valueOf(headers: readonly Header[], name: string): string | null {
  return headers.find((header) => header.name.toLowerCase() === name)?.value ?? null
}

function addressesOf(headers: readonly Header[], name: string): readonly string[] {
  const fields = headers.filter((header) => header.name.toLowerCase() === name)
  return fields.flatMap(({ value }) => mailboxesOf(value, MAX_TO)).slice(0, MAX_TO)
}

function note(problems: EventProblem[], where: string, expected: string, found: unknown): void {
  const words = found === undefined ? 'absent' : JSON.stringify(found)
  problems.push({ at: where, expected, found: words.slice(0, 80) })
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? (value as readonly unknown[])[0] : undefined
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
