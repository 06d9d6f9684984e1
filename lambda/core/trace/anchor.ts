import { partsOf, type TraceQuestion } from './question.ts'

/**
 * What stands in the line of every record that a question can be about, read as Latin-1 and in any case of ASCII letters: most lines are
 * passed over without being read. Null: nothing is certain to stand there, and every line has to be read.
 *
 * It is longer than a literal only by a repetition with a bound, so that the search takes time in proportion to the text.
 */
export function anchorOf(question: TraceQuestion): RegExp | null {
  const anchor = readAnchor(question)
  if (anchor === null) return null
  const { source, hasOtherForms } = anchor
  return new RegExp(hasOtherForms ? `${source}|${quotedInJson}|${kelvin}` : source, 'gi')
}

/**
 * The same for whoever has the ids and addresses of a record themselves, all letters made small, and not its line: a regular expression
 * as text. It stays within what every engine reads alike: printable ASCII in small letters, groups, alternatives, `[^...]` and a
 * repetition with a bound; behind a `\` stands punctuation only.
 */
export function anchorTextOf(question: TraceQuestion): string | null {
  const anchor = readAnchor(question)
  if (anchor === null) return null
  return anchor.hasOtherForms ? `${anchor.source}|"` : anchor.source
}

type Anchor = {
  readonly source: string
  /** Whether the same address can be written so that the source is not found in it. */
  readonly hasOtherForms: boolean
}

function readAnchor({ recipient, sender, messageId }: TraceQuestion): Anchor | null {
  const byId = messageId === null ? null : ofText(messageId.replace(/^<|>$/g, ''))
  if (byId !== null) return { source: byId, hasOtherForms: false }
  const bySender = sender === null || sender === '<>' ? null : ofAddress(sender)
  // Mail of the same sender to somebody else is an answer, too; see `relationOf`.
  const countsToOthers = messageId !== null || sender?.includes('@') === true
  const byRecipient = recipient === null || countsToOthers ? null : ofAddress(recipient)
  return byRecipient ?? bySender
}

/**
 * An address can be written otherwise than it is asked for: in quotes, where each character may have a `\` before it (RFC 5321 4.1.2),
 * and with characters beyond ASCII that mean the same as those of ASCII (UTS #46 in its domain, the sign of the kelvin before it).
 */
function ofAddress(text: string): Anchor | null {
  const parts = partsOf(text)
  if (parts === null) return ofUnreadable(text)
  const { local, domain } = parts
  // A domain with A-labels may stand there with U-labels.
  const shownDomain = plain.test(domain) && !domain.includes('xn--') ? escaped(domain) : null
  if (local === null || !plain.test(local)) {
    return shownDomain === null ? null : { source: `${shownDomain}|@${beyondAscii}`, hasOtherForms: false }
  }
  if (local.length > longest) return { source: escaped(local), hasOtherForms: true }
  const there = shownDomain === null ? '' : `(?:${shownDomain}|${beyondAscii})`
  return { source: `${escaped(local)}(?:\\+|@${there})`, hasOtherForms: true }
}

/** Only the same text in other letters is taken for the same. Those beyond ASCII can change their neighbours when they are made small. */
function ofUnreadable(text: string): Anchor | null {
  const source = /^[ -~]*$/.test(text) ? ofText(text) : null
  return source === null ? null : { source, hasOtherForms: true }
}

/** The longest stretch of characters that JSON writes as they are. */
function ofText(text: string): string | null {
  const stretches = text.split(/[^a-zA-Z0-9@._=+$%-]+/)
  const best = stretches.reduce((most, one) => (one.length > most.length ? one : most), '')
  return best.length < 2 ? null : escaped(best.toLowerCase())
}

const plain = /^[a-z0-9._+=~!#$%&'*/?^{|}-]+$/

/** The engine refuses an expression that is very long, and more characters single out no more lines. */
const longest = 64

/** Not far from its beginning: where it comes later, the first characters are those that are asked for. */
const beyondAscii = `[^"]{0,${longest}}[^ -~]`

/** The beginning of an address in quotes, as JSON.stringify writes it into a record. It singles out so few lines that all are read. */
const quotedInJson = '(?:_from|address)":"\\\\"'

/** U+212A, whose small letter is k, in UTF-8 that is read as Latin-1. */
const kelvin = '\u00e2\u0084\u00aa'

function escaped(text: string): string {
  return text.slice(0, longest).replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
