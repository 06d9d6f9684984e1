import { createHash, timingSafeEqual } from 'node:crypto'
import type { KeyReader } from './keys.ts'

/** Characters. Whoever guesses has no limit of tries but the speed of the function. */
export const shortestToken = 32

/**
 * Takes the tokens out of the secret: one line each, one or two, so that a new one can be valid beside the old one. Null if
 * there is none that is long enough, or one with characters that no header field has.
 */
export function parseTokens(secret: string): string | null {
  const tokens = secret.split('\n', 10).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
  const areSound = tokens.every(
    (token) => token.length >= shortestToken && token.length <= 1000 && /^[!-~]+$/.test(token),
  )
  return areSound && tokens.length >= 1 && tokens.length <= 2 ? tokens.join('\n') : null
}

/** Compares the token of an Authorization field (RFC 6750 2.1) with those of the secret, in a time that tells nothing. */
export function createScimAuthorizer(readKey: KeyReader, name: string) {
  return async (authorization: string | null, signal: AbortSignal): Promise<'yes' | 'no' | 'unknown'> => {
    const tokens = await readKey(name, signal)
    if (tokens === null) return 'unknown'
    const given = /^Bearer +([!-~]+)$/i.exec(authorization?.slice(0, 2000) ?? '')?.[1] ?? ''
    // All are compared, and digests are of one length.
    const equal = tokens.split('\n').filter((token) => timingSafeEqual(digestOf(token), digestOf(given)))
    return equal.length > 0 ? 'yes' : 'no'
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
