/** All that a message says by itself when it may be a report: what it is, what it returns, and whom it is about. */
import { classify, type Hints, type Kind, type Sign } from './classify.ts'
import { failedRecipients, type FailedRecipient } from './failed-recipients.ts'
import { MIME_BOUNDS, readMail } from './protocol/mime.ts'
import { returnedMessageOf, type ReturnedMessage } from './protocol/returned-message.ts'

export type Report = {
  readonly kind: Kind
  readonly evidence: readonly Sign[]
  /** Null for what is no DSN, and for a DSN that returns nothing. */
  readonly returned: ReturnedMessage | null
  /** Empty for what is no DSN. */
  readonly recipients: readonly FailedRecipient[]
  /** A bound was reached: something at the end of the message was not read. */
  readonly truncated: boolean
}

/** Never throws, whatever the bytes. Reads `MIME_BOUNDS.maxLength` octets of them. */
export const readReport = (message: Uint8Array, hints: Hints = {}): Report => {
  const seen = message.subarray(0, MIME_BOUNDS.maxLength)
  const mail = readMail(Buffer.from(seen.buffer, seen.byteOffset, seen.byteLength).toString('latin1'))
  const { kind, evidence } = classify(mail, hints)
  const truncated = mail.truncated || seen.length < message.length
  if (kind !== 'dsn' && kind !== 'dsn-nonstandard') return { kind, evidence, returned: null, recipients: [], truncated }
  return { kind, evidence, returned: returnedMessageOf(mail), recipients: failedRecipients(mail), truncated }
}
