import { nodeCrypto } from '../../lambda/adapters/node-crypto.ts'
import { type DkimOutcome, verifySignatures } from '../../lambda/core/protocol/dkim-headers.ts'
import type { KeyAnswer } from '../../lambda/core/protocol/dkim/key-record.ts'
import { keyNamesOf, readSignatures } from '../../lambda/core/protocol/dkim/own-signatures.ts'
import { languages, others, plainNotices, report } from '../core/bounces.ts'
import { ed25519, keyRecord, now, records, rsa, signatureField } from '../core/protocol/dkim/signer.ts'
import { others as otherSamples, servers } from '../core/report-samples.ts'

/** What a signature says, and the header that it was made for. */
export type Proven = {
  readonly b: string
  readonly d: string
  readonly s: string
  readonly from: string
  readonly dateAt: number | null
  readonly messageId: string | null
}

const text = (bytes: Buffer): string => bytes.toString('latin1')

/** Messages that mail servers write, and some that they do not. */
export const bounces: readonly string[] = [
  ...Object.values(plainNotices),
  ...Object.values(languages),
  ...Object.values(others).map(([, bytes]) => bytes),
  ...[report(), report('message/global-delivery-status', 'message/global-headers')],
  ...[...servers, ...otherSamples].map(([, , bytes]) => bytes),
].map(text)

const keys = new Map<string, KeyAnswer>([
  ['sel._domainkey.example.com', records(keyRecord(rsa.publicKey))],
  ['ed._domainkey.example.com', records(keyRecord(ed25519.publicKey))],
])

/** Real cryptography: what is proven here would be proven in the function. */
export const verify = (header: string): DkimOutcome => {
  const domains = ['example.com']
  const returned = readSignatures(Buffer.from(header, 'latin1'), { domains, selectors: ['sel'] })
  const asked = new Map(keyNamesOf(returned).map((name) => [name, keys.get(name) ?? noKey]))
  return verifySignatures(returned, { domains, keys: asked, crypto: nodeCrypto, now, maxAge: 14 * 24 * 60 * 60 * 1000 })
}

const noKey: KeyAnswer = { answer: 'none', why: 'no-such-name' }

const signed = [
  'From: "Alice A. Smith" <alice@example.com>',
  'To: gone@away.example,\r\n\tBob <bob@partner.example>',
  'Subject: Die n\xc3\xa4chste Woche',
  'Date: Sat, 21 Nov 2026 10:00:00 +0100',
  'Message-ID: <plan-1@example.com>',
  'Content-Transfer-Encoding: 8bit',
]

/** Every canonical form with every kind of key; the oversigned fields are absent. */
export const signedHeaders: readonly { readonly header: string; readonly proves: Proven }[] = (
  ['relaxed', 'simple'] as const
).flatMap((c) =>
  [rsa, ed25519].map(({ privateKey }) => {
    const s = privateKey.asymmetricKeyType === 'ed25519' ? 'ed' : 'sel'
    const h = 'From:To:Subject:Date:Message-ID:Content-Transfer-Encoding:From:Reply-To'
    const field = signatureField({ signed, h, c, key: privateKey, s })
    const header = ['Received: from a by b; Sat, 21 Nov 2026 09:00:01 +0000', field, ...signed, ''].join('\r\n')
    const outcome = verify(header)
    if (outcome.answer !== 'verified') throw new Error(`A seed is to be verified, and is ${outcome.answer}.`)
    const { b, d, signed: says } = outcome
    return { header, proves: { b, d, s, from: says.fromAddress, dateAt: says.dateAt, messageId: says.messageId } }
  }),
)

/** The same headers as servers return them. */
export const returnedHeaders: readonly string[] = signedHeaders.flatMap(({ header }) => {
  const lines = header.trimEnd().split('\r\n')
  const base64 = Buffer.from(header, 'latin1').toString('base64')
  return [
    report(undefined, 'text/rfc822-headers', lines),
    report(undefined, 'message/rfc822', [...lines, '', 'The plan.']),
    report(undefined, 'message/rfc822', [base64], 'Content-Transfer-Encoding: base64'),
  ].map((bytes) => text(bytes))
})
