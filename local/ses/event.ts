import { addressIn, splitAddressList } from './address-list.ts'
import type { Authentication } from './authenticate.ts'
import type { Envelope } from './envelope.ts'
import { type HeaderField, readHeaderBlock } from './header-block.ts'
import type { ReceiptAction } from '../template/receipt-rules.ts'
import type { MatchedRule } from './rules.ts'
import { scanDisabled, type ScanVerdicts } from './scan.ts'

/** How `mail.source` shows a null sender: no captured event has one, so a reader must take all three. */
export type NullSource = '' | '<>' | 'absent'

/** What an event is made of. */
export type EventInput = {
  readonly messageId: string
  readonly receivedAt: Date
  /** When SES began to run the rules. */
  readonly processedAt: Date
  readonly envelope: Envelope
  /** With SES's headers above the sender's. */
  readonly message: Buffer
  readonly authentication: Authentication
  readonly scans: ScanVerdicts
  readonly matched: MatchedRule
  readonly action: Extract<ReceiptAction, { kind: 'lambda' }>
  readonly nullSource: NullSource
  /** Of names and values of header fields. */
  readonly mostHeaderBytes: number
}

/**
 * The event that a receipt rule's Lambda action carries: one record, no body.
 *
 * Source: SES Developer Guide, "Contents of notifications for Amazon SES email receiving", and captured events.
 * Headers that do not fit are left out whole, from the first that does not: how SES cuts is not documented.
 */
export function receiptEvent(input: EventInput): unknown {
  const { fields } = readHeaderBlock(input.message)
  const { kept, truncated } = fitting(fields, input.mostHeaderBytes)
  return {
    Records: [
      {
        eventSource: 'aws:ses',
        eventVersion: '1.0',
        ses: {
          mail: {
            timestamp: input.receivedAt.toISOString(),
            ...sourceOf(input.envelope, input.nullSource),
            messageId: input.messageId,
            destination: [...mailboxesOf(kept, 'to'), ...mailboxesOf(kept, 'cc')].map(addressIn),
            headersTruncated: truncated,
            headers: kept,
            commonHeaders: commonHeaders(kept, input.envelope),
          },
          receipt: receiptOf(input),
        },
      },
    ],
  }
}

function sourceOf({ reversePath }: Envelope, nullSource: NullSource): { source?: string } {
  if (reversePath !== null) return { source: reversePath }
  return nullSource === 'absent' ? {} : { source: nullSource }
}

function receiptOf({ authentication, scans, matched, action, receivedAt, processedAt }: EventInput): unknown {
  const { spam, virus } = matched.rule.scanEnabled ? scans : scanDisabled
  return {
    timestamp: receivedAt.toISOString(),
    processingTimeMillis: processedAt.getTime() - receivedAt.getTime(),
    recipients: matched.recipients,
    spamVerdict: { status: spam },
    virusVerdict: { status: virus },
    spfVerdict: { status: authentication.spf },
    dkimVerdict: { status: authentication.dkim },
    dmarcVerdict: { status: authentication.dmarc },
    ...(authentication.dmarcPolicy === null ? {} : { dmarcPolicy: authentication.dmarcPolicy }),
    action: { type: 'Lambda', functionArn: action.functionArn, invocationType: action.invocationType },
  }
}

/** Only what the message has: To, From and Subject can be missing. */
function commonHeaders(fields: readonly HeaderField[], { reversePath }: Envelope): unknown {
  const list = (key: string, name: string): Record<string, readonly string[]> => {
    const mailboxes = mailboxesOf(fields, name)
    return mailboxes.length === 0 ? {} : { [key]: mailboxes }
  }
  const text = (key: string, name: string): Record<string, string> => {
    const field = fields.find((candidate) => candidate.name.toLowerCase() === name)
    return field === undefined ? {} : { [key]: field.value }
  }
  return {
    returnPath: reversePath ?? '',
    ...list('from', 'from'),
    ...list('sender', 'sender'),
    ...list('replyTo', 'reply-to'),
    ...text('date', 'date'),
    ...list('to', 'to'),
    ...list('cc', 'cc'),
    ...list('bcc', 'bcc'),
    ...text('messageId', 'message-id'),
    ...text('subject', 'subject'),
  }
}

function mailboxesOf(fields: readonly HeaderField[], name: string): readonly string[] {
  return fields.filter((field) => field.name.toLowerCase() === name).flatMap((field) => splitAddressList(field.value))
}

function fitting(
  fields: readonly HeaderField[],
  mostHeaderBytes: number,
): {
  readonly kept: readonly HeaderField[]
  readonly truncated: boolean
} {
  let bytes = 0
  const end = fields.findIndex(({ name, value }) => {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    return bytes > mostHeaderBytes
  })
  return end === -1 ? { kept: fields, truncated: false } : { kept: fields.slice(0, end), truncated: true }
}
