/**
 * Envelope addresses: RFC 5321 4.1.2 (paths and mailboxes) and 4.5.1 (postmaster), RFC 6531 3.3 (characters beyond
 * US-ASCII), RFC 5233 (sub-addresses).
 *
 * More is read than the grammar allows where the meaning is plain (dots anywhere in a local part, any length), and
 * nothing where two readings are possible (several `@`, a quoted string in the middle). Whether an address exists is
 * for the directory to say; here it is only read, in time that grows with its length.
 */
import { lowerCase, parseDomain, type NotADomain } from './idna.ts'
import { endOfQuotedString } from './lexical.ts'

export type Address = {
  readonly kind: 'address'
  /** Without quotes, NFC, in the case that it was written in. */
  readonly localPart: string
  /** A-labels in lower case, no final dot; `[192.0.2.1]` for an address literal; empty for a bare `postmaster`. */
  readonly domain: string
  /** The same with U-labels. */
  readonly domainShown: string
}

export type Unreadable = {
  readonly kind: 'unreadable'
  readonly why:
    | 'empty'
    | 'not-unicode'
    | 'control-character'
    | 'angle-bracket'
    | 'source-route'
    | 'space'
    | 'no-at-sign'
    | 'several-at-signs'
    | 'unclosed-quote'
    | 'empty-local-part'
    | 'local-part-character'
    | 'address-literal'
    | NotADomain['why']
}

/**
 * How many shorter forms of a local part are tried. Someone who writes a thousand `+` would otherwise have the
 * directory asked a thousand questions.
 */
export const MAX_SUB_ADDRESS_STEPS = 8

/**
 * Reads a mailbox, with or without `<>` and a source route (RFC 5321 C; it says nothing any more and is taken off).
 * The null path is `empty`: who may meet one asks for it first.
 */
export const parseAddress = (text: string): Address | Unreadable => {
  if (!text.isWellFormed()) return unreadable('not-unicode')
  if (CONTROL.test(text)) return unreadable('control-character')
  if (text.startsWith('<') !== text.endsWith('>')) return unreadable('angle-bracket')
  const path = text.startsWith('<') ? text.slice(1, -1) : text
  if (path === '') return unreadable('empty')
  const mailbox = withoutSourceRoute(path)
  if (typeof mailbox !== 'string') return mailbox
  if (POSTMASTER.test(mailbox)) return { kind: 'address', localPart: mailbox, domain: '', domainShown: '' }
  const parts = mailbox.startsWith('"') ? splitQuoted(mailbox) : splitPlain(mailbox)
  return parts.kind === 'unreadable' ? parts : addressOf(parts)
}

/**
 * The form of a local part that is compared. Case means something only to the domain itself (RFC 5321 2.4), hence
 * the choice; NFC and NFD of one name are one name (RFC 6532 3.1) always.
 */
export const foldLocalPart = (localPart: string, foldCase: boolean): string => {
  const composed = localPart.normalize('NFC')
  return foldCase ? lowerCase(composed).normalize('NFC') : composed
}

/**
 * What is left of `alice+a+b` as labels are taken off the right end: `alice+a`, `alice`. Each character of
 * `delimiters` separates. Never an empty local part; beyond `MAX_SUB_ADDRESS_STEPS` only the shortest is added.
 */
export const withoutSubAddress = (localPart: string, delimiters: string): readonly string[] => {
  const cuts: number[] = []
  // A delimiter at the very front leaves nothing.
  for (let i = localPart.length - 1; i > 0; i--) if (delimiters.includes(localPart.charAt(i))) cuts.push(i)
  const kept = cuts.filter((_, i) => i < MAX_SUB_ADDRESS_STEPS - 1 || i === cuts.length - 1)
  return kept.map((cut) => localPart.slice(0, cut))
}

/** The mailbox as SMTP writes it, quoted where it must be (RFC 5321 4.1.2). */
export const writeAddress = (localPart: string, domain: string): string => {
  const written = DOT_STRING.test(localPart) ? localPart : `"${localPart.replace(/["\\]/g, '\\$&')}"`
  return domain === '' ? written : `${written}@${domain}`
}

type Parts = { readonly kind: 'parts'; readonly localPart: string; readonly domain: string }

const addressOf = ({ localPart, domain }: Parts): Address | Unreadable => {
  if (localPart === '') return unreadable('empty-local-part')
  if (domain.includes(' ')) return unreadable('space')
  const composed = localPart.normalize('NFC')
  if (domain.startsWith('[')) {
    if (!ADDRESS_LITERAL.test(domain)) return unreadable('address-literal')
    const literal = domain.toLowerCase()
    return { kind: 'address', localPart: composed, domain: literal, domainShown: literal }
  }
  const name = parseDomain(domain)
  if (name.kind === 'unreadable') return name
  return { kind: 'address', localPart: composed, domain: name.ascii, domainShown: name.shown }
}

/** `@a,@b:user@c`, RFC 5321 4.1.2: A-d-l. */
const withoutSourceRoute = (path: string): string | Unreadable => {
  if (!path.startsWith('@')) return path
  const colon = path.indexOf(':')
  if (colon < 0) return unreadable('empty-local-part')
  const hops = path.slice(0, colon).split(',')
  return hops.every((hop) => ROUTE_HOP.test(hop)) ? path.slice(colon + 1) : unreadable('source-route')
}

const splitQuoted = (mailbox: string): Parts | Unreadable => {
  const end = endOfQuotedString(mailbox, 0)
  if (end === null) return unreadable('unclosed-quote')
  if (end === mailbox.length) return unreadable('no-at-sign')
  if (mailbox[end] !== '@') return unreadable('local-part-character')
  const domain = mailbox.slice(end + 1)
  if (domain.includes('@')) return unreadable('several-at-signs')
  return { kind: 'parts', localPart: mailbox.slice(1, end - 1).replace(/\\(.)/gsu, '$1'), domain }
}

const splitPlain = (mailbox: string): Parts | Unreadable => {
  const at = mailbox.indexOf('@')
  const localPart = at < 0 ? mailbox : mailbox.slice(0, at)
  if (localPart.includes(' ')) return unreadable('space')
  if (localPart !== '' && !LOCAL_PART.test(localPart)) return unreadable('local-part-character')
  if (at < 0) return unreadable('no-at-sign')
  if (mailbox.includes('@', at + 1)) return unreadable('several-at-signs')
  return { kind: 'parts', localPart, domain: mailbox.slice(at + 1) }
}

const unreadable = (why: Unreadable['why']): Unreadable => ({ kind: 'unreadable', why })

/** C0, DEL, C1, and the two line ends of Unicode: no grammar of mail allows them, quoted or not. */
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/
const POSTMASTER = /^postmaster$/i
const ROUTE_HOP = /^@[A-Za-z0-9.\u{80}-\u{10ffff}-]+$/u
const ADDRESS_LITERAL = /^\[[!-Z^-~]+\]$/
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u{80}-\u{10ffff}-]+$/u
/** Deterministic: an atom ends only at a dot. */
const DOT_STRING =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+)*$/u
