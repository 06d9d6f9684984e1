import { foldLocalPart, parseAddress, withoutSubAddress } from '../protocol/address.ts'
import { lowerCase, parseDomain } from '../protocol/idna.ts'
import type { DecisionRecord, RecordedRecipient } from '../record.ts'

/** "I wrote to X on Monday, nothing came." At least one of the first four says something; null and empty say nothing. */
export type TraceQuestion = {
  /** An address, with or without its sub-address, or a domain. */
  readonly recipient: string | null
  /** An address or a domain, of the envelope or of the From field; `<>` for the null reverse-path. */
  readonly sender: string | null
  /** SES's id, or what stands in the field Message-ID, with or without `<>`. */
  readonly messageId: string | null
  /** Words of the subject, in any order and case. */
  readonly words: readonly string[]
  /** Received then or later, ISO 8601 UTC with milliseconds. */
  readonly from: string
  /** The first moment that is no longer meant. */
  readonly until: string
}

/** `to-others`: all of it is as asked but the recipient, and the sender is known exactly. */
export type Relation = 'match' | 'to-others' | 'no'

/** How a record has to do with a question. */
export function relationOf(question: TraceQuestion, record: DecisionRecord): Relation {
  const { from, until, messageId, sender } = question
  if (record.received_at < from || record.received_at >= until) return 'no'
  if (messageId !== null && !hasId(record, messageId)) return 'no'
  if (sender !== null && !isFrom(record, sender)) return 'no'
  if (!hasWords(record, question.words)) return 'no'
  if (question.recipient === null || concerned(question, record).length > 0) return 'match'
  const isExact = messageId !== null || (sender?.includes('@') ?? false)
  return isExact ? 'to-others' : 'no'
}

/** The recipients of a record that are asked about: all, where nobody is named. */
export function concerned({ recipient }: TraceQuestion, { recipients }: DecisionRecord): readonly RecordedRecipient[] {
  return recipient === null ? recipients : recipients.filter(({ address }) => isSame(recipient, address))
}

/** Whether an address is the wanted one, one of its sub-addresses, or of the wanted domain. */
export function isSame(wanted: string, address: string): boolean {
  if (lowerCase(wanted) === lowerCase(address)) return true
  const found = partsOf(address)
  const asked = partsOf(wanted)
  if (found === null || asked === null || found.domain !== asked.domain) return false
  if (asked.local === null || asked.local === found.local) return true
  return found.local !== null && withoutSubAddress(found.local, '+').includes(asked.local)
}

type Parts = {
  /** Folded; null for a domain alone. */
  readonly local: string | null
  /** A-labels in lower case. */
  readonly domain: string
}

/** Null for what is neither an address nor a domain. */
export function partsOf(text: string): Parts | null {
  if (text.lastIndexOf('@') < 1) {
    const domain = parseDomain(text.startsWith('@') ? text.slice(1) : text)
    return domain.kind === 'unreadable' ? null : { local: null, domain: domain.ascii }
  }
  const address = parseAddress(text)
  if (address.kind === 'unreadable') return null
  return { local: foldLocalPart(address.localPart, true), domain: address.domain }
}

function hasId({ message_id, header_message_id }: DecisionRecord, wanted: string): boolean {
  const bare = (id: string): string => (id.startsWith('<') && id.endsWith('>') ? id.slice(1, -1) : id)
  return message_id === wanted || (header_message_id !== undefined && bare(header_message_id) === bare(wanted))
}

function isFrom({ null_sender, mail_from, header_from }: DecisionRecord, wanted: string): boolean {
  if (wanted === '<>') return null_sender
  return [mail_from, header_from].some((address) => address !== undefined && isSame(wanted, address))
}

/** A subject that the privacy setting keeps out of the record cannot speak against a message. */
function hasWords({ subject }: DecisionRecord, words: readonly string[]): boolean {
  if (subject === undefined || words.length === 0) return true
  const shown = lowerCase(subject.normalize('NFKC'))
  return words.every((word) => shown.includes(lowerCase(word.normalize('NFKC'))))
}
