/** Header fields as people see them. */
import { decodeWords } from '../protocol/encoded-words.ts'

/** A field as it is shown. Octets that nobody encoded are UTF-8 (RFC 6532) wherever they can be. */
export const decodeField = (value: string): string =>
  decodeWords(/[\x80-\xff]/.test(value) ? (strictly(Buffer.from(value, 'latin1'), 'utf-8') ?? value) : value)

/** A text in a charset; null if it is not in it, or if the runtime does not know it. */
export const strictly = (bytes: Uint8Array, charset: string): string | null => {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    return null // the runtime does not know this charset, or the text is not in it
  }
}
