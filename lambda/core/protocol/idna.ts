/**
 * Domain names in two forms: the A-label that is compared and the U-label that is shown (RFC 5890; mapping by UTS #46).
 *
 * The mapping is Node's own, which is a pure function. Characters are checked before it sees anything, and again after,
 * because it reads a name as a URL parser does: `exa%6dple.com` would become `example.com` and `0x7f.1` `127.0.0.1`, so
 * that an address could be served that the directory never held. Plain ASCII labels never pass through it.
 */
import { domainToASCII, domainToUnicode } from 'node:url'

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

/** UTF-16 code units of a label that is to be mapped. Composing leaves at least a quarter of the code points. */
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

/** Whether a name is the domain or below it. Both are A-labels in lower case. */
export const isWithin = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`)

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
  if (!WRITTEN.test(text)) return unreadable('domain-character')
  const ascii = domainToASCII(text)
  // Full-width digits would have become an address, and a mapped full stop a second label.
  if (!ASCII_LABEL.test(ascii) || ascii.length > MAX_LABEL_LENGTH) return unreadable('no-a-label')
  return { kind: 'domain', ascii, shown: shownLabel(ascii) }
}

/** An A-label that is not the one of its own U-label (RFC 5891 5.4) is shown as it was written. */
const shownLabel = (label: string): string => {
  if (!label.startsWith('xn--')) return label
  const shown = domainToUnicode(label)
  return WRITTEN.test(shown) && domainToASCII(shown) === label && !ASCII_LABEL.test(shown) ? shown : label
}

const unreadable = (why: NotADomain['why']): NotADomain => ({ kind: 'unreadable', why })

/** The underscore is in no host name, and in real domains all the same. */
const ASCII_LABEL = /^[a-z0-9_-]+$/
/**
 * Letters, digits and, not in front (RFC 5891 4.2.3.2), marks, with the characters of RFC 5892 A.1 to A.7. Nothing that
 * UTS #46 would silently take away, such as a soft hyphen: two names that look different must not become one.
 */
const WRITTEN =
  /^(?!\p{M})(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}_\u00b7\u0375\u05f3\u05f4\u30fb-]|[\u200c\u200d])+$/u
