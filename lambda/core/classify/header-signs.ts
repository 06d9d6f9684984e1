/**
 * What the header of a message alone says about being automated: all that is known before its raw mail is read. Most mail has
 * none of these signs, and is never read.
 */
import { firstField, type HeaderField } from '../protocol/header.ts'
import { parameterOf } from '../protocol/mime.ts'
import { BOUNCE_SUBJECTS } from './phrases.ts'
import { daemonOf, isNullSender } from './sender.ts'
import { decodeField } from './decode-field.ts'

export type HeaderSign = SenderSign | 'report-type' | 'bounce-subject' | 'failed-recipients-field'

export type SenderSign = 'null-sender' | 'mailer-daemon' | 'daemon-from' | 'daemon-name'

/**
 * The signs of a header by which it may be a bounce. `reversePath` is the envelope sender, null for `<>`. A report of another
 * kind (RFC 6522: read receipts, complaints, TLS reports) has no `report-type` here.
 */
export const headerSigns = (fields: readonly HeaderField[], reversePath: string | null): readonly HeaderSign[] => {
  const subject = subjectOf(fields)
  const contentType = firstField(fields, 'content-type') ?? ''
  const reportType = parameterOf(contentType, 'report-type')?.toLowerCase() ?? 'delivery-status'
  return [
    ...(/^multipart\/report\b/i.test(contentType) && reportType === 'delivery-status'
      ? (['report-type'] as const)
      : []),
    ...senderSigns(fields, reversePath),
    ...(BOUNCE_SUBJECTS.some((phrase) => subject.includes(phrase)) ? (['bounce-subject'] as const) : []),
    ...(firstField(fields, 'x-failed-recipients') === null ? [] : (['failed-recipients-field'] as const)),
  ]
}

/** Who says that he wrote it. `reversePath` is left out where no envelope is known. */
export const senderSigns = (fields: readonly HeaderField[], reversePath?: string | null): readonly SenderSign[] => {
  const daemon = daemonOf(fields)
  return [
    ...(isNullSender(fields, reversePath) ? (['null-sender'] as const) : []),
    ...(daemon === 'mailer-daemon' ? (['mailer-daemon', 'daemon-from'] as const) : []),
    ...(daemon === 'address' ? (['daemon-from'] as const) : []),
    ...(daemon === 'name' ? (['daemon-name'] as const) : []),
  ]
}

/** The subject as it is shown, in lower case. */
export const subjectOf = (fields: readonly HeaderField[]): string =>
  decodeField(firstField(fields, 'subject') ?? '').toLowerCase()
