import { mailboxOf, MAX_MESSAGE_ID_LENGTH } from '../core/protocol/header.ts'
import { foldedAddress, MAX_DESTINATIONS, type SentEntry } from '../core/sent-log.ts'

/**
 * The entries of the sent log that an event of SES tells of (SES Developer Guide, "Monitoring SES events using Amazon
 * EventBridge": source `aws.ses`, detail-type `Email Sent`); none for every other event. It never throws for what an event
 * holds.
 *
 * The header fields in the event are those that the sender supplied. SES replaces their Message-ID, so that only its own id
 * of the message can come back in a bounce.
 */
export function readSendEvent(event: unknown): readonly SentEntry[] {
  if (at(event, 'source') !== 'aws.ses' || at(event, 'detail-type') !== 'Email Sent') return []
  const mail = at(at(event, 'detail'), 'mail')
  const messageId = messageIdOf(at(mail, 'messageId'), at(event, 'region'))
  const sentAt = timeOf(at(mail, 'timestamp')) ?? timeOf(at(event, 'time'))
  if (messageId === null || sentAt === null) return []
  const reversePath = addressOf(at(mail, 'source'))
  const destinations = destinationsOf(at(mail, 'destination'))
  return Array.from({ length: Math.ceil(destinations.length / MAX_DESTINATIONS) }, (_, index) => ({
    messageId,
    reversePath,
    destinations: destinations.slice(index * MAX_DESTINATIONS, (index + 1) * MAX_DESTINATIONS),
    sentAt,
  }))
}

/** The first region of SES has a name of its own; the others are called as they are. */
function messageIdOf(id: unknown, region: unknown): string | null {
  if (typeof id !== 'string' || id.length > MAX_MESSAGE_ID_LENGTH / 2 || !ID.test(id)) return null
  if (typeof region !== 'string' || !REGION.test(region)) return null
  return `${id}@${region === 'us-east-1' ? 'email' : region}.amazonses.com`
}

const ID = /^[\w.+=-]+$/
const REGION = /^[a-z0-9-]{1,40}$/

/** All of the envelope, Cc and Bcc among them; each once. */
function destinationsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return [...new Set(value.map(addressOf).filter((address) => address !== null))]
}

/** With a display name or without. Null for what is no address, and for the null path. */
function addressOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > LONGEST_MAILBOX) return null
  const mailbox = mailboxOf(value)
  return mailbox === null || foldedAddress(mailbox) === null ? null : mailbox
}

/** Characters: an address of 320 and a long display name. */
const LONGEST_MAILBOX = 2000

/** ISO 8601, as SES writes it, in UTC with milliseconds. */
function timeOf(value: unknown): string | null {
  const time = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}
