import { addEntry, type Added } from '../core/entries/change.ts'
import { newEntry } from '../core/entries/new-entry.ts'
import { senderToAllow } from '../core/entries/sender-to-allow.ts'
import { oneLine } from '../core/plain-text.ts'
import type { DecisionRecord } from '../core/record.ts'
import type { EntryList } from '../ports/entry-list.ts'

/** What became of the wish to let a sender's mail pass from now on, as a sentence. */
export type Allowed = { readonly isDone: boolean; readonly sentence: string }

export type AllowWish = { readonly days: number; readonly owner: string; readonly reason: string }

/** Adds an allow entry for the sender of a message; one that lasts longer stays. `now` is in milliseconds since 1970. */
export async function allowSender(
  record: DecisionRecord,
  { days, owner, reason }: AllowWish,
  entries: EntryList,
  now: number,
  signal: AbortSignal,
): Promise<Allowed> {
  const sender = senderToAllow(record)
  if (sender === null) return not('No sender was allowed: the message has none.')
  const made = newEntry({ list: 'allow', value: sender.address, owner, reason, until: { days } }, now)
  if (made.answer === 'refused') return not(`No sender was allowed: ${made.sentence}.`)
  const { entry } = made
  const heard: { last: Added | null } = { last: null }
  const changed = await entries.change((stands) => {
    heard.last = addEntry(stands, entry, 'lengthen')
    return heard.last.answer === 'added' ? heard.last.entries : null
  }, signal)
  if (changed.answer === 'failed') {
    return not(
      `The sender was not allowed: the entries could not be written (${changed.cause}). Try quietgate allow add.`,
    )
  }
  if (heard.last?.answer === 'full') return not(`The sender was not allowed. ${heard.last.sentence}`)
  const address = oneLine(entry.value, 200)
  const until = heard.last?.answer === 'kept' ? heard.last.stands.expires_at : entry.expires_at
  const proof = sender.isProven
    ? ''
    : ' It counts only for mail that passes DMARC or SPF, which this message did not: mail like it will be stopped again.'
  const stood = heard.last?.answer === 'kept' ? 'is allowed already' : 'is allowed'
  return { isDone: true, sentence: `${address} ${stood} until ${until}.${proof}` }
}

function not(sentence: string): Allowed {
  return { isDone: false, sentence }
}
