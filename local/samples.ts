import type { Action } from '../lambda/core/policy.ts'
import type { ReasonCode } from '../lambda/core/reasons.ts'
import type { DirectoryEntry } from '../lambda/core/facts.ts'
import { signedHeader } from './samples/signed-header.ts'
import type { Outgoing } from './send.ts'

/** A message that tells a part of the story, and what must become of it. */
export type Sample = Outgoing & {
  readonly title: string
  readonly expected: { readonly action: Action; readonly reasons: readonly ReasonCode[] }
}

/** The configuration of the samples. They run in `enforce`, so that the story has an end; cdk.json ships `observe`. */
export const sampleConfig = {
  mode: 'enforce',
  // All mail of example.com is signed, so that a bounce of one that is not is backscatter.
  domains: [{ name: 'example.com', allOutboundSigned: true }],
  dnsbl: {
    zones: [
      { term: 'bl.example=127.0.0.[2..11]*2', operator: 'Example List' },
      { term: 'bl2.example=127.0.0.[2..11]*2', operator: 'Second Example' },
      {
        term: 'wl.example=127.0.[2..9;11..20].[1..3]*-3',
        operator: 'Example Allow List',
        listingCodes: ['127.0.10.0'],
      },
    ],
    record: 1,
    stop: 3,
    action: 'quarantine',
  },
} as const

/** Who exists at example.com. */
export const sampleDirectory: ReadonlyMap<string, DirectoryEntry> = new Map([
  ['alice@example.com', { kind: 'mailbox', target: null, removedAt: null }],
  ['bob@example.com', { kind: 'mailbox', target: null, removedAt: null }],
  ['sales@example.com', { kind: 'alias', target: 'alice@example.com', removedAt: null }],
])

const partner = { clientIp: '198.51.100.10', helo: 'mail.partner.example', reversePath: 'carol@partner.example' }
const spammer = { clientIp: '203.0.113.66', helo: 'bulk.spammer.example', reversePath: 'offers@spammer.example' }
const sentByAlice = sentBy('alice@example.com')
const delivered = { action: 'deliver', reasons: [] } as const

export const samples: readonly Sample[] = [
  {
    title: 'to a known recipient',
    ...partner,
    recipients: ['alice@example.com'],
    message: letter('carol@partner.example', 'alice@example.com', 'Lunch on Friday?'),
    expected: delivered,
  },
  {
    title: 'to nobody',
    ...partner,
    recipients: ['nobody@example.com'],
    message: letter('carol@partner.example', 'nobody@example.com', 'Are you there?'),
    expected: { action: 'discard', reasons: ['recipient-unknown'] },
  },
  {
    title: 'to one of each',
    ...partner,
    recipients: ['bob@example.com', 'nobody@example.com'],
    message: letter('carol@partner.example', 'bob@example.com, nobody@example.com', 'To both of you'),
    expected: { action: 'deliver', reasons: ['recipient-unknown'] },
  },
  {
    title: 'to a sub-address',
    ...partner,
    recipients: ['alice+news@example.com'],
    message: letter('carol@partner.example', 'alice+news@example.com', 'This week'),
    expected: delivered,
  },
  {
    title: 'from a client on two lists',
    ...spammer,
    recipients: ['alice@example.com'],
    message: letter('offers@spammer.example', 'alice@example.com', 'You have won'),
    expected: { action: 'quarantine', reasons: ['zone-listed', 'dnsxl-stopped'] },
  },
  {
    title: 'from the same client, to postmaster',
    ...spammer,
    recipients: ['postmaster@example.com'],
    message: letter('offers@spammer.example', 'postmaster@example.com', 'Please delist us'),
    expected: { action: 'deliver', reasons: ['recipient-always-exists', 'zone-listed', 'dnsxl-stopped'] },
  },
  {
    title: 'a bounce of a message that she sent',
    ...partner,
    reversePath: null,
    recipients: ['alice@example.com'],
    message: report('alice@example.com', signedHeader(sentByAlice, new Date())),
    expected: { action: 'deliver', reasons: ['report-recognised', 'bounce-authentic'] },
  },
  {
    title: 'a bounce of a message that somebody forged',
    ...partner,
    reversePath: null,
    recipients: ['alice@example.com'],
    message: report('alice@example.com', sentByAlice),
    expected: { action: 'quarantine', reasons: ['report-recognised', 'bounce-backscatter'] },
  },
  {
    title: 'one that breaks every rule of form',
    clientIp: '192.0.2.99',
    helo: '[192.0.2.99]',
    reversePath: 'x@y.example',
    recipients: ['sales@example.com'],
    message: Buffer.from('From:;;;\r\n=?utf-8?B?broken\r\nSubject:\t=?x-none?Q?=FF=\r\n\0\xff\r\n\r\nno end', 'latin1'),
    expected: delivered,
  },
  {
    title: 'with a virus (the EICAR test file)',
    ...partner,
    recipients: ['alice@example.com'],
    message: letter('carol@partner.example', 'alice@example.com', 'The invoice', eicar()),
    expected: { action: 'quarantine', reasons: ['virus-found'] },
  },
]

/** The header of a letter of `address`, as the server of example.com hands it on. */
export function sentBy(address: string): readonly string[] {
  return [
    `From: ${address}`,
    'To: gone@partner.example',
    'Subject: Are you still there?',
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'Message-ID: <ours@example.com>',
  ]
}

function letter(from: string, to: string, subject: string, body = 'Yours'): Buffer {
  return lines(
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${subject.toLowerCase().replaceAll(/[^a-z]+/g, '-')}@${from.slice(from.indexOf('@') + 1)}>`,
    'Date: Sat, 21 Nov 2026 10:00:00 +0000',
    '',
    body,
  )
}

/** A delivery status notification (RFC 3464, RFC 6522), as mail servers send them, that returns a header. */
export function report(
  to: string,
  returned: readonly string[],
  subject = 'Undelivered Mail Returned to Sender',
): Buffer {
  return lines(
    'From: Mail Delivery System <MAILER-DAEMON@partner.example>',
    `To: ${to}`,
    `Subject: ${subject}`,
    'Message-ID: <report@partner.example>',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
    '',
    '--part',
    '',
    'Your message could not be delivered.',
    '--part',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mail.partner.example',
    '',
    'Final-Recipient: rfc822; gone@partner.example',
    'Action: failed',
    'Status: 5.1.1',
    '--part',
    'Content-Type: text/rfc822-headers',
    '',
    'Received: from out.sender.example (out.sender.example [198.51.100.77]) by mail.partner.example; Sat, 21 Nov 2026 09:00:01 +0000',
    ...returned,
    '',
    '--part--',
  )
}

/** The test string of the anti-virus industry, in two halves: whole, it would make a scanner take this file away. */
export function eicar(): string {
  return ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')
}

function lines(...text: readonly string[]): Buffer {
  return Buffer.from(text.join('\r\n') + '\r\n')
}
