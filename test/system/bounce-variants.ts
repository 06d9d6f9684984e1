import type { Parameter } from './hand-over.ts'
import type { Destination } from './next-hops.ts'
import type { Canonicalization } from './signer.ts'

/** A signed message of alice@example.com, and how it goes wrong. */
export type Variant = {
  /** Stands in the message's addresses and in its Message-ID. */
  readonly id: string
  readonly title: string
  readonly to: Destination
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256'
  readonly canonicalization: Canonicalization
  /** What `h=` lists. */
  readonly names: readonly string[]
  /** Header lines instead of those of the same name, or besides them. Latin1 stands for octets. */
  readonly header: readonly string[]
  readonly body: readonly string[]
  readonly mailParameters: readonly Parameter[]
  readonly rcptParameters: readonly Parameter[]
  /** A Postfix brings it that is told that the server lacks 8BITMIME, and recodes the body. */
  readonly byRecodingRelay: boolean
}

const usual = [
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')
const eightBit = {
  header: ['Content-Transfer-Encoding: 8bit'],
  body: [utf8('Grüße aus Köln.')],
  mailParameters: ['BODY=8BITMIME'],
} as const satisfies Partial<Variant>

export const variants: readonly Variant[] = [
  variant('relaxed', 'relaxed'),
  variant('simple', 'simple', { canonicalization: 'simple' }),
  variant('ed25519', 'ed25519', { algorithm: 'ed25519-sha256' }),
  variant('after-data', 'refused after the text (554)', { to: 'data.example' }),
  variant('too-large', 'refused for its size (552)', { to: 'small.example', body: lines(400, 72) }),
  variant('folded', 'folded To', {
    header: ['To: Gone Away\r\n <gone-folded@rcpt.example>,\r\n\tBob  <bob@example.com>'],
  }),
  variant('folded-simple', 'folded To, simple', {
    canonicalization: 'simple',
    header: ['To: Gone Away\r\n <gone-folded-simple@rcpt.example>,\r\n\tBob  <bob@example.com>'],
  }),
  variant('dotted', 'display name with a dot, without quotes', {
    header: ['From: Alice A. Smith <alice@example.com>'],
  }),
  variant('quoted', 'display name with a dot, quoted', { header: ['From: "Alice A. Smith" <alice@example.com>'] }),
  variant('eight-bit', '8-bit body to a server without 8BITMIME', { ...eightBit, to: 'plain.example' }),
  variant('oversigned', 'From, To and Subject oversigned', { names: [...usual, 'from', 'to', 'subject'] }),
  variant('absent', 'Return-Path and Received oversigned, absent', { names: [...usual, 'return-path', 'received'] }),
  variant('bcc', 'Bcc signed', { names: [...usual, 'bcc'], header: ['Bcc: Hidden <hidden@example.com>'] }),
  variant('raw-utf8', 'raw UTF-8 in From and Subject', {
    ...eightBit,
    header: [...eightBit.header, utf8('From: Alïce Ångström <alice@example.com>'), utf8('Subject: Grüße aus Köln')],
  }),
  variant('smtputf8', 'SMTPUTF8, to a server without it', {
    ...eightBit,
    to: 'plain.example',
    header: [...eightBit.header, utf8('From: Alïce Ångström <alice@example.com>'), utf8('Subject: Grüße aus Köln')],
    mailParameters: ['BODY=8BITMIME', 'SMTPUTF8'],
  }),
  variant('long-line', 'a body line over 998 octets', { body: lines(1, 1500) }),
  variant('long-field', 'a signed header line over 998 octets', { header: [`Subject: ${'plan'.repeat(300)}`] }),
  variant('large', 'a body over what the server returns', { body: lines(4000, 72) }),
  variant('headers-only', 'RET=HDRS', { mailParameters: ['RET=HDRS'] }),
  variant('delayed', 'delayed notice', { to: 'later.example' }),
  variant('relayed', 'relayed notice', { to: 'relayed.example', rcptParameters: ['NOTIFY=SUCCESS,FAILURE'] }),
  variant('recoded', '8-bit body, recoded by a relay before it', { ...eightBit, byRecodingRelay: true }),
]

/** The message without a signature. */
export function messageOf({ id, header, body }: Variant, recipient: string, at: Date): Buffer {
  const all = [
    'From: Alice <alice@example.com>',
    `To: ${recipient}`,
    `Subject: The plan (${id})`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@example.com>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
  ]
  const nameOf = (line: string): string => line.slice(0, line.indexOf(':'))
  const besides = header.filter((line) => !all.some((usualLine) => nameOf(usualLine) === nameOf(line)))
  const written = all.map((line) => header.find((other) => nameOf(other) === nameOf(line)) ?? line)
  return Buffer.from([...written, ...besides, '', ...body, ''].join('\r\n'), 'latin1')
}

function variant(id: string, title: string, differs: Partial<Variant> = {}): Variant {
  return {
    id,
    title,
    to: 'rcpt.example',
    algorithm: 'rsa-sha256',
    canonicalization: 'relaxed',
    names: usual,
    header: [],
    body: ['The plan is this.'],
    mailParameters: [],
    rcptParameters: [],
    byRecodingRelay: false,
    ...differs,
  }
}

function lines(count: number, length: number): readonly string[] {
  return Array.from({ length: count }, () => 'All work and no play. '.repeat(length / 22 + 1).slice(0, length))
}
