/**
 * Bounce Address Tag Validation, draft-levine-smtp-batv-01, and two relatives: the syntax of tagged return paths. Whether a
 * tag is genuine needs its key, and is no question of syntax.
 */

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
  return kind.toLowerCase() === 'prvs=' ? withoutPrvs(rest) : behind(rest, '=')
}

/** The side that looks like a tag is the tag. Where neither does, the order of the draft holds. */
const withoutPrvs = (rest: string): string | null => {
  const last = rest.lastIndexOf('=')
  const tagIsLast = TAG.test(rest.slice(last + 1)) && !TAG.test(rest.slice(0, rest.indexOf('=')))
  return tagIsLast && last > 0 ? rest.slice(0, last) : behind(rest, '=')
}

/** What follows the first separator; null if either side of it is empty. */
const behind = (text: string, separator: string): string | null => {
  const at = text.indexOf(separator)
  return at > 0 && at + separator.length < text.length ? text.slice(at + separator.length) : null
}

/** A key number, the day modulo 1000, six hexadecimal digits of a hash (the draft, section 4.2). */
const TAG = /^\d{4}[0-9A-Fa-f]{6}$/
