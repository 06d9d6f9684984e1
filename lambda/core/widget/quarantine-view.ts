import { sentenceOf } from '../explain.ts'
import { oneLine } from '../plain-text.ts'
import type { ReasonCode } from '../reasons.ts'
import type { DecisionRecord } from '../record.ts'
import { causeOf } from '../trace/cause.ts'
import { callButton } from './call-button.ts'
import { notice } from './frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { fieldOf, type WidgetRequest } from './request.ts'
import { table } from './table.ts'
import { timeOf } from './time.ts'
import { openButton } from './trace-view.ts'

/** A page of what was put aside, the newest first. */
export type QuarantineList = {
  readonly rows: readonly QuarantineRow[]
  readonly reason: ReasonCode | null
  /** Where the neighbouring pages begin; null: there is none. */
  readonly older: string | null
  readonly newer: string | null
  /** What leads to this very page again. */
  readonly here: Readonly<Record<string, string>>
  /** So many were looked through that there may be more that match. */
  readonly isCut: boolean
}

export type QuarantineRow = {
  readonly message_id: string
  readonly received_at: string
  readonly reasons: readonly ReasonCode[]
  /** Null: it is no longer kept on its own, and only a look into it finds it. */
  readonly record: DecisionRecord | null
}

/** The reasons that put mail aside, the hardest first: what the list can be narrowed to. */
export const filterReasons = [
  'virus-found',
  'block-entry',
  'bounce-backscatter',
  'bounce-suspected',
  'bounce-burst',
  'dnsxl-stopped',
  'spam-found',
  'dmarc-reject',
  'recipient-denied',
  'recipient-unknown',
] as const satisfies readonly ReasonCode[]

export const reasonField = 'qg-filter'

/** What the page is narrowed to: what the button says goes before what the field shows. Null: everything. */
export function chosenReason({ asks, typed }: WidgetRequest): ReasonCode | null {
  const name = asks.get('reason') ?? fieldOf(typed, reasonField)
  return filterReasons.find((code) => code === name) ?? null
}

export function quarantineView(list: QuarantineList, request: WidgetRequest): Html {
  const { from, until } = request.range
  const { shownIn } = request
  return html`${filterForm(list.reason, request)}
    <p class="qg-quiet">
      Received from ${timeOf(from, shownIn)} until ${timeOf(until, shownIn)}: the dashboard's range.
    </p>
    ${table({
      caption: 'In quarantine, the newest first',
      heads: ['Received', 'From', 'To', 'Subject', 'Why', 'More'],
      rows: list.rows.map((row) => cellsOf(row, list, request)),
      empty: list.isCut ? 'None so far.' : 'Nothing was put into quarantine in this time.',
      octets: 120 * 1024,
      more: 'choose a shorter range, or list them on the command line: quietgate quarantine list',
    })}
    ${list.isCut ? notice('warning', 'Not everything was looked through: go on with the button for older ones.') : null}
    ${pageButtons(list, request)}`
}

function filterForm(reason: ReasonCode | null, { read }: WidgetRequest): Html | null {
  if (read === null) return notice('warning', 'The widget lacks its parameter "read", so that nothing can be opened.')
  const option = (code: string, words: string): Html =>
    code === (reason ?? '')
      ? html`<option value="${code}" selected>${words}</option>`
      : html`<option value="${code}">${words}</option>`
  return html`<form>
      <div class="qg-fields">
        <label
          >Reason
          <select name="${reasonField}">
            ${option('', 'all')}${filterReasons.map((code) => option(code, code))}
          </select>
        </label>
      </div>
    </form>
    ${callButton({ label: 'Show these', endpoint: read, asks: { does: 'list' } })}`
}

function cellsOf({ record, ...row }: QuarantineRow, { here }: QuarantineList, request: WidgetRequest) {
  const cell = (text: string): string => oneLine(text, 160)
  const recipients = record?.recipients.map(({ address }) => address) ?? []
  const others = recipients.length > 3 ? ` and ${recipients.length - 3} more` : ''
  return [
    timeOf(row.received_at, request.shownIn),
    record === null ? '-' : cell(record.mail_from ?? '<>'),
    record === null ? '-' : `${recipients.slice(0, 3).map(cell).join(', ')}${others}`,
    cell(record?.subject ?? '-'),
    record === null ? row.reasons.join(', ') : whyOf(record),
    openButton('Show', row, request, here),
  ]
}

/** In words, of the recipient for whom it was stopped. */
function whyOf(record: DecisionRecord): string {
  const recipient = record.recipients.find(({ action }) => action !== 'deliver')
  const reason = recipient === undefined ? null : causeOf(record, recipient).reason
  return oneLine(reason === null ? record.reasons.map(({ code }) => code).join(', ') : sentenceOf(reason), 300)
}

function pageButtons({ older, newer, reason }: QuarantineList, { read }: WidgetRequest): Html | null {
  if (read === null) return null
  const turn = (label: string, asks: Readonly<Record<string, string>>): Html =>
    callButton({ label, endpoint: read, asks: { does: 'list', ...(reason === null ? {} : { reason }), ...asks } })
  return html`<p>
    ${newer === null ? null : turn('Newer', { newer })} ${older === null ? null : turn('Older', { older })}
  </p>`
}
