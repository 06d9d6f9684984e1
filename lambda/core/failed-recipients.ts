/** Whom a report is about. */
import { parseDeliveryStatus } from './protocol/dsn.ts'
import { firstField, mailboxOf } from './protocol/header.ts'
import type { Mail } from './protocol/mime.ts'
import { bestBlock, RETURNED_TYPES, textOf } from './protocol/returned-message.ts'
import { decodeTransfer } from './protocol/transfer-encoding.ts'

export type FailedRecipient = {
  /** As written. Null where a report names nobody. */
  readonly address: string | null
  /** RFC 3464 2.3.3, in lower case; null where the report does not say it in a field. */
  readonly action: string | null
  /** RFC 3463: `5.1.1`. */
  readonly status: string | null
}

/** How many are listed, each address once. */
export const MAX_RECIPIENTS = 100

/** Those of the delivery-status; without one, those of X-Failed-Recipients; without that, those that lines of the text begin with. */
export const failedRecipients = (mail: Mail): readonly FailedRecipient[] => {
  const reported = mail.parts
    .filter(({ type }) => type.endsWith('delivery-status') && type.startsWith('message/'))
    .flatMap(({ body, encoding }) => parseDeliveryStatus(decodeTransfer(body, encoding)).recipients)
    .map(({ finalRecipient, originalRecipient, action, status }) => ({
      address: finalRecipient ?? originalRecipient,
      action,
      status,
    }))
  if (reported.length > 0) return once(reported)
  const field = firstField(mail.fields, 'x-failed-recipients')
  if (field === null) return fromTexts(mail)
  const named = field.slice(0, MAX_FIELD).split(',')
  return once(named.map((one) => ({ address: mailboxOf(one), action: 'failed', status: null })))
}

const fromTexts = (mail: Mail): readonly FailedRecipient[] => {
  // The notice goes to whoever wrote: he is not the one who could not be reached, unless nobody else is named.
  const addressee = mailboxOf(firstField(mail.fields, 'to') ?? '')?.toLowerCase() ?? null
  for (const part of mail.parts) {
    const text = RETURNED_TYPES.has(part.type) ? null : textOf(part)
    if (text === null) continue
    const notice = text.slice(0, Math.min(returnedAt(text), MAX_TEXT)).split('\n')
    const leading = fromLines(notice)
    const all = once(leading.length > 0 ? leading : notice.flatMap(fromSentence))
    const others = all.filter(({ address }) => address?.toLowerCase() !== addressee)
    if (all.length > 0) return others.length > 0 ? others : all
  }
  return []
}

/** Where the notice ends. "To: x, Subject: y, Sent: z" is how Exchange says what it is about. */
const returnedAt = (text: string): number => {
  const block = bestBlock(text)
  return block !== null && (block.names.has('from') || block.names.has('message-id')) ? block.at : text.length
}

/** `Your message to <a@b> could not be delivered`, `RCPT TO: a@b`. */
const fromSentence = (line: string): readonly FailedRecipient[] => {
  const address = ADDRESS_INSIDE.exec(line.slice(0, MAX_LINE))?.[1]
  return address === undefined
    ? []
    : [{ address, action: null, status: STATUS.exec(line.slice(0, MAX_LINE))?.[0] ?? null }]
}

const fromLines = (lines: readonly string[]): readonly FailedRecipient[] =>
  lines.flatMap((line, i) => {
    const address = LEADING_ADDRESS.exec(line.slice(0, MAX_LINE))?.[1]
    if (address === undefined) return []
    const about = lines.slice(i, i + LINES_ABOUT).map((each) => each.slice(0, MAX_LINE))
    const next = about.findIndex((each, k) => k > 0 && LEADING_ADDRESS.test(each))
    const status = STATUS.exec(about.slice(0, next < 0 ? about.length : next).join('\n'))?.[0] ?? null
    return [{ address, action: null, status }]
  })

const once = (recipients: readonly FailedRecipient[]): readonly FailedRecipient[] => {
  const byAddress = new Map<string, FailedRecipient>()
  for (const recipient of recipients) {
    const key = recipient.address?.toLowerCase() ?? ''
    if (byAddress.size < MAX_RECIPIENTS && !byAddress.has(key)) byAddress.set(key, recipient)
  }
  return [...byAddress.values()]
}

const MAX_FIELD = 16 * 1024
const MAX_TEXT = 16 * 1024
const MAX_LINE = 400
const LINES_ABOUT = 5
/** `<a@b>:`, `a@b` on a line of its own, `550 <a@b>... `, `To: a@b`. */
const LEADING_ADDRESS =
  /^[ \t*>-]{0,20}(?:5\d\d |to:[ \t]{0,4})?[<"']?([^\s<>"'(),:;@]{1,64}@[A-Za-z0-9.-]{1,253}[A-Za-z0-9])(?=[<>"'\s:;,.([\]]|$)/i
const ADDRESS_INSIDE =
  /(?:<|\bto:?[ \t]{1,4}[<"']?|:[ \t]{0,4}<?)([^\s<>"'(),:;@]{1,64}@[A-Za-z0-9.-]{1,253}[A-Za-z0-9])(?=[>"'\s:;,.([\]]|$)/i
const STATUS = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/
