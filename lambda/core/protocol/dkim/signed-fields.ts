/** What a signature says about the message: the From, Date and Message-ID that were signed, which need not be the topmost. */
import { parseDateTime } from '../date-time.ts'
import { mailboxOf, messageIdOf } from '../header.ts'
import { isWithin, parseDomain } from '../idna.ts'
import type { Selection } from './attempts.ts'
import { octetsOfText } from './octets.ts'
import { valueOfField } from './raw-fields.ts'

export type SignedFields = {
  /** The value of From, unfolded. */
  readonly fromField: string
  /** The first address in it, as written. */
  readonly fromAddress: string
  /** The value of Date, unfolded; null if it was not signed. */
  readonly date: string | null
  /** Milliseconds since 1970; null if it was not signed or cannot be read. */
  readonly dateAt: number | null
  /** Without angle brackets; null if it was not signed. */
  readonly messageId: string | null
}

export type FromProblem = 'from-missing' | 'from-twice' | 'from-unreadable' | 'from-not-aligned'

/** Of each name the instance that was selected first, the lowest one. Two signed From fields do not say who wrote it. */
export const signedFieldsOf = (selection: Selection): SignedFields | FromProblem => {
  const values = (name: string): readonly string[] =>
    selection.flatMap((field) => (field?.name === name ? [UTF8.decode(octetsOfText(valueOfField(field)))] : []))
  const [fromField, second] = values('from')
  if (fromField === undefined) return 'from-missing'
  if (second !== undefined) return 'from-twice'
  const fromAddress = mailboxOf(fromField)
  if (fromAddress === null) return 'from-unreadable'
  const date = values('date')[0] ?? null
  const messageId = messageIdOf(values('message-id')[0] ?? '')
  return { fromField, fromAddress, date, dateAt: date === null ? null : parseDateTime(date), messageId }
}

/**
 * Relaxed alignment (RFC 7489 3.1.1) without a list of public suffixes: one of the two is the other or below it, or both are
 * at or below one domain of our own. `d=` is a domain of our own already.
 */
export const isAligned = (fromAddress: string, d: string, domains: readonly string[]): boolean => {
  const domain = parseDomain(fromAddress.slice(fromAddress.lastIndexOf('@') + 1))
  if (domain.kind === 'unreadable') return false
  const from = domain.ascii
  return isWithin(from, d) || isWithin(d, from) || domains.some((own) => isWithin(from, own) && isWithin(d, own))
}

/** A byte order mark is a character that was signed; octets that are no UTF-8 become U+FFFD. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })
