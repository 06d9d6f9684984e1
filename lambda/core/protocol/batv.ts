/**
 * Bounce Address Tag Validation, draft-levine-smtp-batv-01, and two relatives: tagged return paths. `prvs` can be made and
 * checked with its key; the relatives are recognised only, because how they are hashed was never published.
 */
import {
  dateOfDay,
  dayAhead,
  dayOf,
  HEXADECIMAL,
  sameText,
  written,
  type KeyedHash,
  type TagCheck,
  type TagKey,
} from './keyed-hash.ts'

/** Days for which a tag holds, the draft, section 4.2. */
export const PRVS_LIFETIME_DAYS = 7

/**
 * The local part that was tagged; null if there is no tag. Any form in any case:
 * `prvs=KDDDSSSSSS=alice` (the draft), `prvs=alice=KDDDSSSSSS` (before it), `btv1==TAG==alice` (Barracuda),
 * `msprvs1=TAG=alice` (Message Systems).
 */
export const withoutBatvTag = (localPart: string): string | null => {
  const kind = /^(?:prvs=|btv1==|msprvs1=)/i.exec(localPart)?.[0]
  if (kind === undefined) return null
  const rest = localPart.slice(kind.length)
  if (kind.toLowerCase() === 'btv1==') return behind(rest, '==')
  return kind.toLowerCase() === 'prvs=' ? (prvsParts(rest)?.localPart ?? null) : behind(rest, '=')
}

/**
 * Whether a `prvs` tag was made with one of the keys, for this address, and holds at `receivedAt` (ISO 8601). `sha1` is
 * HMAC-SHA-1. The two other forms are `no-tag` here.
 *
 * The hash has 24 bits: a guess is right once in 16 million times, and in five million where the case was folded, see
 * below. The day has three digits, so that a tag which was overheard holds again for eight days after 1000 days: keys
 * must be changed before that.
 */
export const checkPrvs = (
  { localPart, domain }: { readonly localPart: string; readonly domain: string },
  keys: readonly TagKey[],
  receivedAt: string,
  sha1: KeyedHash,
): TagCheck => {
  const parts = PRVS.test(localPart) ? prvsParts(localPart.slice(5)) : null
  if (parts === null || !TAG.test(parts.tag)) return { answer: 'no-tag' }
  const name = parts.tag.charAt(0)
  const named = keys.filter((key) => key.name === name)
  if (named.length === 0) return { answer: 'no-key', key: name }
  const hash = parts.tag.slice(4).toLowerCase()
  const genuine = named.some((key) =>
    possibleAddresses(parts.localPart, domain).some((address) =>
      sameText(hash, prvsHash(parts.tag.slice(0, 4), address, key, sha1)),
    ),
  )
  if (!genuine) return { answer: 'wrong-hash' }
  const left = daysLeft(Number(parts.tag.slice(1, 4)), receivedAt)
  if (left === null) return { answer: 'expired', key: name }
  const lastDay = dateOfDay(dayOf(receivedAt) + left)
  return { answer: 'genuine', localPart: parts.localPart, domain, key: name, lastDay }
}

/** The tagged local part for a message that leaves at `at` (ISO 8601). `sha1` is HMAC-SHA-1. The key's name is a digit. */
export const makePrvs = (
  { localPart, domain }: { readonly localPart: string; readonly domain: string },
  key: TagKey,
  at: string,
  sha1: KeyedHash,
): string => {
  if (!/^\d$/.test(key.name)) throw new RangeError('The name of a prvs key is one digit.')
  const day = String((dayOf(at) + PRVS_LIFETIME_DAYS) % 1000).padStart(3, '0')
  const stamp = key.name + day
  return `prvs=${stamp}${prvsHash(stamp, `${localPart}@${domain}`, key, sha1)}=${localPart}`
}

const prvsHash = (stamp: string, address: string, { secret }: TagKey, sha1: KeyedHash): string =>
  written(sha1(secret, stamp + address), HEXADECIMAL, 6)

/** The draft hashes the address as it was written. A server on the way back may have folded the domain, or all of it. */
const possibleAddresses = (localPart: string, domain: string): readonly string[] => {
  const folded = domain.toLowerCase()
  return [...new Set([`${localPart}@${domain}`, `${localPart}@${folded}`, `${localPart.toLowerCase()}@${folded}`])]
}

/** Days until the one in the tag, which is counted modulo 1000; null if it is past, or further off than any tag of ours. */
const daysLeft = (stamp: number, receivedAt: string): number | null => {
  const left = (stamp - (dayOf(receivedAt) % 1000) + 1000) % 1000
  const longest = PRVS_LIFETIME_DAYS + dayAhead(receivedAt) - dayOf(receivedAt)
  return left <= longest ? left : null
}

type PrvsParts = { readonly tag: string; readonly localPart: string }

/** The side that looks like a tag is the tag. Where neither does, the order of the draft holds. Neither side is empty. */
const prvsParts = (rest: string): PrvsParts | null => {
  const [first, last] = [rest.indexOf('='), rest.lastIndexOf('=')]
  if (last > 0 && TAG.test(rest.slice(last + 1)) && !TAG.test(rest.slice(0, first))) {
    return { tag: rest.slice(last + 1), localPart: rest.slice(0, last) }
  }
  const localPart = behind(rest, '=')
  return localPart === null ? null : { tag: rest.slice(0, first), localPart }
}

/** What follows the first separator; null if either side of it is empty. */
const behind = (text: string, separator: string): string | null => {
  const at = text.indexOf(separator)
  return at > 0 && at + separator.length < text.length ? text.slice(at + separator.length) : null
}

/** A key number, the day modulo 1000, six hexadecimal digits of a hash (the draft, section 4.2). */
const TAG = /^\d{4}[0-9A-Fa-f]{6}$/
const PRVS = /^prvs=/i
