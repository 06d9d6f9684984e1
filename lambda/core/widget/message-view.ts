import { oneLine } from '../plain-text.ts'
import type { Preview } from '../preview.ts'
import type { DecisionRecord } from '../record.ts'
import type { ReleaseSeen } from '../release/request.ts'
import type { TracedMessage } from '../trace/told-message.ts'
import { callButton } from './call-button.ts'
import { notice } from './frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { releaseForm } from './release-form.ts'
import type { WidgetRequest } from './request.ts'
import { pairs, sentences, table } from './table.ts'
import { timeOf } from './time.ts'
import { actionBadge } from './trace-view.ts'

/** One message with all that helps to decide about it. */
export type OpenedMessage = {
  readonly record: DecisionRecord
  readonly told: readonly TracedMessage[]
  /** A sentence: why there is none. */
  readonly preview: Preview | string
}

export function messageView(message: OpenedMessage, request: WidgetRequest, back: Html | null): Html {
  const { record, told, preview } = message
  const [first] = told.filter(({ action }) => action !== 'deliver').concat(told)
  return html`${back}
    <p class="qg-headline">${oneLine(first?.headline ?? 'It had no recipient.', 1000)}</p>
    ${sentences(first?.evidence ?? [], 12 * 1024)}
    <p>What to do:</p>
    ${sentences(first?.next ?? [], 4 * 1024)} ${recipientsTable(message, request)} ${releaseForm(message, request)}
    ${typeof preview === 'string' ? notice('warning', preview) : previewOf(preview)}
    <p class="qg-quiet">
      SES's id ${oneLine(record.message_id, 200)}, received ${timeOf(record.received_at, request.shownIn)}.
    </p>`
}

/** The way back to where somebody came from. */
export function backButton(
  label: string,
  asks: Readonly<Record<string, string>>,
  { read }: WidgetRequest,
): Html | null {
  return read === null ? null : html`<p>${callButton({ label, endpoint: read, asks })}</p>`
}

function recipientsTable({ told }: OpenedMessage, { shownIn }: WidgetRequest): Html {
  return table({
    caption: 'Recipients',
    heads: ['Recipient', 'What became of it', 'Why', 'Released'],
    rows: told.map(({ recipient, action, cause, released }) => [
      oneLine(recipient, 320),
      actionBadge(action),
      cause,
      releasedWords(released, shownIn),
    ]),
    empty: 'No recipient stands in the record.',
    octets: 24 * 1024,
    more: 'see quietgate quarantine show',
  })
}

function releasedWords(released: ReleaseSeen | undefined, shownIn: WidgetRequest['shownIn']): string {
  if (released === undefined) return '-'
  const { released_at, by, reason, queued_at } = released
  const owner = by.owner === null ? '' : `, for ${oneLine(by.owner, 100)}`
  const queued = queued_at === null ? ' Nobody noted that it went into the queue: release it again.' : ''
  return `${timeOf(released_at, shownIn)} by request ${oneLine(by.request_id, 100)}${owner}: ${oneLine(reason, 200)}${queued}`
}

function previewOf({ fields, moreFields, text, textType, isCut, parts }: Preview): Html {
  const rows = fields.map(({ name, value }) => [name, value] as const)
  const more = moreFields === 0 ? null : html`<p>${moreFields} more fields.</p>`
  return html`${table({
    caption: 'Header, as its sender wrote it',
    heads: ['Field', 'Value'],
    rows,
    empty: 'It has no header.',
    octets: 40 * 1024,
    more: 'see quietgate quarantine show',
  })}
  ${more}
  ${
    text === null
      ? notice('quiet', 'It has no part that is text, or none at its beginning.')
      : html`<p>Its text${textType === 'text/html' ? ', taken out of HTML' : null}, as its sender wrote it:</p>
          <pre tabindex="0">${text}</pre>`
  }
  ${isCut ? html`<p>There is more of it.</p>` : null}
  ${pairs(
    'Parts',
    parts.map((part) => [part.type, `${part.name ?? 'no name'}, ${part.octets} octets as far as it was read`]),
  )}`
}
