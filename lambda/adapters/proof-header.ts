import { randomBytes } from 'node:crypto'
import { HMAC_HEADER_NAME, makeHmacHeader } from '../core/protocol/hmac-header.ts'
import type { TagKey } from '../core/protocol/keyed-hash.ts'
import { hmacSha256 } from './node-hmac.ts'

/**
 * The header line, without its line end, that an outbound server puts on a message (docs/hmac-header.md): by it the message
 * is known when it is returned. `from` is the From field or its address; null if it holds none, and then the
 * message goes out without a proof.
 */
export function proofHeader(from: string, key: TagKey, at: Date): string | null {
  const value = makeHmacHeader(from, key, at.toISOString(), randomBytes(12).toString('base64url'), hmacSha256)
  return value === null ? null : `${HMAC_HEADER_NAME}: ${value}`
}
