/** All that a message says by itself when it may be a report: what it is, what it returns, and whom it is about. */
import { isBounce } from './bounce-facts.ts'
import { classify, type Hints, type Kind, type Sign } from './classify.ts'
import { failedRecipients, type FailedRecipient } from './failed-recipients.ts'
import { parseDeliveryStatus } from './protocol/dsn.ts'
import { readMail, REPORT_LENGTH, type Mail } from './protocol/mime.ts'
import { returnedMessageOf, type ReturnedMessage } from './protocol/returned-message.ts'
import { decodeTransfer } from './protocol/transfer-encoding.ts'

export type Report = {
  readonly kind: Kind
  readonly evidence: readonly Sign[]
  /** Null for what is no DSN, and for a DSN that returns nothing. */
  readonly returned: ReturnedMessage | null
  /** Empty for what is no DSN. */
  readonly recipients: readonly FailedRecipient[]
  /** RFC 3464 2.3.1: whom the message was first sent to, where the report says so beside whom it could not reach. */
  readonly originalRecipients: readonly string[]
  /** RFC 3464 2.2.2, without its type; null for what is no DSN. */
  readonly reportingMta: string | null
  /** A bound was reached: something at the end of the message was not read. */
  readonly truncated: boolean
}

/** Never throws, whatever the bytes. Reads `MIME_BOUNDS.maxLength` octets of them. */
export const readReport = (message: Uint8Array, hints: Hints = {}): Report => {
  const seen = message.subarray(0, REPORT_LENGTH)
  const mail = readMail(Buffer.from(seen.buffer, seen.byteOffset, seen.byteLength).toString('latin1'))
  const { kind, evidence } = classify(mail, hints)
  const { truncated } = mail
  if (!isBounce(kind)) return { kind, evidence, ...nothing, truncated }
  const recipients = failedRecipients(mail)
  return { kind, evidence, returned: returnedMessageOf(mail), recipients, ...statusOf(mail), truncated }
}

const nothing = { returned: null, recipients: [], originalRecipients: [], reportingMta: null }

/** Of the first delivery-status that names its server. */
const statusOf = (mail: Mail): Pick<Report, 'originalRecipients' | 'reportingMta'> => {
  const statuses = mail.parts
    .filter(({ type }) => type === 'message/delivery-status' || type === 'message/global-delivery-status')
    .map(({ body, encoding }) => parseDeliveryStatus(decodeTransfer(body, encoding)))
  const originals = statuses.flatMap(({ recipients }) => recipients.map(({ originalRecipient }) => originalRecipient))
  return {
    originalRecipients: [...new Set(originals.filter((address) => address !== null))],
    reportingMta: statuses.find(({ reportingMta }) => reportingMta !== null)?.reportingMta ?? null,
  }
}
