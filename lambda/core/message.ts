import type { HeaderSign } from './classify/header-signs.ts'
import type { Client } from './protocol/received.ts'

/**
 * A message as SES received it: the envelope, what its header says of itself, and SES's own scans.
 *
 * There is no body, because the event that SES sends has none. Everything here is what somebody claimed over SMTP, except
 * `id`, `receivedAt`, `client` and `scans`, which SES added.
 */
export type Message = {
  /** SES's id of the message: the `id` of its Received line, and the end of the key of the raw mail in S3. */
  readonly id: string
  /** When SES received it, ISO 8601 UTC with milliseconds. The only time that a verdict may depend on. */
  readonly receivedAt: string
  /** The envelope sender (RFC 5321 3.3); `null` for the null reverse-path `<>`. */
  readonly reversePath: string | null
  /** The envelope recipients that matched our receipt rule, as the client wrote them. Never taken from the header. */
  readonly recipients: readonly string[]
  /** Who connected to SES, or why nobody can say. An address that is not certain is never looked up. */
  readonly client: Client
  /** The Received fields below SES's own, topmost first: what the servers before SES claim. */
  readonly received: readonly string[]
  /** The From: field's address, the Message-ID and the Subject, as far as they could be read. */
  readonly fromField: string | null
  /** How many From fields there are, one of two addresses counting twice. Above one, nobody knows whom a reader is shown. */
  readonly fromFields: number
  /** The addresses of the To fields, as far as they could be read; at most `MAX_TO`. */
  readonly toField: readonly string[]
  readonly headerMessageId: string | null
  readonly subject: string | null
  /** What of its header looks like an automated message. None of it is a verdict. */
  readonly reportSigns: readonly HeaderSign[]
  readonly scans: Scans
  /** What of the event was missing or not as expected. None of it ever makes a verdict harsher. */
  readonly problems: readonly EventProblem[]
}

/** So many addresses of To are kept. */
export const MAX_TO = 20

/** The five verdicts that SES itself reached (SES Developer Guide, notification contents of email receiving). */
export type Scans = {
  readonly spam: ScanStatus
  readonly virus: ScanStatus
  readonly spf: ScanStatus
  readonly dkim: ScanStatus
  readonly dmarc: ScanStatus
  /** What the From domain asks for when DMARC fails; `null` when SES said nothing, which is the case unless it failed. */
  readonly dmarcPolicy: 'none' | 'quarantine' | 'reject' | null
}

/** `absent`: the event has no such verdict. `unrecognised`: a word that this code does not know, kept as a problem. */
export type ScanStatus = 'pass' | 'fail' | 'gray' | 'processing-failed' | 'disabled' | 'unrecognised' | 'absent'

/** Something of the event that could not be read: where it stands, what was expected and what was found (cut short). */
export type EventProblem = { readonly at: string; readonly expected: string; readonly found: string }
