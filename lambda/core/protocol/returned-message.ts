/**
 * The message that a report returns: RFC 3462 2 (now RFC 6522), RFC 6533 4, and what servers do that know neither. Only its
 * header is of interest, and that octet by octet: a signature covers it as it was sent.
 */
import { inlineBlocks, weightOf, type InlineBlock } from './header-lines.ts'
import { firstField, mailboxOf, messageIdOf, parseHeaderBlock, type HeaderField } from './header.ts'
import { textOfHtml } from './html-text.ts'
import { parameterOf, type Mail, type Part } from './mime.ts'
import { decodeTransfer } from './transfer-encoding.ts'

export type ReturnedMessage = {
  /** Without the angle brackets. */
  readonly messageId: string | null
  /** Addresses as written. */
  readonly from: string | null
  readonly to: string | null
  /** As written. */
  readonly date: string | null
  /** The empty string for `<>`. */
  readonly returnPath: string | null
  /** In the order of the header; what is missing in a signature is empty. */
  readonly dkim: readonly { readonly d: string; readonly s: string }[]
  /** Received fields, topmost first. */
  readonly received: readonly string[]
  /** The header section as latin1: a character is an octet. Without the empty line. */
  readonly header: string
  /** Where it was found. */
  readonly found: 'part' | 'nested-text' | 'text'
  /** From, Date, Message-ID and Received are there, and no bound was reached. */
  readonly complete: boolean
}

/** Types of parts that hold nothing but a returned message or its header. */
export const RETURNED_TYPES: ReadonlySet<string> = new Set([
  'message/rfc822',
  'message/global',
  'message/global-headers',
  'message/rfc822-headers',
  'text/rfc822-headers',
  'text/rfc822-header',
  'message/news',
  'message/partial',
])

/** DKIM-Signature fields that are listed, and Received fields. */
const MAX_LISTED = 100

/** Octets of a text in which a header is looked for: a server says what happened, and then returns what it has. */
const MAX_TEXT = 256 * 1024

/** Octets that are decoded for that: quoted-printable makes three of one, but not of all. */
const MAX_ENCODED = 2 * MAX_TEXT

/** The outermost returned message: first the parts that are made for it, then texts. Null if there is none. */
export const returnedMessageOf = (mail: Mail): ReturnedMessage | null => {
  let best: ReturnedMessage | null = null
  for (const part of mail.parts) {
    if (part.depth === 0) continue
    const own = ownHeader(part, mail.truncated)
    const returned = own ?? (RETURNED_TYPES.has(part.type) ? ofPart(part, mail.truncated) : null)
    if (returned !== null && returned.messageId !== null) return returned
    best ??= returned
  }
  const block = inlineBlockOf(mail)
  if (block === null) return best
  const inline = messageOf(block.raw, 'text', block.isCut)
  return best === null || (best.messageId === null && inline !== null && inline.messageId !== null) ? inline : best
}

/** The first `MAX_TEXT` octets of a part without its transfer encoding and without tags, latin1; null if it is no text. */
export const textOf = (part: Part): string | null => {
  if (!part.type.startsWith('text/') && part.type !== 'text') return null
  const known = texts.get(part)
  if (known !== undefined) return known
  const decoded = startOf(part).slice(0, MAX_TEXT)
  const text = part.type === 'text/html' ? textOfHtml(decoded) : decoded
  texts.set(part, text)
  return text
}

/** One message is asked three times: what it is, what it returns, whom it could not reach. */
const texts = new WeakMap<Part, string>()

/** No more of a part than can be looked at. */
const startOf = ({ body, encoding }: Part): string => decodeTransfer(body.slice(0, MAX_ENCODED), encoding)

/** Inside a text: the first block with a From or a Message-ID that is worth it, else the one that holds most. */
export const bestBlock = (text: string): InlineBlock | null => {
  let best: InlineBlock | null = null
  for (const block of inlineBlocks(text.slice(0, MAX_TEXT))) {
    if (block.names.has('message-id')) return block
    if (best === null || weightOf(block) > weightOf(best)) best = block
  }
  return best
}

/**
 * Where the empty line between a part and the message in it was lost, the fields of the message stand among those of the
 * part; some servers give the part no fields at all.
 */
const ownHeader = (part: Part, isCut: boolean): ReturnedMessage | null => {
  const has = (name: string): boolean => firstField(part.fields, name) !== null
  if (!has('from') || !(has('date') || has('message-id'))) return null
  const first = part.fields.findIndex(({ name }) => !/^(?:content|mime)-/i.test(name))
  // The line of an mbox on top is no field.
  let at = part.header.startsWith('From ') && first > 0 ? part.header.indexOf('\n') + 1 : 0
  for (let field = 0; field < first && at < part.header.length;) {
    const feed = part.header.indexOf('\n', at)
    at = feed < 0 ? part.header.length : feed + 1
    if (!' \t'.includes(part.header.charAt(at))) field++
  }
  return messageOf(part.header.slice(at), 'part', isCut)
}

const ofPart = (part: Part, isMailCut: boolean): ReturnedMessage | null => {
  const decoded = startOf(part)
  const text = decoded.slice(leadingLines(decoded))
  const isCut = isMailCut || part.body.length > MAX_ENCODED
  const message = messageOf(text, 'part', isCut)
  // Some gateways put a line of their own above the header, or quote it.
  const block = message === null || message.messageId === null ? bestBlock(text) : null
  const isBlockCut = (isCut || text.length > MAX_TEXT) && (block?.end ?? 0) >= Math.min(text.length, MAX_TEXT)
  const nested = block === null ? null : messageOf(block.raw, 'nested-text', isBlockCut)
  return nested !== null && (message === null || nested.messageId !== null) ? nested : message
}

const inlineBlockOf = (mail: Mail): (InlineBlock & { readonly isCut: boolean }) | null => {
  let best: (InlineBlock & { readonly isCut: boolean }) | null = null
  for (const part of mail.parts) {
    // Behind a delimiter that was mistyped, the returned part is the end of the part before it.
    const text = part.type.endsWith('delivery-status') ? startOf(part).slice(0, MAX_TEXT) : textOf(part)
    const block = text === null || RETURNED_TYPES.has(part.type) ? null : bestBlock(text)
    if (block === null) continue
    const isLast = block.end === text?.length
    const found = { ...block, isCut: isLast && (mail.truncated || part.body.length >= MAX_TEXT) }
    if (block.names.has('message-id')) return found
    if (best === null || weightOf(block) > weightOf(best)) best = found
  }
  return best
}

/** `isCut`: something stood behind the text. A header that goes on there is not complete. */
const messageOf = (text: string, found: ReturnedMessage['found'], isCut: boolean): ReturnedMessage | null => {
  const { fields, truncated, bodyAt } = parseHeaderBlock(text)
  if (fields.length === 0) return null
  const separator = text.startsWith('From ') ? text.indexOf('\n') + 1 : 0
  const from = firstField(fields, 'from')
  const date = firstField(fields, 'date')
  const messageId = messageIdOf(firstField(fields, 'message-id') ?? '')
  const received = valuesOf(fields, 'received')
  const returnPath = firstField(fields, 'return-path')
  return {
    messageId,
    from: mailboxOf(from ?? ''),
    to: mailboxOf(firstField(fields, 'to') ?? ''),
    date,
    returnPath: returnPath === null ? null : (mailboxOf(returnPath) ?? ''),
    dkim: valuesOf(fields, 'dkim-signature').map((value) => ({ d: tagOf(value, 'd'), s: tagOf(value, 's') })),
    received,
    header: withoutEmptyLine(text.slice(separator, bodyAt)),
    found,
    complete:
      !(truncated || (isCut && bodyAt === text.length)) &&
      from !== null &&
      date !== null &&
      messageId !== null &&
      received.length > 0,
  }
}

const valuesOf = (fields: readonly HeaderField[], name: string): readonly string[] =>
  fields
    .filter((field) => field.name.toLowerCase() === name)
    .slice(0, MAX_LISTED)
    .map(({ value }) => value)

/** A tag of a signature (RFC 6376 3.2); its value has no blanks that count. */
const tagOf = (value: string, tag: string): string => (parameterOf(value, tag) ?? '').trim()

/** Whole lines, down to the last field. */
const withoutEmptyLine = (block: string): string => {
  if (block.endsWith('\r\n\r\n')) return block.slice(0, -2)
  if (block.endsWith('\n\n')) return block.slice(0, -1)
  // The last line end of a part belongs to the delimiter behind it (RFC 2046 5.1.1).
  return block.endsWith('\n') ? block : `${block}\r\n`
}

const leadingLines = (text: string): number => {
  let at = 0
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++
  // What is indented may be the rest of a folded field; only whole empty lines are passed over.
  const feed = text.lastIndexOf('\n', at)
  return at === 0 || feed < 0 ? 0 : feed < at ? feed + 1 : 0
}
