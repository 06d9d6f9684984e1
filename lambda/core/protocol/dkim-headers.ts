/**
 * DKIM of headers without their body: RFC 6376, with RFC 8301 (no SHA-1, no short keys) and RFC 8463 (Ed25519).
 *
 * A bounce returns the header of the message that failed, often without the body. The signature covers a hash of the body
 * by value (`bh=`) and the header itself, so that the header alone shows that the holder of the key signed it. It is verified
 * long after its delivery: `x=` has passed and `l=` is about the body, neither is read.
 *
 * Three steps, because the keys come from the DNS: `readSignatures`, a look-up of each of `keyNamesOf`, `verifySignatures`.
 */
import { type Attempt, encodingsOf, selectFields, type Selection, withEncoding } from './dkim/attempts.ts'
import {
  type Crypto,
  type KeyAnswer,
  type KeyFailureCause,
  type KeyProblem,
  type PublicKey,
} from './dkim/key-record.ts'
import { usableKeys } from './dkim/key-record.ts'
import { base64Of, octetsOfText } from './dkim/octets.ts'
import { keyNameOf, type OwnSignature, type PassedOver, type ReturnedSignatures } from './dkim/own-signatures.ts'
import { canonicalField, type RawField } from './dkim/raw-fields.ts'
import type { Signature, UnusableSignature } from './dkim/signature.ts'
import { type FromProblem, isAligned, type SignedFields, signedFieldsOf } from './dkim/signed-fields.ts'
import { withoutSignatureData } from './dkim/tag-list.ts'

export type DkimOutcome =
  | ({ readonly answer: 'verified' } & Proof & Report)
  /** A key could not be asked for, and no other signature verified. */
  | ({ readonly answer: 'undecidable'; readonly cause: KeyFailureCause } & Report)
  /** Of the signature that was tried first. */
  | ({ readonly answer: 'failed'; readonly why: SignatureFailure } & Report)
  /** No signature of our own. */
  | ({ readonly answer: 'unsigned' } & Report)

/** Each signature that was tried, in that order, until one verified. */
export type Report = { readonly signatures: readonly SignatureResult[]; readonly passedOver: PassedOver }

export type Proof = {
  readonly d: string
  readonly s: string
  readonly algorithm: Signature['algorithm']
  readonly signed: SignedFields
  /** Milliseconds since 1970: `t=`, or the signed Date where that is missing. */
  readonly signedAt: number
  /** Milliseconds; negative within the clock skew. */
  readonly age: number
  readonly attempt: Attempt
  /** `b=` in base64, written in the one way that there is: the same signature is the same text, however it was folded. */
  readonly b: string
  /** From fields in the returned header. Servers add none: above one, somebody put a From on top of the signed one. */
  readonly fromFields: number
}

export type SignatureResult = { readonly d: string; readonly s: string | null } & (
  | { readonly answer: 'verified' }
  | { readonly answer: 'silent'; readonly cause: KeyFailureCause }
  | { readonly answer: 'failed'; readonly why: SignatureFailure }
)

export type SignatureFailure =
  | UnusableSignature['why']
  | KeyProblem
  | FromProblem
  /** No attempt gave the header that was signed. */
  | 'header-differs'
  /** These three verified, and prove nothing: neither `t=` nor a signed Date says when; or it was too long ago; or it is to come. */
  | 'age-unknown'
  | 'too-old'
  | 'in-the-future'

export type Verification = {
  /** A-labels, lower case: those that the signatures were read with. */
  readonly domains: readonly string[]
  /** The answer for each of `keyNamesOf`; a name that is missing was not asked. */
  readonly keys: ReadonlyMap<string, KeyAnswer>
  readonly crypto: Crypto
  /** When the bounce arrived, milliseconds since 1970. */
  readonly now: number
  /** Milliseconds. */
  readonly maxAge: number
}

/** Milliseconds that the clock of a signer may be ahead. */
export const CLOCK_SKEW = 60 * 60 * 1000

/** The first signature that verifies is the proof. Never throws, whatever stands in the header, the keys and the signatures. */
export const verifySignatures = (returned: ReturnedSignatures, verification: Verification): DkimOutcome => {
  const signatures: SignatureResult[] = []
  const report = { signatures, passedOver: returned.passedOver }
  for (const own of returned.own) {
    const { d, s } = own.signature
    const result = verifySignature(own, returned, verification)
    if (result.answer === 'verified') {
      signatures.push({ d, s, answer: 'verified' })
      return { ...result, ...report }
    }
    signatures.push({ d, s, ...result })
  }
  const silent = signatures.find((result) => result.answer === 'silent')
  if (silent !== undefined) return { answer: 'undecidable', cause: silent.cause, ...report }
  const failed = signatures.find((result) => result.answer === 'failed')
  return failed === undefined ? { answer: 'unsigned', ...report } : { answer: 'failed', why: failed.why, ...report }
}

type Failed = { readonly answer: 'failed'; readonly why: SignatureFailure }
type Verified = { readonly answer: 'verified' } & Proof
type Silent = { readonly answer: 'silent'; readonly cause: KeyFailureCause }

const verifySignature = (
  { field, signature }: OwnSignature,
  returned: ReturnedSignatures,
  verification: Verification,
): Verified | Silent | Failed => {
  if (signature.kind === 'unusable') return failed(signature.why)
  const answer = verification.keys.get(keyNameOf(signature))
  if (answer === undefined) return { answer: 'silent', cause: 'not-asked' }
  if (answer.answer === 'failed') return { answer: 'silent', cause: answer.cause }
  if (answer.answer === 'none') return failed('no-key')
  const keys = usableKeys(answer.records, signature, verification.crypto)
  if (typeof keys === 'string') return failed(keys)
  const found = findAttempt({ field, signature, keys }, returned, verification.domains)
  if (typeof found === 'string') return failed(found)
  const { d, s, algorithm } = signature
  const signedAt = signature.signedAt === null ? found.signed.dateAt : signature.signedAt * 1000
  if (signedAt === null) return failed('age-unknown')
  const age = verification.now - signedAt
  if (age > verification.maxAge) return failed('too-old')
  if (age < -CLOCK_SKEW) return failed('in-the-future')
  const fromFields = returned.fields.filter(({ name }) => name === 'from').length
  const b = base64Of(signature.data)
  return { answer: 'verified', d, s, algorithm, signedAt, age, ...found, b, fromFields }
}

const failed = (why: SignatureFailure): Failed => ({ answer: 'failed', why })

type Candidate = { readonly field: RawField; readonly signature: Signature; readonly keys: readonly PublicKey[] }
type Found = { readonly signed: SignedFields; readonly attempt: Attempt }

/** The first attempt that verifies; else what the last one had to say. */
const findAttempt = (
  { field, signature, keys }: Candidate,
  { fields, topmost }: ReturnedSignatures,
  domains: readonly string[],
): Found | SignatureFailure => {
  let problem: SignatureFailure = 'header-differs'
  // Below the signature the selection is often the same again, and then so is what it says.
  const tried = new Set<string>()
  for (const which of ['as-returned', 'below-signature'] as const) {
    const below = which === 'as-returned' ? fields : fields.slice(topmost ?? 0)
    const selection = selectFields(below, field, signature.signedNames)
    const signed = signedFieldsOf(selection)
    if (typeof signed === 'string') problem = signed
    else if (!isAligned(signed.fromAddress, signature.d, domains)) problem = 'from-not-aligned'
    else {
      problem = 'header-differs'
      for (const contentTransferEncoding of encodingsOf(selection)) {
        const text = signedText(withEncoding(selection, contentTransferEncoding), field, signature)
        if (tried.has(text)) continue
        tried.add(text)
        const data = octetsOfText(text)
        if (keys.some((key) => key.verify(data, signature.data)))
          return { signed, attempt: { fields: which, contentTransferEncoding } }
      }
    }
  }
  return problem
}

/** What is hashed (RFC 6376 3.7): each selected field with a line end, then the signature without its value and without one. */
const signedText = (selection: Selection, field: RawField, { canonicalization }: Signature): string =>
  [
    ...selection.filter((selected) => selected !== null),
    { ...field, text: field.text.slice(0, field.colon + 1) + withoutSignatureData(field.text.slice(field.colon + 1)) },
  ]
    .map((each) => canonicalField(each, canonicalization))
    .join('\r\n')
