import { randomBytes } from 'node:crypto'

const alphabet = '0123456789abcdefghijklmnopqrstuv'

/** An id as SES gives to a received message: 40 characters of lower-case base32, the last ones alike in most samples. */
export function newMessageId(): string {
  const letters = Array.from(randomBytes(37), (byte) => alphabet[byte % 32])
  return `${letters.join('')}o01`
}
