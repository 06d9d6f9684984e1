import { partsOf, type TraceQuestion } from './question.ts'

/**
 * What stands in the line of every record that a question can be about, read as Latin-1 and in any case of ASCII letters: most lines are
 * passed over without being read. Null: nothing is certain to stand there, and every line has to be read.
 *
 * It is longer than a literal only by a repetition with a bound, so that the search takes time in proportion to the text.
 */
export function anchorOf({ recipient, sender, messageId }: TraceQuestion): RegExp | null {
  const source =
    (messageId === null ? null : ofText(messageId.replace(/^<|>$/g, ''))) ??
    // Mail of the same sender to somebody else is an answer, too.
    (sender?.includes('@') === true ? ofAddress(sender) : null) ??
    (recipient === null ? null : ofAddress(recipient)) ??
    (sender === null || sender === '<>' ? null : ofAddress(sender))
  return source === null ? null : new RegExp(source, 'gi')
}

function ofAddress(text: string): string | null {
  const parts = partsOf(text)
  if (parts === null) return ofText(text)
  const { local, domain } = parts
  // A domain with A-labels may stand there with U-labels, and a local part in quotes is written with escapes.
  const shownDomain = plain.test(domain) && !domain.includes('xn--') ? escaped(domain) : null
  const shownLocal = local !== null && plain.test(local) ? escaped(local) : null
  if (local !== null && local.length > longest && shownLocal !== null) return shownLocal
  if (shownLocal !== null) return `${shownLocal}(?:\\+[^@"]{0,64})?@${shownDomain ?? ''}`
  if (shownDomain === null) return null
  return shownDomain
}

/** The longest stretch of characters that JSON writes as they are. */
function ofText(text: string): string | null {
  const stretches = text.split(/[^a-zA-Z0-9@._=+$%-]+/)
  const best = stretches.reduce((most, one) => (one.length > most.length ? one : most), '')
  return best.length < 2 ? null : escaped(best)
}

const plain = /^[a-zA-Z0-9._+=~!#$%&'*/?^{|}-]+$/

/** The engine refuses an expression that is very long, and more characters single out no more lines. */
const longest = 64

function escaped(text: string): string {
  return text.slice(0, longest).replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}
