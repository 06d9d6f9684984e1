import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { nodeCrypto } from '../../../../lambda/adapters/node-crypto.ts'
import { type DkimOutcome, verifySignatures } from '../../../../lambda/core/protocol/dkim-headers.ts'
import type { KeyAnswer } from '../../../../lambda/core/protocol/dkim/key-record.ts'
import { keyNamesOf, readSignatures } from '../../../../lambda/core/protocol/dkim/own-signatures.ts'

/** A signer written another way than the verifier: the fields it signs are given to it, it selects nothing. */
export type Signing = {
  /** Whole fields as they are signed, in the order of `h`; absent ones are left out here and named there. */
  readonly signed: readonly string[]
  readonly h: string
  readonly c?: 'relaxed' | 'simple'
  readonly key?: KeyObject
  readonly d?: string
  readonly s?: string
  /** Seconds; null leaves it out. */
  readonly t?: number | null
  /** More tags, each with its semicolon. */
  readonly more?: string
  readonly a?: string
}

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const ed25519 = generateKeyPairSync('ed25519')

export const now = Date.UTC(2026, 10, 21, 10)
export const day = 24 * 60 * 60 * 1000

/** The field without CRLF at its end. */
export const signatureField = (signing: Signing): string => {
  const { signed, h, c = 'relaxed', key = rsa.privateKey, d = 'example.com', s = 'sel', more = '' } = signing
  const t = signing.t === undefined ? now / 1000 - 60 : signing.t
  const a = signing.a ?? (key.asymmetricKeyType === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256')
  const time = t === null ? '' : ` t=${t};`
  const field = `DKIM-Signature: v=1; a=${a}; c=${c}/simple; d=${d};\r\n\ts=${s};${time} ${more} h=${h};\r\n bh=BkSz/btdW4k=;\r\n\tb=`
  const made = signatureData([...signed, field], c, key, a === 'rsa-sha1' ? 'sha1' : 'sha256')
  return field + (made.match(/.{1,60}/g) ?? []).join('\r\n\t ')
}

/** Of whole fields, the last of them the signature's with an empty `b=`. */
export const signatureData = (
  fields: readonly string[],
  c: 'relaxed' | 'simple',
  key: KeyObject = rsa.privateKey,
  hash = 'sha256',
): string => {
  const data = Buffer.from(fields.map((text) => (c === 'simple' ? text : relaxed(text))).join('\r\n'), 'latin1')
  const made =
    key.asymmetricKeyType === 'ed25519'
      ? sign(null, createHash(hash).update(data).digest(), key)
      : sign(hash, data, key)
  return made.toString('base64')
}

export const keyRecord = (key: KeyObject): string => {
  const spki = key.export({ format: 'der', type: 'spki' })
  if (key.asymmetricKeyType === 'ed25519') return `v=DKIM1; k=ed25519; p=${spki.subarray(-32).toString('base64')}`
  return `v=DKIM1; k=rsa; p=${spki.toString('base64')}`
}

export const records = (...texts: readonly string[]): KeyAnswer => ({
  answer: 'records',
  records: texts.map((text) => [text]),
})

export type Judging = {
  readonly keys?: Readonly<Record<string, KeyAnswer>>
  readonly domains?: readonly string[]
  readonly selectors?: readonly string[]
  readonly now?: number
  readonly maxAge?: number
}

/** The outcome for header lines; keys are by selector, and the one of `sel` is there unless others are given. */
export const outcomeOf = (lines: string | readonly string[], judging: Judging = {}): DkimOutcome => {
  const { keys = { sel: records(keyRecord(rsa.publicKey)) }, domains = ['example.com'] } = judging
  const text = typeof lines === 'string' ? lines : `${lines.join('\r\n')}\r\n\r\n`
  const returned = readSignatures(Buffer.from(text, 'latin1'), { domains, selectors: judging.selectors ?? [] })
  const none: KeyAnswer = { answer: 'none', why: 'no-such-name' }
  return verifySignatures(returned, {
    domains,
    keys: new Map(keyNamesOf(returned).map((name) => [name, keys[name.split('._domainkey.', 1)[0] ?? ''] ?? none])),
    crypto: nodeCrypto,
    now: judging.now ?? now,
    maxAge: judging.maxAge ?? 14 * day,
  })
}

/** `verified`, or why not: for tables. */
export const wordOf = (outcome: DkimOutcome): string =>
  outcome.answer === 'failed' ? outcome.why : outcome.answer === 'undecidable' ? outcome.cause : outcome.answer

const relaxed = (field: string): string => {
  const [, name = '', value = ''] = /^([^:]*):([^]*)$/.exec(field) ?? []
  return `${name.trim().toLowerCase()}:${value
    .replace(/\r\n/g, '')
    .replace(/[\t ]+/g, ' ')
    .replace(/^ | $/g, '')}`
}
