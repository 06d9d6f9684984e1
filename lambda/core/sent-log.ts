/**
 * The sent log: what we really sent. An entry can prove that a returned message is ours; that there is none proves
 * nothing, because no log is complete.
 */
import { foldLocalPart, parseAddress } from './protocol/address.ts'
import { MAX_MESSAGE_ID_LENGTH, messageIdOf } from './protocol/header.ts'

export type SentEntry = {
  /** Without angle brackets, as it was sent. */
  readonly messageId: string
  /** The envelope sender; null for `<>`. */
  readonly reversePath: string | null
  /** Envelope recipients, at most `MAX_DESTINATIONS`: a mailing with more has several entries. */
  readonly destinations: readonly string[]
  /** ISO 8601 UTC with milliseconds. */
  readonly sentAt: string
}

export type SentProof =
  | {
      readonly answer: 'proof'
      readonly destination: string
      readonly sentAt: string
      /** Whom a report about it is for; null where the log does not say. */
      readonly reversePath: string | null
    }
  /** The log knows the Message-ID, which everybody may know who ever read the message. */
  | { readonly answer: 'hint'; readonly why: 'no-failed-recipient' | 'another-recipient' | 'too-old' | 'not-yet-sent' }

/** An item of the table must stay below 400 KB, and an address may have 320 octets. */
export const MAX_DESTINATIONS = 1000

/** Milliseconds, as for the other proofs. */
export const SENT_LOG_MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000

/** Clocks of other servers, in milliseconds. */
const SKEW_MS = 60 * 60 * 1000

/**
 * The key of a Message-ID, with or without brackets; null if it is none. What stands behind the last `@` is compared in
 * lower case, as domains are; what stands in front as it was written (RFC 5322 3.6.4).
 */
export const sentLogKey = (messageId: string): string | null => {
  if (messageId.length > 2 * MAX_MESSAGE_ID_LENGTH) return null
  const id = messageIdOf(messageId)
  if (id === null) return null
  const at = id.lastIndexOf('@')
  return at < 0 ? id : id.slice(0, at) + id.slice(at).toLowerCase()
}

/**
 * What the entries of one Message-ID, none older than `maxAgeMs`, prove of a report that arrived at `receivedAt` (ISO 8601) and says that the mail
 * to `failedRecipients` (final and original) failed. Message-IDs are public: whoever was written to knows one. So
 * the report must also name somebody to whom that message went.
 */
export const proofOfSending = (
  entries: readonly SentEntry[],
  failedRecipients: readonly string[],
  receivedAt: string,
  maxAgeMs: number = SENT_LOG_MAX_AGE_MS,
): SentProof => {
  const failed = new Set(failedRecipients.map(foldedAddress).filter((address) => address !== null))
  if (failed.size === 0) return { answer: 'hint', why: 'no-failed-recipient' }
  let why: 'another-recipient' | 'too-old' | 'not-yet-sent' = 'another-recipient'
  for (const { destinations, sentAt, reversePath } of entries) {
    const destination = destinations.find((address) => failed.has(foldedAddress(address) ?? ''))
    if (destination === undefined) continue
    const age = Date.parse(receivedAt) - Date.parse(sentAt)
    if (age >= -SKEW_MS && age <= maxAgeMs) return { answer: 'proof', destination, sentAt, reversePath }
    why = age < -SKEW_MS ? 'not-yet-sent' : 'too-old'
  }
  return { answer: 'hint', why }
}

/** As addresses are compared in the sent log; null for what is no address with a domain. */
export const foldedAddress = (text: string): string | null => {
  const address = parseAddress(text)
  if (address.kind !== 'address' || address.domain === '') return null
  return `${foldLocalPart(address.localPart, true)}@${address.domain}`
}
