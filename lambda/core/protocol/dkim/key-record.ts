/** Key records: RFC 6376 3.6.1, RFC 8463 4 (Ed25519), RFC 8301 3.2 (key sizes). */
import { octetsOfBase64 } from './octets.ts'
import type { Signature } from './signature.ts'
import { colonList, parseTagList, type TagList } from './tag-list.ts'

/** What the DNS says of `selector._domainkey.domain`. */
export type KeyAnswer =
  /** Each record with its strings, as they came. */
  | { readonly answer: 'records'; readonly records: readonly (readonly string[])[] }
  | { readonly answer: 'none'; readonly why: 'no-such-name' | 'no-data' }
  | { readonly answer: 'failed'; readonly cause: KeyFailureCause }

export type KeyFailureCause = 'timeout' | 'servfail' | 'refused' | 'unreachable' | 'malformed' | 'aborted' | 'not-asked'

/** Keys and signatures, which are passed in: the core has no cryptography. None of it throws, whatever the octets are. */
export type Crypto = {
  /** From SubjectPublicKeyInfo or PKCS#1 in DER for RSA, from the 32 octets for Ed25519; null for anything else. */
  readonly readKey: (type: KeyType, octets: Uint8Array) => PublicKey | null
}

export type KeyType = 'rsa' | 'ed25519'

export type PublicKey = {
  /** Of an RSA modulus; 256 for Ed25519. */
  readonly bits: number
  /** Of the SHA-256 of the data: RSASSA-PKCS1-v1_5, or PureEdDSA over the digest (RFC 8463 3). */
  readonly verify: (data: Uint8Array, signature: Uint8Array) => boolean
}

export type KeyProblem =
  | 'no-key'
  | 'key-revoked'
  | 'key-unreadable'
  | 'key-too-short'
  | 'key-of-other-type'
  | 'key-not-for-sha256'
  | 'key-not-for-this'

export const MIN_RSA_BITS = 1024

/** Records at one name that are read. One is the rule; two stand there while a key is changed. */
export const MAX_KEY_RECORDS = 4

/**
 * The keys that could have made the signature, at least one; or what is wrong with the record that comes nearest. `t=y`
 * makes no difference: a domain that tests DKIM has signed all the same.
 */
export const usableKeys = (
  records: readonly (readonly string[])[],
  signature: Signature,
  crypto: Crypto,
): readonly PublicKey[] | KeyProblem => {
  const keys: PublicKey[] = []
  let problem: KeyProblem = 'no-key'
  for (const strings of records.slice(0, MAX_KEY_RECORDS)) {
    const tags = parseTagList(strings.join('').slice(0, MAX_RECORD_LENGTH))
    // Something else may stand there, an SPF record under a wildcard for one.
    if (tags === null || !tags.has('p') || (tags.get('v') ?? 'DKIM1') !== 'DKIM1') continue
    const key = readRecord(tags, signature, crypto)
    if (typeof key === 'string') problem = key
    else keys.push(key)
  }
  return keys.length > 0 ? keys : problem
}

const readRecord = (tags: TagList, signature: Signature, crypto: Crypto): PublicKey | KeyProblem => {
  const written = tags.get('p') ?? ''
  if (written === '') return 'key-revoked'
  const type = tags.get('k')?.toLowerCase() ?? 'rsa'
  if (type !== KEY_TYPES[signature.algorithm]) return 'key-of-other-type'
  if (!allows(tags, 'h', ['sha256'])) return 'key-not-for-sha256'
  const strict = colonList(tags.get('t') ?? '').includes('s')
  if (!allows(tags, 's', ['*', 'email']) || (strict && !signature.identityIsDomain)) return 'key-not-for-this'
  const octets = octetsOfBase64(written)
  const key = octets === null ? null : crypto.readKey(KEY_TYPES[signature.algorithm], octets)
  if (key === null) return 'key-unreadable'
  return signature.algorithm === 'rsa-sha256' && key.bits < MIN_RSA_BITS ? 'key-too-short' : key
}

/** A list that is not given allows everything. */
const allows = (tags: TagList, name: string, wanted: readonly string[]): boolean => {
  const written = tags.get(name)
  return written === undefined || colonList(written).some((item) => wanted.includes(item))
}

const KEY_TYPES = { 'rsa-sha256': 'rsa', 'ed25519-sha256': 'ed25519' } as const
/** Characters. An RSA key of 16,384 bits has 2,800. */
const MAX_RECORD_LENGTH = 8192
