/** The fields of message/delivery-status: RFC 3464 2, internationalised by RFC 6533 3 (message/global-delivery-status). */
import { firstField, parseHeaderBlock, type HeaderField } from './header.ts'

export type ReportedRecipient = {
  readonly finalRecipient: string | null
  readonly originalRecipient: string | null
  /** In lower case: failed, delayed, delivered, relayed, expanded, or whatever was written. */
  readonly action: string | null
  /** `5.1.1` without what was written behind it. */
  readonly status: string | null
  readonly diagnostic: string | null
}

export type DeliveryStatus = {
  readonly reportingMta: string | null
  readonly originalEnvelopeId: string | null
  readonly recipients: readonly ReportedRecipient[]
  /** There were more recipients than are read. */
  readonly truncated: boolean
}

export const MAX_REPORTED_RECIPIENTS = 1000

/** Characters. */
export const MAX_STATUS_LENGTH = 256 * 1024

/**
 * Reads the groups of fields. A group is a recipient's if it names one or says what became of one: some servers leave the
 * empty line after the fields of the message out, and some write Action before Final-Recipient.
 */
export const parseDeliveryStatus = (text: string): DeliveryStatus => {
  const recipients: ReportedRecipient[] = []
  let reportingMta: string | null = null
  let originalEnvelopeId: string | null = null
  let truncated = text.length > MAX_STATUS_LENGTH
  for (const fields of groupsOf(text.slice(0, MAX_STATUS_LENGTH))) {
    reportingMta ??= typed(firstField(fields, 'reporting-mta'))
    originalEnvelopeId ??= firstField(fields, 'original-envelope-id')
    const recipient = recipientOf(fields)
    if (recipient === null) continue
    if (recipients.length === MAX_REPORTED_RECIPIENTS) {
      truncated = true
      break
    }
    recipients.push(recipient)
  }
  return { reportingMta, originalEnvelopeId, recipients, truncated }
}

const recipientOf = (fields: readonly HeaderField[]): ReportedRecipient | null => {
  const finalRecipient = addressOf(firstField(fields, 'final-recipient'))
  const originalRecipient = addressOf(firstField(fields, 'original-recipient'))
  const action = firstField(fields, 'action')
  if (finalRecipient === null && originalRecipient === null && action === null) return null
  const status = STATUS.exec(firstField(fields, 'status') ?? '')?.[0] ?? null
  const diagnostic = typed(firstField(fields, 'diagnostic-code'))
  const word = action === null ? null : (/^[A-Za-z-]+/.exec(action)?.[0].toLowerCase() ?? null)
  return { finalRecipient, originalRecipient, action: word, status, diagnostic }
}

function* groupsOf(text: string): Iterable<readonly HeaderField[]> {
  let rest = text
  while (rest !== '') {
    const { fields, bodyAt } = parseHeaderBlock(rest)
    if (fields.length > 0) yield fields
    const feed = rest.indexOf('\n')
    // A line that is no field is passed over: some servers put a sentence between the groups.
    rest = rest.slice(bodyAt > 0 ? bodyAt : feed < 0 ? rest.length : feed + 1)
  }
}

/** `rfc822; address`, `utf-8; address` with its escapes (RFC 6533 3), or an address alone. */
const addressOf = (value: string | null): string | null => {
  const written = typed(value)
  if (written === null) return null
  const open = written.indexOf('<')
  const bare = (open < 0 ? written : (written.slice(open + 1).split('>', 1)[0] ?? '')).trim()
  const address = bare.replace(UNICODE_ESCAPE, (escape, digits: string) => {
    const code = parseInt(digits, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : escape
  })
  return address === '' ? null : address
}

/** What stands behind `type;`. */
const typed = (value: string | null): string | null => {
  if (value === null) return null
  const behind = TYPE.test(value) ? value.slice(value.indexOf(';') + 1).trim() : value.trim()
  return behind === '' ? null : behind
}

const TYPE = /^[A-Za-z0-9-]{1,40}[ \t]{0,8};/
const STATUS = /^[245]\.\d{1,3}\.\d{1,3}/
const UNICODE_ESCAPE = /\\x\{([0-9A-Fa-f]{2,6})\}/g
