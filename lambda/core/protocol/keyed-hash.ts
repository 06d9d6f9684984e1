/**
 * What all tags in return paths share: a key, a hash that is cut short and written in some alphabet, and a day. The hash
 * itself is passed in, so that nothing here needs a cryptographic library.
 */

/** HMAC (RFC 2104) over the UTF-8 octets of a text. Which hash it is made of is said where it is asked for. */
export type KeyedHash = (secret: Uint8Array, text: string) => Uint8Array

export type TagKey = {
  /** For `prvs` and our own tag one digit, which the tag carries; for SRS only a name for the record. */
  readonly name: string
  readonly secret: Uint8Array
}

export type TagCheck =
  | {
      readonly answer: 'genuine'
      /** The address that was tagged, as it stands in the tagged one. */
      readonly localPart: string
      readonly domain: string
      /** The name of the key. */
      readonly key: string
      /** The last day on which the tag holds, to its end in UTC: `2026-11-28`. */
      readonly lastDay: string
    }
  | { readonly answer: 'expired'; readonly key: string }
  /** The tag names a key that is not there; it may have been one of ours. */
  | { readonly answer: 'no-key'; readonly key: string }
  | { readonly answer: 'wrong-hash' }
  | { readonly answer: 'no-tag' }

export const MS_A_DAY = 24 * 60 * 60 * 1000

/** How far the clock of the server that made a tag may be ahead, in milliseconds. */
export const CLOCK_SKEW_MS = 60 * 60 * 1000

export const HEXADECIMAL = '0123456789abcdef'

/** RFC 4648 6, in the case that SRS writes. */
export const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 4. */
export const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Whole days in UTC since 1970-01-01 at a moment in ISO 8601; NaN, which is equal to no day, if it is none. */
export const dayOf = (at: string): number => Math.floor(Date.parse(at) / MS_A_DAY)

/** The day as `2026-11-28`. */
export const dateOfDay = (day: number): string => new Date(day * MS_A_DAY).toISOString().slice(0, 10)

/** The day on which a clock that is ahead by `CLOCK_SKEW_MS` stands. */
export const dayAhead = (at: string): number => Math.floor((Date.parse(at) + CLOCK_SKEW_MS) / MS_A_DAY)

/** The first `length` characters of the octets in an alphabet of 16, 32 or 64; a last group that is not full is left out. */
export const written = (octets: Uint8Array, alphabet: string, length: number): string => {
  const width = Math.log2(alphabet.length)
  let text = ''
  let held = 0
  let bits = 0
  for (const octet of octets) {
    held = ((held << 8) | octet) & 0xffff
    bits += 8
    for (; bits >= width; bits -= width) {
      if (text.length === length) return text
      text += alphabet.charAt((held >> (bits - width)) & (alphabet.length - 1))
    }
  }
  return text
}

/** Equality in a time that depends on the lengths alone, so that no hash can be guessed a character at a time. */
export const sameText = (one: string, other: string): boolean => {
  let difference = one.length ^ other.length
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ (i < other.length ? other.charCodeAt(i) : 0)
  return difference === 0
}
