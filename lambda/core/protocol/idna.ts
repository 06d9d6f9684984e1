/**
 * Domain names in two forms: the A-label that is compared and the U-label that is shown. RFC 5890, RFC 5891 4 and 5,
 * mapping after UTS #46.
 *
 * Characters are checked before anything is mapped, and again after. A URL parser maps first: it reads `exa%6dple.com`
 * as `example.com` and `0x7f.1` as `127.0.0.1`, so an address could be served that the directory never held.
 *
 * Where this differs from UTS #46 (non-transitional, CheckHyphens off): characters that it would silently remove (soft
 * hyphen, zero-width space, variation selectors) and the few that it folds otherwise than to their lower case (Cherokee,
 * Greek with an iota below) are refused; the rules of context (RFC 5892 A) and direction (RFC
 * 5893) are not applied; symbols such as emoji are refused in a U-label, while their A-label stays as it was written.
 * Each of these only leaves a name unread or unequal to any other; none makes two names equal.
 */
import { decodePunycode, encodePunycode } from './punycode.ts'

export type DomainName = {
  readonly kind: 'domain'
  /** Lower case, A-labels, no final dot. */
  readonly ascii: string
  /** The same with U-labels. */
  readonly shown: string
}

export type NotADomain = {
  readonly kind: 'unreadable'
  readonly why: 'empty-domain' | 'empty-label' | 'domain-character' | 'no-a-label'
}

/** Octets, RFC 1035 2.3.4. It decides whether a label can have an A-label; plain labels may be longer. */
export const MAX_LABEL_LENGTH = 63

/**
 * UTF-16 code units of a label that is to be mapped. Composing turns at most four code points into one, so whatever is
 * longer has no A-label; some single characters map to eighteen, so it would be dear to find out.
 */
export const MAX_UNICODE_LABEL_LENGTH = 8 * MAX_LABEL_LENGTH

/**
 * Names of any length are read, in time that grows with the length: who serves the name knows how long it may be.
 * `0x7f.1` is a name like any other, and equal only to itself.
 */
export const parseDomain = (text: string): DomainName | NotADomain => {
  if (/^[a-z0-9.-]+$/.test(text) && !text.includes('xn--')) return plainDomain(text)
  // UTS #46 4, step 1: these three are full stops too.
  const labels = text.split(/[.\u3002\uff0e\uff61]/)
  if (labels.at(-1) === '') labels.pop()
  if (labels.length === 0 || (labels.length === 1 && labels[0] === '')) return unreadable('empty-domain')
  const ascii: string[] = []
  const shown: string[] = []
  for (const label of labels) {
    const read = parseLabel(label)
    if (read.kind === 'unreadable') return read
    ascii.push(read.ascii)
    shown.push(read.shown)
  }
  return { kind: 'domain', ascii: ascii.join('.'), shown: shown.join('.') }
}

/**
 * Lower case, one character at a time: for a whole word JavaScript writes a final capital sigma differently, so that
 * a word in capitals would not be equal to the same word in small letters.
 */
export const lowerCase = (text: string): string =>
  /^[\x00-\x7f]*$/.test(text) ? text.toLowerCase() : Array.from(text, (character) => character.toLowerCase()).join('')

/** Nearly every name that is ever read takes this way. */
const plainDomain = (text: string): DomainName | NotADomain => {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  if (name === '') return unreadable('empty-domain')
  if (name.startsWith('.') || name.endsWith('.') || name.includes('..')) return unreadable('empty-label')
  return { kind: 'domain', ascii: name, shown: name }
}

const parseLabel = (text: string): DomainName | NotADomain => {
  if (text === '') return unreadable('empty-label')
  const plain = text.toLowerCase()
  if (ASCII_LABEL.test(plain)) return { kind: 'domain', ascii: plain, shown: shownLabel(plain) }
  if (text.length > MAX_UNICODE_LABEL_LENGTH) return unreadable('no-a-label')
  if (!WRITTEN.test(text) || MAPPED_OTHERWISE.test(text.normalize('NFD'))) return unreadable('domain-character')
  // NFKC may leave a capital letter (U+2102 becomes C), and a small letter may need composing again.
  const label = lowerCase(text.normalize('NFKC')).normalize('NFKC')
  if (ASCII_LABEL.test(label)) return { kind: 'domain', ascii: label, shown: shownLabel(label) }
  if (!UNICODE_LABEL.test(label)) return unreadable('domain-character')
  const encoded = label.startsWith('xn--') ? null : encodePunycode(label)
  if (encoded === null || encoded.length > MAX_LABEL_LENGTH - 4) return unreadable('no-a-label')
  return { kind: 'domain', ascii: `xn--${encoded}`, shown: label }
}

/** An A-label that is not the one of its own U-label (RFC 5891 5.4) is shown as it was written. */
const shownLabel = (label: string): string => {
  if (!label.startsWith('xn--')) return label
  const decoded = decodePunycode(label.slice(4))
  const read = decoded === null ? null : parseLabel(decoded)
  return read?.kind === 'domain' && read.ascii === label ? read.shown : label
}

const unreadable = (why: NotADomain['why']): NotADomain => ({ kind: 'unreadable', why })

/** The underscore is in no host name, and in real domains all the same. */
const ASCII_LABEL = /^[a-z0-9_-]+$/
const WRITTEN = /^[A-Za-z0-9_\u{80}-\u{10ffff}-]+$/u
/** In NFD. The sigmas are mathematical letters and the lunate one: their compatible letter is the final sigma. */
const MAPPED_OTHERWISE =
  /(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}|\p{Script=Cherokee}|[\u0345\u03f2\u1c80-\u1c88\u{1d6d3}\u{1d70d}\u{1d747}\u{1d781}\u{1d7bb}]/u
/** Letters, marks and digits, not beginning with a mark (RFC 5891 4.2.3.2), and the characters of RFC 5892 A.1 to A.7. */
const UNICODE_LABEL = /^[\p{L}\p{Nd}_-][\p{L}\p{M}\p{Nd}_\u00b7\u0375\u05f3\u05f4\u200c\u200d\u30fb-]*$/u
