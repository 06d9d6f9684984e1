/** Which signatures in a returned header are ours to verify. */
import { type RawField, rawFieldsOf, valueOfField } from './raw-fields.ts'
import { parseSignature, type Signature, type UnusableSignature } from './signature.ts'

export type OwnDomains = {
  /** A-labels, lower case. `d=` has to be equal to one: `example.com.evil.test` is nobody's. */
  readonly domains: readonly string[]
  /** Selectors that the operator declared, lower case; they are tried first. */
  readonly selectors: readonly string[]
}

export type OwnSignature = { readonly field: RawField; readonly signature: Signature | UnusableSignature }

export type ReturnedSignatures = {
  readonly fields: readonly RawField[]
  /** With `d=` of our own, in the order in which they are tried, at most `MAX_SIGNATURES`. */
  readonly own: readonly OwnSignature[]
  /** The index of the topmost one of our own in `fields`, tried or not; null if there is none. */
  readonly topmost: number | null
  readonly passedOver: PassedOver
}

/** How many signatures were not tried, and why. */
export type PassedOver = {
  /** Of other domains. */
  readonly foreign: number
  /** The tag list is void, so that nobody knows whose it is: a broken tag, a tag given twice, no `d=`. */
  readonly unreadable: number
  /** Our own above the number that is tried. */
  readonly surplus: number
}

/** Each may cost a question to the DNS, and a forger can write as many as fit. */
export const MAX_SIGNATURES = 5

export const readSignatures = (headers: Uint8Array, { domains, selectors }: OwnDomains): ReturnedSignatures => {
  const fields = rawFieldsOf(headers)
  const own: OwnSignature[] = []
  let [topmost, foreign, unreadable]: [number | null, number, number] = [null, 0, 0]
  for (const [index, field] of fields.entries()) {
    if (field.name !== 'dkim-signature') continue
    const signature = parseSignature(valueOfField(field))
    if (signature === null) unreadable++
    else if (!domains.includes(signature.d)) foreign++
    else {
      topmost ??= index
      own.push({ field, signature })
    }
  }
  // One that cannot be verified must not take the place of one that can.
  const rank = ({ signature }: OwnSignature): number =>
    signature.kind === 'unusable' ? 2 : selectors.includes(signature.s) ? 0 : 1
  const tried = own.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_SIGNATURES)
  return { fields, own: tried, topmost, passedOver: { foreign, unreadable, surplus: own.length - tried.length } }
}

/** The names at which the public keys are, each once. */
export const keyNamesOf = ({ own }: ReturnedSignatures): readonly string[] => [
  ...new Set(own.flatMap(({ signature }) => (signature.kind === 'signature' ? [keyNameOf(signature)] : []))),
]

/** RFC 6376 3.6.2.1. */
export const keyNameOf = ({ d, s }: Signature): string => `${s}._domainkey.${d}`
