import { createHmac } from 'node:crypto'
import type { KeyedHash } from '../core/protocol/keyed-hash.ts'

/** For `prvs` and SRS, which know no other. HMAC does not need what SHA-1 has lost. */
export const hmacSha1: KeyedHash = (secret, text) => createHmac('sha1', secret).update(text, 'utf8').digest()

export const hmacSha256: KeyedHash = (secret, text) => createHmac('sha256', secret).update(text, 'utf8').digest()
