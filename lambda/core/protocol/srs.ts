/**
 * The Sender Rewriting Scheme (Mengwong, 2003; the form of libsrs2), by which a forwarder puts itself into the return path.
 * SRS0 can be made and checked with its key. SRS1 is recognised only: it carries no time of its own, so that its hash would
 * prove for ever.
 */
import {
  BASE32,
  BASE64,
  dateOfDay,
  dayAhead,
  dayOf,
  sameText,
  written,
  type KeyedHash,
  type TagCheck,
  type TagKey,
} from './keyed-hash.ts'

/** Days for which a rewritten path holds, the default of libsrs2. */
export const SRS_LIFETIME_DAYS = 21

export type SrsOriginal = { readonly localPart: string; readonly domain: string }

/**
 * The return path that was rewritten; null if the local part is none of `SRS0=hash=timestamp=domain=local` and
 * `SRS1=hash=forwarder==hash=timestamp=domain=local` (any case; `+` or `-` may stand behind SRS0, SRS1, and in place
 * of the second `=` of the pair).
 */
export const srsOriginal = (localPart: string): SrsOriginal | null => {
  if (SRS0.test(localPart)) return original(localPart.slice(5))
  if (!SRS1.test(localPart)) return null
  const hop = /^[^=]+=[^=]+=[=+-]/.exec(localPart.slice(5))?.[0]
  return hop === undefined ? null : original(localPart.slice(5 + hop.length))
}

/**
 * The local part before `+SRS=hash=timestamp`, as Exchange Online Protection writes it when it forwards
 * (`alice+SRS=44ldt=IX@example.com`, at times with `=domain=local` behind); null if there is none.
 */
export const withoutEopSrs = (localPart: string): string | null => {
  const at = localPart.search(/\+SRS=/i)
  return at > 0 && /^[^=]+=[^=]/.test(localPart.slice(at + 5)) ? localPart.slice(0, at) : null
}

/**
 * Whether an SRS0 path was made with one of the keys and holds at `receivedAt` (ISO 8601). `sha1` is HMAC-SHA-1. The address
 * in the answer is the sender whose mail was forwarded.
 *
 * Four characters of Base64 are 24 bits, and a little over 20 where the whole path came back in lower case. A shorter
 * hash is no tag, whatever the forwarder was told to write.
 */
export const checkSrs0 = (
  localPart: string,
  keys: readonly TagKey[],
  receivedAt: string,
  sha1: KeyedHash,
): TagCheck => {
  const sender = SRS0.test(localPart) ? original(localPart.slice(5)) : null
  const [hash = '', stamp = ''] = localPart.slice(5).split('=', 2)
  if (sender === null || !SRS_HASH.test(hash) || !SRS_TIME.test(stamp)) return { answer: 'no-tag' }
  const isFolded = localPart === localPart.toLowerCase()
  const key = keys.find((candidate) => {
    const own = srsHash(stamp, sender, candidate, sha1, hash.length)
    return sameText(hash, isFolded ? own.toLowerCase() : own)
  })
  if (key === undefined) return { answer: 'wrong-hash' }
  const age = ageInDays(stamp, receivedAt)
  if (age === null) return { answer: 'expired', key: key.name }
  const lastDay = dateOfDay(dayOf(receivedAt) - age + SRS_LIFETIME_DAYS)
  return { answer: 'genuine', ...sender, key: key.name, lastDay }
}

/** The local part at the forwarder for a sender whose mail is forwarded at `at` (ISO 8601). `sha1` is HMAC-SHA-1. */
export const makeSrs0 = (sender: SrsOriginal, key: TagKey, at: string, sha1: KeyedHash): string => {
  const day = dayOf(at) % 1024
  const stamp = BASE32.charAt(day >> 5) + BASE32.charAt(day & 31)
  return `SRS0=${srsHash(stamp, sender, key, sha1, 4)}=${stamp}=${sender.domain}=${sender.localPart}`
}

/** Over the three parts in lower case, with nothing between them. */
const srsHash = (
  stamp: string,
  { domain, localPart }: SrsOriginal,
  { secret }: TagKey,
  sha1: KeyedHash,
  length: number,
): string => written(sha1(secret, (stamp + domain + localPart).toLowerCase()), BASE64, length)

/** Days since the one in the path, which is counted modulo 1024; -1 for a clock that is ahead; null if it is too old. */
const ageInDays = (stamp: string, receivedAt: string): number | null => {
  const [high, low] = Array.from(stamp.toUpperCase(), (character) => BASE32.indexOf(character))
  const age = ((dayOf(receivedAt) % 1024) - ((high ?? 0) * 32 + (low ?? 0)) + 1024) % 1024
  if (age === 1023 && dayAhead(receivedAt) > dayOf(receivedAt)) return -1
  return age <= SRS_LIFETIME_DAYS ? age : null
}

/** The local part comes last, because it may hold an equals sign. */
const original = (text: string): SrsOriginal | null => {
  const [hash, timestamp, domain, ...rest] = text.split('=')
  const localPart = rest.join('=')
  if (!hash || !timestamp || !domain || localPart === '') return null
  return { localPart, domain: domain.toLowerCase() }
}

const SRS0 = /^SRS0[=+-]/i
const SRS1 = /^SRS1[=+-]/i
/** Of the 27 characters that a SHA-1 fills. */
const SRS_HASH = /^[A-Za-z0-9+/]{4,26}$/
const SRS_TIME = /^[A-Za-z2-7]{2}$/
