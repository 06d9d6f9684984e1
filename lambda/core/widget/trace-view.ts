import { oneLine } from '../plain-text.ts'
import type { Action } from '../policy.ts'
import type { TraceAnswer, TraceCause } from '../trace/answer.ts'
import type { TraceQuestion } from '../trace/question.ts'
import type { TracedMessage } from '../trace/told-message.ts'
import { callButton } from './call-button.ts'
import { badge, type ShownIn, type Tone } from './frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { typedBefore, type WidgetRequest } from './request.ts'
import { sentences, table } from './table.ts'
import { timeOf } from './time.ts'

/** An answer of the search: what happened, what that is known from, what to do, the messages, and all of it once more for a ticket. */
export function traceView(question: TraceQuestion, answer: TraceAnswer, request: WidgetRequest): Html {
  const { headline, cause, evidence, next, messages } = answer
  return html`<p class="qg-headline" role="status">${oneLine(headline, 1000)}</p>
    <p>${badge(toneOf(cause), cause)}</p>
    ${sentences(evidence)}
    <p>What to do:</p>
    ${sentences(next)} ${messages.length === 0 ? null : messagesTable(messages, request)}
    <p>For the ticket:</p>
    <pre tabindex="0">${ticketOf(question, answer, request.shownIn)}</pre>`
}

export function actionBadge(action: Action): Html {
  return badge(action === 'deliver' ? 'good' : action === 'quarantine' ? 'warning' : 'bad', actionWords[action])
}

/** A button that opens one message; null where the widget cannot call anything. */
export function openButton(
  label: string,
  { message_id, received_at }: Pick<TracedMessage, 'message_id' | 'received_at'>,
  { read }: WidgetRequest,
  back: Readonly<Record<string, string>> = {},
): Html | null {
  if (read === null) return null
  return callButton({ label, endpoint: read, asks: { ...back, does: 'open', id: message_id, at: received_at } })
}

/** The columns take so much of what senders wrote; all of it is behind the button. */
const longestCell = 200

function messagesTable(messages: readonly TracedMessage[], request: WidgetRequest): Html {
  const cell = (text: string | undefined): string => oneLine(text ?? '-', longestCell)
  return table({
    caption: `${messages.length} ${messages.length === 1 ? 'message' : 'messages'}, one row for each recipient, the latest first`,
    heads: ['Received', 'What became of it', 'From', 'To', 'Subject', "SES's id", 'More'],
    rows: messages.map((message) => [
      timeOf(message.received_at, request.shownIn),
      [actionBadge(message.action), ' ', message.cause],
      cell(message.mail_from ?? '<>'),
      cell(message.recipient),
      cell(message.subject),
      cell(message.message_id),
      openButton('Show', message, request, typedBefore(request.typed)),
    ]),
    empty: '',
    octets: 70 * 1024,
    more: 'narrow the search, or ask on the command line: quietgate trace',
  })
}

function toneOf(cause: TraceCause): Tone {
  if (cause === 'delivered') return 'good'
  return cause === 'virus' || cause === 'recipient-denied' || cause === 'not-all-read' ? 'bad' : 'warning'
}

const actionWords: { readonly [A in Action]: string } = {
  deliver: 'let through',
  quarantine: 'in quarantine',
  discard: 'discarded',
}

/** Lines that are short enough to be read, and few enough to be pasted. */
function ticketOf(question: TraceQuestion, answer: TraceAnswer, shownIn: ShownIn): string {
  const { recipient, sender, messageId, words, from, until } = question
  const asked = [
    ...(recipient === null ? [] : [`to ${recipient}`]),
    ...(sender === null ? [] : [`from ${sender}`]),
    ...(messageId === null ? [] : [`with the id ${messageId}`]),
    ...(words.length === 0 ? [] : [`with "${words.join(' ')}" in its subject`]),
  ].join(', ')
  const lines = [
    `Searched: mail ${asked}, received from ${timeOf(from, shownIn)} until ${timeOf(until, shownIn)}.`,
    `Answer (${answer.cause}): ${answer.headline}`,
    ...answer.evidence.map((sentence) => `- ${sentence}`),
    ...(answer.next.length === 0 ? [] : ['What to do:']),
    ...answer.next.map((step) => `- ${step}`),
  ]
  return lines
    .slice(0, 40)
    .map((line) => oneLine(line, 500))
    .join('\n')
}
