/**
 * A header field by which we know our own message when it is returned: `Quietgate-Proof: v=1; k=KEY; t=SECONDS; n=NONCE;
 * b=HASH`. Any outbound server can add it. docs/hmac-header.md is its specification.
 *
 * It signs the From address, a time and a nonce, and neither Message-ID nor Date: SES replaces both in what it sends
 * (SES Developer Guide, "Header fields"). Display names are left out, because servers quote them anew.
 */
import { parseAddress } from './address.ts'
import { mailboxOf, type HeaderField } from './header.ts'
import { lowerCase } from './idna.ts'
import { CLOCK_SKEW_MS, HEXADECIMAL, sameText, written, type KeyedHash, type TagKey } from './keyed-hash.ts'

export const HMAC_HEADER_NAME = 'Quietgate-Proof'

/** Milliseconds: a server may try for five days, and its report may take as long again. */
export const HMAC_HEADER_MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000

/** Our own servers may add the field one after the other; whoever adds more wants us to compute. */
export const MAX_HMAC_HEADERS = 3

export type HmacHeaderCheck =
  | {
      readonly answer: 'genuine'
      /** The From address that was signed, folded. */
      readonly from: string
      readonly key: string
      /** ISO 8601. */
      readonly signedAt: string
      /** The same in every copy of one message: by it a replay is recognised. */
      readonly nonce: string
    }
  | { readonly answer: 'expired' | 'from-the-future'; readonly key: string; readonly signedAt: string }
  | { readonly answer: 'no-key'; readonly key: string }
  | { readonly answer: 'wrong-hash' }
  | { readonly answer: 'unreadable'; readonly why: 'field' | 'no-from' | 'several-froms' | 'from' }
  | { readonly answer: 'absent' }

/**
 * Checks the fields of a returned header at `receivedAt` (ISO 8601). The one From field must be the one that was signed: a
 * header with two of them could show another than it proves. Of several proofs the first genuine one counts, else the
 * first. `sha256` is HMAC-SHA-256.
 */
export const checkHmacHeader = (
  fields: readonly HeaderField[],
  keys: readonly TagKey[],
  receivedAt: string,
  sha256: KeyedHash,
): HmacHeaderCheck => {
  const proofs = valuesOf(fields, HMAC_HEADER_NAME)
  if (proofs.length === 0) return { answer: 'absent' }
  const [from, ...others] = valuesOf(fields, 'From')
  if (from === undefined) return { answer: 'unreadable', why: 'no-from' }
  if (others.length > 0) return { answer: 'unreadable', why: 'several-froms' }
  const address = foldedFrom(from)
  if (address === null) return { answer: 'unreadable', why: 'from' }
  const checks = proofs.slice(0, MAX_HMAC_HEADERS).map((value) => checkProof(value, address, keys, receivedAt, sha256))
  return checks.find(({ answer }) => answer === 'genuine') ?? checks[0] ?? { answer: 'absent' }
}

/**
 * The value of the field for a message with this From field (or only its address) that leaves at `at` (ISO 8601); null if
 * there is no address in it. The nonce is 8 to 64 characters of `A-Z a-z 0-9 - _`, another for each message.
 */
export const makeHmacHeader = (
  from: string,
  key: TagKey,
  at: string,
  nonce: string,
  sha256: KeyedHash,
): string | null => {
  if (!KEY_NAME.test(key.name)) throw new RangeError('The name of a key is 1 to 32 of A-Z a-z 0-9 - _.')
  if (!NONCE.test(nonce)) throw new RangeError('A nonce is 8 to 64 of A-Z a-z 0-9 - _.')
  const address = foldedFrom(from)
  if (address === null) return null
  const time = String(Math.floor(Date.parse(at) / 1000))
  const hash = proofHash({ key: key.name, time, nonce }, address, key.secret, sha256)
  return `v=1; k=${key.name}; t=${time}; n=${nonce}; b=${hash}`
}

type Signed = { readonly key: string; readonly time: string; readonly nonce: string }
type Proof = Signed & { readonly hash: string }

const checkProof = (
  value: string,
  address: string,
  keys: readonly TagKey[],
  receivedAt: string,
  sha256: KeyedHash,
): HmacHeaderCheck => {
  const proof = parseProof(value)
  if (proof === null) return { answer: 'unreadable', why: 'field' }
  const { key, nonce } = proof
  const named = keys.filter(({ name }) => name === key)
  if (named.length === 0) return { answer: 'no-key', key }
  if (!named.some(({ secret }) => sameText(proof.hash, proofHash(proof, address, secret, sha256)))) {
    return { answer: 'wrong-hash' }
  }
  const signed = Number(proof.time) * 1000
  const signedAt = new Date(signed).toISOString()
  const age = Date.parse(receivedAt) - signed
  if (age < -CLOCK_SKEW_MS) return { answer: 'from-the-future', key, signedAt }
  // Written so that a time which cannot be read proves nothing.
  if (!(age <= HMAC_HEADER_MAX_AGE_MS)) return { answer: 'expired', key, signedAt }
  return { answer: 'genuine', from: address, key, signedAt, nonce }
}

/** Blanks mean nothing, since folding puts them anywhere. A tag given twice voids the field; others are passed over. */
const parseProof = (value: string): Proof | null => {
  if (value.length > MAX_VALUE_LENGTH) return null
  const tags = new Map<string, string>()
  for (const part of value.replace(/[ \t\r\n]+/g, '').split(';')) {
    const equals = part.indexOf('=')
    if (part === '') continue
    const name = part.slice(0, Math.max(equals, 0)).toLowerCase()
    if (equals < 1 || tags.has(name)) return null
    tags.set(name, part.slice(equals + 1))
  }
  const [key = '', time = '', nonce = ''] = ['k', 't', 'n'].map((name) => tags.get(name))
  const hash = (tags.get('b') ?? '').toLowerCase()
  const isProof = tags.get('v') === '1' && KEY_NAME.test(key) && TIME.test(time) && NONCE.test(nonce) && HASH.test(hash)
  return isProof ? { key, time, nonce, hash } : null
}

/** The words in front keep it apart from everything else that is hashed with the same key. */
const proofHash = ({ key, time, nonce }: Signed, address: string, secret: Uint8Array, sha256: KeyedHash): string =>
  written(sha256(secret, `quietgate-proof:1:${key}:${time}:${nonce}:${address}`), HEXADECIMAL, 64)

/** Only one address can be meant by it, whatever case and quotes it is written in; null if there is none. */
const foldedFrom = (value: string): string | null => {
  const mailbox = mailboxOf(value)
  const address = mailbox === null ? null : parseAddress(mailbox)
  if (address?.kind !== 'address' || address.domain === '') return null
  return `${lowerCase(address.localPart).normalize('NFC')}@${address.domain}`
}

const valuesOf = (fields: readonly HeaderField[], name: string): readonly string[] =>
  fields.filter((field) => field.name.toLowerCase() === name.toLowerCase()).map(({ value }) => value)

/** Characters: ours has about 120. */
const MAX_VALUE_LENGTH = 512
const KEY_NAME = /^[\w-]{1,32}$/
/** Until the year 5138. */
const TIME = /^\d{1,11}$/
const NONCE = /^[\w-]{8,64}$/
const HASH = /^[0-9a-f]{64}$/
