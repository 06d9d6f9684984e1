import type { Reason, ReasonCode } from '../reasons.ts'
import type { DecisionRecord, RecordedRecipient } from '../record.ts'

/** What became of one message for one recipient. The set is closed; what differs in the details stands in the evidence. */
export type MessageCause =
  /** The filter let it through, and SES went on. */
  | 'delivered'
  /** The same, and in `enforce` it would have been stopped. */
  | 'observed'
  /** The same, unseen: the filter was switched off, or failed. */
  | 'not-judged'
  | 'recipient-unknown'
  | 'recipient-denied'
  | 'virus'
  /** An entry of the operator blocks it. */
  | 'block-entry'
  | 'spam'
  | 'dmarc'
  | 'client-listed'
  | 'backscatter'
  | 'bounce-suspected'
  | 'bounce-burst'
  /** Stopped by a rule that this list does not know. */
  | 'stopped'

/** What stood behind a message's end, and the reason that says so; null where it is no reason that did it. */
export function causeOf(
  record: DecisionRecord,
  recipient: RecordedRecipient,
): { readonly cause: MessageCause; readonly reason: Reason | null } {
  const reasons = reasonsFor(record, recipient)
  if (recipient.action === 'deliver') {
    const unseen = reasons.find(({ code }) => code === 'bypassed' || code === 'filter-failed')
    if (unseen !== undefined) return { cause: 'not-judged', reason: unseen }
    if (recipient.would_be_action === 'deliver') return { cause: 'delivered', reason: null }
    return { cause: 'observed', reason: stoppingReason(reasons, recipient.would_be_action) }
  }
  const reason = stoppingReason(reasons, recipient.action)
  return { cause: reason === null ? 'stopped' : (stops[reason.code] ?? 'stopped'), reason }
}

/** The reasons of a message that concern this recipient: its own, and those of the message as a whole. */
export function reasonsFor(
  { reasons }: DecisionRecord,
  { address, reasons: own }: RecordedRecipient,
): readonly Reason[] {
  const ofMessage = reasons.filter((reason) => !('address' in reason) || reason.address === address)
  const seen = new Set(own.map((reason) => JSON.stringify(reason)))
  return [...own, ...ofMessage.filter((reason) => !seen.has(JSON.stringify(reason)))]
}

/** The reasons that can stop a message, in the order of precedence (`reasons.ts`). */
const stops: { readonly [C in ReasonCode]?: MessageCause } = {
  'virus-found': 'virus',
  'block-entry': 'block-entry',
  'recipient-denied': 'recipient-denied',
  'recipient-unknown': 'recipient-unknown',
  'bounce-backscatter': 'backscatter',
  'bounce-suspected': 'bounce-suspected',
  'bounce-burst': 'bounce-burst',
  'dnsxl-stopped': 'client-listed',
  'spam-found': 'spam',
  'dmarc-reject': 'dmarc',
}

/** What is discarded is so because of the recipient, if that is among the reasons: whatever else was found only puts aside. */
function stoppingReason(reasons: readonly Reason[], action: 'quarantine' | 'discard' | 'deliver'): Reason | null {
  const order = Object.keys(stops)
  const first = action === 'discard' ? ['recipient-denied', 'recipient-unknown', ...order] : order
  for (const code of first) {
    const found = reasons.find((reason) => reason.code === code)
    if (found !== undefined) return found
  }
  return null
}
