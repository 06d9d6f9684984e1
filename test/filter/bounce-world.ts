import { dispositionOf, readMessage } from '../../lambda/adapters/ses-event.ts'
import type { Measurement } from '../../lambda/core/effects.ts'
import type { AddressAnswer, DirectoryEntry, DomainAnswer } from '../../lambda/core/facts.ts'
import type { BounceVerdict } from '../../lambda/core/judgement.ts'
import type { Message } from '../../lambda/core/message.ts'
import type { Action, Policy } from '../../lambda/core/policy.ts'
import type { KeyAnswer } from '../../lambda/core/protocol/dkim/key-record.ts'
import { firstField, mailboxesOf, parseHeaderBlock } from '../../lambda/core/protocol/header.ts'
import type { Reason } from '../../lambda/core/reasons.ts'
import { recordKey, type DecisionRecord } from '../../lambda/core/record.ts'
import { filter, type Ports } from '../../lambda/filter.ts'
import type { Failure } from '../../lambda/ports/metrics.ts'
import { createMemoryBouncePorts, type MemoryBounceWorld } from '../../local/memory/bounce-ports.ts'
import { createMemoryEntries } from '../../local/memory/entries.ts'
import { createMemoryDirectory, mailboxes, type MemoryDirectory } from '../../local/memory/recipient-directory.ts'
import { createMemorySeenMarks } from '../../local/memory/seen-marks.ts'
import { domainOf, messageOf, policyOf, soundControl } from '../builders.ts'
import { validatingRecordStore } from '../record-schema.ts'
import { makeKey, signed, type SigningKey } from '../system/signer.ts'

/** A message of ours went out, somebody's server gives it up, and SES brings what that server says. */
export const arrival = '2026-11-21T10:00:00.000Z'
export const minutes = (count: number): string => new Date(Date.parse(arrival) + count * 60_000).toISOString()
export const days = (count: number): string => minutes(count * 24 * 60)

export const ourKey = makeKey('ed25519-sha256', 'k1')
export const keyName = 'k1._domainkey.example.com'
const inDns: KeyAnswer = { answer: 'records', records: [[ourKey.record]] }
const noSuchName: KeyAnswer = { answer: 'none', why: 'no-such-name' }
export const servfail: KeyAnswer = { answer: 'failed', cause: 'servfail' }

/** All our mail is signed, with one selector. */
export const signing = policyOf({
  domains: [domainOf('example.com', { dkimSelectors: ['k1'], allOutboundSigned: true })],
})

export type Sent = {
  readonly from: string
  readonly to: string
  readonly id: string
  readonly at: string
  /** Null: nobody signs it. */
  readonly key: SigningKey | null
  /** More lines of its header. */
  readonly fields: readonly string[]
}

/** A message as it stood at the server that gave it up. */
export function sentMail(changes: Partial<Sent> = {}): Buffer {
  const mail = { from: 'alice@example.com', to: 'gone@away.example', id: 'plan-1@example.com', ...changes }
  const { at = minutes(-60), key = ourKey, fields = [] } = mail
  const header = [
    `From: Alice <${mail.from}>`,
    `To: ${mail.to}`,
    'Subject: The plan',
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${mail.id}>`,
    ...fields,
  ]
  const message = Buffer.from([...header, '', 'The plan is this.', ''].join('\r\n'))
  const seconds = Math.floor(Date.parse(at) / 1000)
  const names = ['from', 'to', 'subject', 'date', 'message-id']
  const outgoing = key === null ? message : signed(message, key, 'relaxed', names, seconds)
  return Buffer.concat([Buffer.from('Received: from mail.away.example by mx.away.example; now\r\n'), outgoing])
}

export type Notice = {
  readonly to: string
  readonly from: string
  readonly failed: readonly string[]
  readonly reportingMta: string
  /** Lines above the report's own header. */
  readonly top: readonly string[]
}

/** A report (RFC 3464) that returns this message; null: nothing. */
export function noticeOf(returned: Buffer | null, changes: Partial<Notice> = {}): Buffer {
  const { to = 'alice@example.com', from = 'MAILER-DAEMON@mx.away.example', failed = ['gone@away.example'] } = changes
  const { reportingMta = 'mx.away.example', top = [] } = changes
  const about = failed.flatMap((address) => [
    '',
    `Final-Recipient: rfc822; ${address}`,
    'Action: failed',
    'Status: 5.1.1',
  ])
  const lines = [
    ...top,
    `From: ${from}`,
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=edge',
    '',
    '--edge',
    '',
    'It could not be delivered.',
    '--edge',
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${reportingMta}`,
    ...about,
    '',
    ...(returned === null ? [] : ['--edge', 'Content-Type: message/rfc822', '', returned.toString('latin1')]),
    '--edge--',
    '',
  ]
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

/** What somebody who never saw mail of ours makes up. */
export const forged = (): Buffer => noticeOf(sentMail({ key: null, id: 'made-up@example.com' }))

/** What the filter reads of the event that SES makes of it: a client that is no spammer's, and scans that all pass. */
export function eventOf(mail: Buffer, changes: Partial<Message> = {}): Message {
  const { fields: headers } = parseHeaderBlock(mail.toString('latin1'))
  const { id: messageId = 'm', reversePath = null } = changes
  const to = mailboxesOf(firstField(headers, 'to') ?? '', 1)
  const event = {
    mail: { timestamp: arrival, messageId, source: reversePath ?? '', headers },
    receipt: { recipients: to },
  }
  const { client, scans } = messageOf()
  return { ...readMessage({ Records: [{ ses: event }] }), client, scans, problems: [], ...changes }
}

export type World = Omit<MemoryBounceWorld, 'mails' | 'publicKeys'> & {
  readonly policy?: Policy
  /** Addresses that the directory knows beside alice@ and bob@. */
  readonly entries?: Readonly<Record<string, DirectoryEntry>>
  /** What every zone says of the client. @default nothing */
  readonly zones?: AddressAnswer
  readonly directory?: Ports['directory']
  /** The history of another world, whose messages have the same ids as those of this one. */
  readonly history?: Ports['history']
}

export type Outcome = {
  readonly action: Action
  readonly verdicts: readonly BounceVerdict[]
  readonly reasons: readonly Reason[]
  readonly record: DecisionRecord
}

/** Judges mail as the function does, in memory; every record is held against its schema. */
export function bounceWorld(world: World = {}) {
  const { policy = signing, entries = {}, zones = noListing } = world
  const mails = new Map<string, Uint8Array>()
  const dns = new Map<string, KeyAnswer>([[keyName, inDns]])
  const asked: string[] = []
  const publicKeys: Ports['publicKeys'] = (name) => {
    asked.push(name)
    return Promise.resolve(dns.get(name) ?? noSuchName)
  }
  const memory = createMemoryBouncePorts({ ...world, mails, publicKeys })
  const records = validatingRecordStore()
  const measured: Measurement[] = []
  const failures: Failure[] = []
  const ports: Ports = {
    ...memory,
    directory: world.directory ?? createMemoryDirectory(directoryWith(entries)),
    history: world.history ?? memory.history,
    entries: createMemoryEntries(),
    zones: {
      lookUp: () => Promise.resolve({ answer: zones, heardAt: 1000 }),
      control: () => Promise.resolve(soundControl),
    },
    records,
    seen: createMemorySeenMarks(),
    metrics: { decided: (one) => void measured.push(one), failed: (what) => void failures.push(what) },
    clock: () => Date.parse(arrival),
    stopwatch: () => 0,
    run: { coldStart: false, codeVersion: '0.1.0+test', keptKey: null },
    dispositionOf,
  }
  let count = 0
  /** One more message, whose bytes lie in the bucket. */
  const receive = async (mail: Buffer, changes: Partial<Message> = {}): Promise<Outcome> => {
    const id = `m${count++}`
    mails.set(id, mail)
    const deadlines = { asking: AbortSignal.timeout(5000), acting: AbortSignal.timeout(5000) }
    const before = measured.length
    const action = await filter(eventOf(mail, { id, ...changes }), policy, ports, deadlines)
    mails.delete(id)
    const record = records.records.get(recordKey({ message_id: id, received_at: changes.receivedAt ?? arrival }))
    if (record === undefined) throw new Error('There is no record.')
    return { action, verdicts: measured[before]?.bounces ?? [], reasons: record.reasons, record }
  }
  return { ...memory, dns, asked, measured, failures, receive }
}

export type Short = { readonly action: string; readonly verdicts: readonly string[]; readonly codes: readonly string[] }

/** What of an outcome most tests are about. */
export const inShort = ({ action, verdicts, reasons }: Outcome): Short => ({
  action,
  verdicts,
  codes: reasons.map(({ code }) => code).filter((code) => code !== 'report-recognised'),
})

export const hintsOf = ({ reasons }: Outcome): readonly string[] =>
  reasons.flatMap((reason) => (reason.code === 'bounce-unverified' ? reason.hints : []))

const noListing: AddressAnswer = { answer: 'none', why: 'no-such-name' }

function directoryWith(entries: Readonly<Record<string, DirectoryEntry>>): MemoryDirectory {
  const known = mailboxes('alice@example.com', 'bob@example.com')
  const domains = new Map<string, DomainAnswer>(known.domains)
  return { entries: new Map([...known.entries, ...Object.entries(entries)]), domains }
}
