import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { Crypto, KeyType, PublicKey } from '../core/protocol/dkim/key-record.ts'

/** Public keys and their signatures by node:crypto. */
export const nodeCrypto: Crypto = {
  readKey: (type, octets) => (type === 'rsa' ? readRsaKey(octets) : readEd25519Key(octets)),
}

/** Domains publish either form (RFC 6376 3.6.1, erratum 3017). */
const readRsaKey = (der: Uint8Array): PublicKey | null => {
  const key = keyOf(der, 'spki', 'rsa') ?? keyOf(der, 'pkcs1', 'rsa')
  if (key === null) return null
  return {
    bits: key.asymmetricKeyDetails?.modulusLength ?? 0,
    verify: (data, signature) => verify('sha256', data, key, signature),
  }
}

const readEd25519Key = (octets: Uint8Array): PublicKey | null => {
  if (octets.length !== 32) return null
  const key = keyOf(Buffer.concat([ED25519_SPKI, octets]), 'spki', 'ed25519')
  if (key === null) return null
  const verifyDigest: PublicKey['verify'] = (data, signature) =>
    verify(null, createHash('sha256').update(data).digest(), key, signature)
  return { bits: 256, verify: verifyDigest }
}

/** Null if it is not of that type: an elliptic curve under `k=rsa` would be asked for an RSA signature. */
const keyOf = (der: Uint8Array, form: 'spki' | 'pkcs1', type: KeyType): KeyObject | null => {
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: form })
    return key.asymmetricKeyType === type ? key : null
  } catch {
    // Everything that createPublicKey throws is about these octets.
    return null
  }
}

/** What stands before the 32 octets in SubjectPublicKeyInfo (RFC 8410 4). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex')
