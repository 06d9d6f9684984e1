import type { TraceQuestion } from '../trace/question.ts'
import { callButton } from './call-button.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { fieldOf, longestField, type Fields, type WidgetRange, type WidgetRequest } from './request.ts'
import { clockTime, offsetOf, readClockTime } from './time.ts'

export type ReadTraceForm =
  | { readonly answer: 'question'; readonly question: TraceQuestion }
  /** A sentence for whoever typed. */
  | { readonly answer: 'problem'; readonly problem: string }

/** What the search of mail asks for. Nothing is searched before somebody presses the button: a search costs. */
export function traceForm({ read, typed, range, shownIn: { offsetMinutes } }: WidgetRequest): Html {
  const zone = offsetMinutes === 0 ? 'UTC' : `UTC${offsetOf(offsetMinutes)}`
  const since = typed.get(names.since) ?? clockTime(range.from, offsetMinutes)
  // What comes while somebody types is meant, too.
  const until = typed.get(names.until) ?? (range.upToNow ? '' : clockTime(range.until, offsetMinutes, 'up'))
  const text = (name: string, label: string, example: string): Html =>
    html`<label
      >${label}
      <input
        type="text"
        name="${name}"
        value="${typed.get(name) ?? null}"
        placeholder="${example}"
        maxlength="${longestField}"
        size="28"
    /></label>`
  const time = (name: string, label: string, value: string): Html =>
    html`<label>${label} (${zone}) <input type="datetime-local" name="${name}" value="${value}" /></label>`
  return html`<form>
      <div class="qg-fields">
        ${text(names.recipient, 'Recipient', 'alice@example.com')}
        ${text(names.sender, 'Sender', 'bob@partner.example')}
        ${text(names.id, "Message-ID, or SES's id", '<1@partner.example>')}
        ${text(names.words, 'Words of the subject', 'invoice 4711')} ${time(names.since, 'Received from', since)}
        ${time(names.until, 'Received before; empty: now', until)}
      </div>
    </form>
    ${
      read === null
        ? html`<p>The widget lacks its parameter "read", so that its button would call nothing.</p>`
        : callButton({ label: 'Search', endpoint: read, asks: { does: 'search' }, isMain: true })
    }`
}

/**
 * Empty fields say nothing, and an empty end is now; without the fields of time the dashboard's own range is meant. `now` in milliseconds
 * since 1970.
 */
export function readTraceForm(typed: Fields, range: WidgetRange, offsetMinutes: number, now: number): ReadTraceForm {
  const words = (fieldOf(typed, names.words) ?? '').split(/\s+/).filter((word) => word !== '')
  const [recipient, sender, messageId] = [names.recipient, names.sender, names.id].map((name) => fieldOf(typed, name))
  if (recipient === null && sender === null && messageId === null && words.length === 0) {
    return problem('Say what to look for: a recipient, a sender, a Message-ID or words of the subject.')
  }
  const from = timeIn(typed, names.since, range.from, offsetMinutes)
  const end = typed.has(names.until) ? new Date(now).toISOString() : range.until
  const until = timeIn(typed, names.until, end, offsetMinutes)
  if (from === null || until === null) {
    return problem('The times are a date and a time of day, such as 2026-11-21 10:00.')
  }
  if (until <= from) return problem('The mail is to be received before a time that is not after its beginning.')
  const question = { recipient: recipient ?? null, sender: sender ?? null, messageId: messageId ?? null, words }
  return { answer: 'question', question: { ...question, from, until } }
}

/** In a pop-up the fields of all forms come together, so each has a name of its own. */
const names = {
  recipient: 'qg-recipient',
  sender: 'qg-sender',
  id: 'qg-id',
  words: 'qg-words',
  since: 'qg-since',
  until: 'qg-until',
} as const

function timeIn(typed: Fields, name: string, otherwise: string, offsetMinutes: number): string | null {
  const text = fieldOf(typed, name)
  return text === null ? otherwise : readClockTime(text, offsetMinutes)
}

function problem(sentence: string): ReadTraceForm {
  return { answer: 'problem', problem: sentence }
}
