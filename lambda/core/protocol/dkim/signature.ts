/** The DKIM-Signature field: RFC 6376 3.5, with Ed25519 of RFC 8463. */
import { octetsOfBase64, withoutBlanksAround } from './octets.ts'
import type { Canonicalization } from './raw-fields.ts'
import { colonList, parseTagList, type TagList } from './tag-list.ts'

export type Algorithm = 'rsa-sha256' | 'ed25519-sha256'

export type Signature = {
  readonly kind: 'signature'
  /** `d=` and `s=`, lower case. */
  readonly d: string
  readonly s: string
  readonly algorithm: Algorithm
  readonly canonicalization: Canonicalization
  /** `h=`, lower case, in order; a name stands in it once for each instance. */
  readonly signedNames: readonly string[]
  /** `b=`. */
  readonly data: Uint8Array
  /** `t=`, seconds since 1970; null if it is not given, or not a number. */
  readonly signedAt: number | null
  /** The domain of `i=` is `d=` itself, which a key may demand (`t=s`). */
  readonly identityIsDomain: boolean
}

/** It says whose it is, and cannot be verified. */
export type UnusableSignature = {
  readonly kind: 'unusable'
  readonly d: string
  readonly s: string | null
  readonly why: 'version' | 'algorithm' | 'canonicalization' | 'tag-missing' | 'tag-malformed' | 'from-not-signed'
}

/** Null: nobody knows whose it is. `l=` and `x=` are not read: one is about the body, the other about a delivery that is over. */
export const parseSignature = (value: string): Signature | UnusableSignature | null => {
  const tags = parseTagList(value)
  const d = tags?.get('d')?.toLowerCase()
  if (tags === null || d === undefined || !NAME.test(d)) return null
  const s = tags.get('s')?.toLowerCase() ?? null
  const read = s === null ? 'tag-missing' : readTags(tags, d, s)
  return typeof read === 'string' ? { kind: 'unusable', d, s, why: read } : read
}

const readTags = (tags: TagList, d: string, s: string): Signature | UnusableSignature['why'] => {
  if (!REQUIRED.every((name) => tags.has(name))) return 'tag-missing'
  if (tags.get('v') !== '1') return 'version'
  const algorithm = ALGORITHMS.get(valueOf(tags, 'a').toLowerCase())
  if (algorithm === undefined) return 'algorithm'
  const canonicalization = CANONICALIZATIONS.get(headerPart(tags.get('c') ?? 'simple'))
  if (canonicalization === undefined) return 'canonicalization'
  const data = octetsOfBase64(valueOf(tags, 'b'))
  const identity = identityOf(tags, d)
  if (data === null || identity === null || !NAME.test(s) || d.length + s.length > MAX_NAMES_LENGTH)
    return 'tag-malformed'
  const signedNames = colonList(valueOf(tags, 'h'))
  if (!signedNames.includes('from')) return 'from-not-signed'
  const signing = { signedNames, data, signedAt: timeOf(tags) }
  return { kind: 'signature', d, s, algorithm, canonicalization, ...signing, identityIsDomain: identity === d }
}

const valueOf = (tags: TagList, name: string): string => tags.get(name) ?? ''

/** Of `relaxed/simple` the first; the second is for the body. */
const headerPart = (written: string): string => withoutBlanksAround(written.split('/', 1)[0] ?? '').toLowerCase()

/** The domain of `i=`; null unless it is `d=` or below it. */
const identityOf = (tags: TagList, d: string): string | null => {
  const written = tags.get('i')
  if (written === undefined) return d
  const domain = written.slice(written.lastIndexOf('@') + 1).toLowerCase()
  return written.includes('@') && (domain === d || domain.endsWith(`.${d}`)) ? domain : null
}

const timeOf = (tags: TagList): number | null => {
  const written = valueOf(tags, 't')
  return /^\d{1,12}$/.test(written) ? Number(written) : null
}

const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's']
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ['rsa-sha256', 'rsa-sha256'],
  ['ed25519-sha256', 'ed25519-sha256'],
])
const CANONICALIZATIONS: ReadonlyMap<string, Canonicalization> = new Map([
  ['simple', 'simple'],
  ['relaxed', 'relaxed'],
])
/** Labels with dots between them (RFC 6376 3.1, 3.5); an underscore is in real selectors. */
const NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/
/** Characters of both, so that `s._domainkey.d` is no longer than a name can be (253, RFC 1035 3.1). */
const MAX_NAMES_LENGTH = 253 - '._domainkey.'.length
