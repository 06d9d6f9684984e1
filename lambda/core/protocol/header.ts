/**
 * The header section of a message: RFC 5322 2.2 (fields, folding), 3.4 (mailboxes), 3.6.4 (Message-ID), and RFC 6854
 * (groups in From). It is read as real mail writes it, not as the grammar has it.
 */
import { endOfComment, endOfQuotedString } from './lexical.ts'

/** What a field shows to people is decoded by a standard of its own, RFC 2047, in a file of its own. */

export type HeaderField = {
  /** As written. Compare without regard to case. */
  readonly name: string
  /** Unfolded (RFC 5322 2.2.3) and trimmed, otherwise as written. */
  readonly value: string
}

export type HeaderBounds = {
  readonly maxFields: number
  /** Characters; octets where the message was read as latin1. */
  readonly maxLength: number
}

export type HeaderBlock = {
  readonly fields: readonly HeaderField[]
  /** A bound was reached: fields are missing at the end. A field that was cut is not among them. */
  readonly truncated: boolean
  /** The index at which the body begins; where reading stopped, if truncated. */
  readonly bodyAt: number
}

/** SES itself hands over at most 50 KB of header; a message that is read from a file may have more. */
export const HEADER_BOUNDS: HeaderBounds = { maxFields: 1000, maxLength: 256 * 1024 }

/** Characters of a Message-ID: the longest line (RFC 5322 2.1.1). */
export const MAX_MESSAGE_ID_LENGTH = 998

/**
 * Ends at the empty line, or at the first line that is no field: where the empty line was lost, the body begins there.
 * An mbox separator on top is skipped. Lines end in CRLF or LF.
 */
export const parseHeaderBlock = (text: string, bounds: HeaderBounds = HEADER_BOUNDS): HeaderBlock => {
  const fields: HeaderField[] = []
  const complete = text.length <= bounds.maxLength
  const block = complete ? text : text.slice(0, bounds.maxLength)
  let at = block.startsWith('From ') ? lineAt(block, 0).next : 0
  while (at < block.length) {
    const line = lineAt(block, at)
    const colon = line.text.indexOf(':')
    const name = line.text.slice(0, Math.max(colon, 0)).trimEnd()
    if (!FIELD_NAME.test(name)) {
      const truncated = !complete && line.next === block.length && line.text !== ''
      return { fields, truncated, bodyAt: line.text === '' ? line.next : at }
    }
    const parts = [line.text.slice(colon + 1)]
    let next = line.next
    for (; block[next] === ' ' || block[next] === '\t';) {
      const more = lineAt(block, next)
      parts.push(more.text)
      next = more.next
    }
    // The next line could have been one more continuation of this field.
    const cut = !complete && next === block.length
    if (cut || fields.length === bounds.maxFields) return { fields, truncated: true, bodyAt: at }
    fields.push({ name, value: parts.join('').trim() })
    at = next
  }
  return { fields, truncated: !complete, bodyAt: at }
}

/** The value of the topmost field of that name, in any case; null if there is none. */
export const firstField = (fields: readonly HeaderField[], name: string): string | null => {
  const wanted = name.toLowerCase()
  return fields.find((field) => field.name.toLowerCase() === wanted)?.value ?? null
}

/**
 * The first address in a From, Sender or To field, as written there, without comments and display name; null if there
 * is none (`undisclosed-recipients:;`, `MAILER-DAEMON <>`). `parseAddress` says whether it can be read.
 */
export const mailboxOf = (value: string): string | null => mailboxesOf(value, 1)[0] ?? null

/** The first addresses in such a field, at most `limit`. */
export const mailboxesOf = (value: string, limit: number): readonly string[] => {
  const found: string[] = []
  let written = ''
  for (let i = 0; i < value.length && found.length < limit;) {
    const character = value.charAt(i)
    const end = endOfToken(value, i)
    if (END_OF_MAILBOX.includes(character)) {
      const mailbox = withoutBlanks(written)
      if (mailbox !== null) found.push(mailbox)
    }
    // What stood before was a display name, the name of a group, a source route, or no address; or it has been taken.
    if (START_OF_MAILBOX.includes(character)) written = ''
    else written += character === '(' ? ' ' : value.slice(i, end)
    i = end
  }
  const last = withoutBlanks(written)
  return last === null || found.length === limit ? found : [...found, last]
}

/** The identifier without its angle brackets, and without the blanks that folding left in it; null if there is none. */
export const messageIdOf = (value: string): string | null => {
  let open = 0
  while (open < value.length && value[open] !== '<') {
    open = value[open] === '(' ? (endOfComment(value, open) ?? value.length) : open + 1
  }
  const close = value.indexOf('>', open)
  const written = open < value.length ? value.slice(open + 1, close < 0 ? value.length : close) : value
  const id = written.split(BLANKS).join('')
  return id === '' || id.length > MAX_MESSAGE_ID_LENGTH ? null : id
}

/** `next` is the index of the line after it. */
const lineAt = (text: string, at: number): { readonly text: string; readonly next: number } => {
  const feed = text.indexOf('\n', at)
  if (feed < 0) return { text: text.slice(at), next: text.length }
  return { text: text.slice(at, text[feed - 1] === '\r' && feed > at ? feed - 1 : feed), next: feed + 1 }
}

/** Comments, quoted strings and address literals are one token; one that never closes takes the rest with it. */
const endOfToken = (value: string, at: number): number => {
  if (value[at] === '(') return endOfComment(value, at) ?? value.length
  if (value[at] === '"') return endOfQuotedString(value, at) ?? value.length
  const close = value[at] === '[' ? value.indexOf(']', at) : at
  return close < 0 ? value.length : close + 1
}

/** White space around `@` and `.` is part of the old syntax (RFC 5322 4.4); anywhere else it is no address. */
const withoutBlanks = (written: string): string | null => {
  const spaced = written.trim()
  const quoted = spaced.startsWith('"') ? (endOfQuotedString(spaced, 0) ?? spaced.length) : 0
  const rest = spaced
    .slice(quoted)
    .split(BLANKS)
    .join(' ')
    .replaceAll(' @', '@')
    .replaceAll('@ ', '@')
    .replaceAll(' .', '.')
    .replaceAll('. ', '.')
  const mailbox = spaced.slice(0, quoted) + rest
  const at = mailbox.lastIndexOf('@')
  return rest.includes(' ') || at <= 0 || at < quoted || at === mailbox.length - 1 ? null : mailbox
}

/** Printable US-ASCII without the colon (RFC 5322 2.2). */
const FIELD_NAME = /^[!-9;-~]+$/
const BLANKS = /[ \t\r\n]+/
const START_OF_MAILBOX = '<:,;>'
const END_OF_MAILBOX = ',;>'
