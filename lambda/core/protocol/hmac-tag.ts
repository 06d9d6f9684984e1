/**
 * A tag of our own, in the sub-address (RFC 5233) of a return path: `alice+qg1aujkabcdefghijklmnop@example.com`. Unlike a
 * `prvs` tag it leaves the mailbox in front, so that every server which knows sub-addresses delivers to it, and it is long
 * enough that nobody guesses it.
 *
 * 23 characters in any case, with no delimiter in them:
 *
 *     qg   the mark and version
 *     K    a digit: which key
 *     DDDD the last day on which the tag holds (UTC), in days since 1970-01-01: 20 bits, Base32 (RFC 4648 6)
 *     S*16 the first 80 bits of HMAC-SHA-256 in Base32, over the text `quietgate-tag:KDDDD:local@domain`
 *
 * The text is hashed in lower case, the local part in NFC and the domain in A-labels: servers fold the case of what they
 * return. Where `Alice` and `alice` are two mailboxes, a tag of one holds for the other.
 */
import {
  BASE32,
  dateOfDay,
  dayOf,
  sameText,
  written,
  type KeyedHash,
  type TagCheck,
  type TagKey,
} from './keyed-hash.ts'
import { lowerCase } from './idna.ts'

type Mailbox = {
  readonly localPart: string
  /** In A-labels. */
  readonly domain: string
}

/** Days: as long as a returned message counts. */
export const HMAC_TAG_LIFETIME_DAYS = 14

/** Characters, the delimiter in front not counted. */
export const HMAC_TAG_LENGTH = 23

/**
 * Whether the last sub-address is a tag that one of the keys made for the address in front of it, and holds at
 * `receivedAt` (ISO 8601). Each character of `delimiters` separates. `sha256` is HMAC-SHA-256.
 */
export const checkHmacTag = (
  { localPart, domain }: Mailbox,
  delimiters: string,
  keys: readonly TagKey[],
  receivedAt: string,
  sha256: KeyedHash,
): TagCheck => {
  const at = localPart.length - HMAC_TAG_LENGTH
  const tag = localPart.slice(Math.max(at, 0)).toLowerCase()
  if (at < 2 || !delimiters.includes(localPart.charAt(at - 1)) || !TAG.test(tag)) return { answer: 'no-tag' }
  const tagged = { localPart: localPart.slice(0, at - 1), domain }
  const name = tag.charAt(2)
  const named = keys.filter((key) => key.name === name)
  if (named.length === 0) return { answer: 'no-key', key: name }
  if (!named.some((key) => sameText(tag.slice(7), tagHash(tag.slice(2, 7), tagged, key, sha256)))) {
    return { answer: 'wrong-hash' }
  }
  const lastDay = Array.from(tag.slice(3, 7)).reduce((day, digit) => day * 32 + SMALL_BASE32.indexOf(digit), 0)
  if (!(dayOf(receivedAt) <= lastDay)) return { answer: 'expired', key: name }
  return { answer: 'genuine', ...tagged, key: name, lastDay: dateOfDay(lastDay) }
}

/** The tagged local part for a message that leaves at `at` (ISO 8601). The key's name is a digit. */
export const makeHmacTag = (
  mailbox: Mailbox,
  delimiter: string,
  key: TagKey,
  at: string,
  sha256: KeyedHash,
): string => {
  if (!/^\d$/.test(key.name)) throw new RangeError('The name of a tag key is one digit.')
  const lastDay = dayOf(at) + HMAC_TAG_LIFETIME_DAYS
  const day = [15, 10, 5, 0].map((shift) => SMALL_BASE32.charAt((lastDay >> shift) & 31)).join('')
  const stamp = key.name + day
  return `${mailbox.localPart}${delimiter}qg${stamp}${tagHash(stamp, mailbox, key, sha256)}`
}

/** The words in front keep it apart from everything else that is hashed with the same key. */
const tagHash = (stamp: string, { localPart, domain }: Mailbox, { secret }: TagKey, sha256: KeyedHash): string => {
  const address = `${lowerCase(localPart.normalize('NFC')).normalize('NFC')}@${domain.toLowerCase()}`
  return written(sha256(secret, `quietgate-tag:${stamp}:${address}`), SMALL_BASE32, 16)
}

const SMALL_BASE32 = BASE32.toLowerCase()
const TAG = /^qg\d[a-z2-7]{20}$/
