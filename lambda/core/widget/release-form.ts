import { senderToAllow } from '../entries/sender-to-allow.ts'
import { oneLine } from '../plain-text.ts'
import type { DecisionRecord } from '../record.ts'
import type { TracedMessage } from '../trace/told-message.ts'
import { callButton } from './call-button.ts'
import { fitting } from './fitting.ts'
import { notice } from './frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { WidgetRequest } from './request.ts'

export const ownerField = 'qg-owner'
export const whyField = 'qg-why'
export const longestOwner = 200
export const longestWhy = 500

/** Days for which a sender can be allowed from here. */
export const allowDays = [7, 30, 90] as const

/** The buttons that release a message; where there can be none, why, and what to do instead. */
export function releaseForm(
  { record, told }: { readonly record: DecisionRecord; readonly told: readonly TracedMessage[] },
  { release, view }: WidgetRequest,
): Html {
  const stopped = told.filter(({ action, recipient }) => action !== 'deliver' && recipient !== '')
  // What was released, but nobody knows to be queued, can be released again: nobody gets it twice.
  const open = [...new Set(stopped.filter(({ released }) => !isQueued(released)).map(({ recipient }) => recipient))]
  if (stopped.length === 0)
    return notice('good', 'It was let through for all its recipients: nothing is to be released.')
  if (open.length === 0) return notice('good', 'It was released for everybody for whom it was stopped.')
  const id = shellWord(record.message_id)
  if (record.reasons.some(({ code }) => code === 'virus-found')) {
    return notice(
      'bad',
      html`SES found a virus in it, so there is no button. Whoever wants it even so, on the command line:
        <code>quietgate quarantine release ${id} --even-virus --reason "..."</code>`,
    )
  }
  if (release === null) {
    return notice(
      'warning',
      html`Nothing here hands mail over, so there is no button. Its octets go into a file with
        <code>quietgate quarantine save ${id} message.eml</code>`,
    )
  }
  return html`<form>
      <div class="qg-fields">
        <label
          >Who you are <input type="text" name="${ownerField}" maxlength="${longestOwner}" size="28" required
        /></label>
        <label
          >Why it is released <input type="text" name="${whyField}" maxlength="${longestWhy}" size="48" required
        /></label>
      </div>
    </form>
    ${buttons(record, open, release, view)}
    <p class="qg-quiet">
      Both stand in the trail of releases beside the number of the request. What goes out is what SES stored, octet for
      octet.
    </p>`
}

function buttons(record: DecisionRecord, open: readonly string[], endpoint: string, view: string): Html {
  const asks = { does: 'release', id: record.message_id, at: record.received_at, view }
  const whom = open.length === 1 ? oneLine(open[0] ?? '', 100) : `all ${open.length} stopped recipients`
  const sender = senderToAllow(record)
  const all = callButton({
    label: `Release for ${whom}`,
    endpoint,
    asks: { ...asks, to: 'stopped' },
    confirmation: `Hand this message over to ${whom}?`,
    isMain: true,
  })
  const allowing = allowDays.map((days) =>
    callButton({
      label: `Release, and allow the sender for ${days} days`,
      endpoint,
      asks: { ...asks, to: 'stopped', days: String(days) },
      confirmation: `Hand this message over to ${whom}, and let mail from ${oneLine(sender?.address ?? '', 100)} pass for ${days} days?`,
    }),
  )
  const single = open.map((address) =>
    callButton({
      label: `Release for ${oneLine(address, 100)} only`,
      endpoint,
      asks: { ...asks, to: 'one', recipient: address },
      confirmation: `Hand this message over to ${oneLine(address, 100)}?`,
    }),
  )
  const { pieces, left } = fitting(open.length === 1 ? [] : single, 30 * 1024)
  return html`<p>${all}${sender === null ? null : allowing}</p>
    <p>${pieces}${left === 0 ? null : html` ${left} more recipients: quietgate quarantine release --to`}</p>`
}

function isQueued(released: TracedMessage['released']): boolean {
  return released !== undefined && released.queued_at !== null
}

/** What a person can paste into a shell: an id is SES's, but the record is only a file. */
function shellWord(id: string): string {
  return /^[A-Za-z0-9._-]{1,200}$/.test(id) ? id : 'ID'
}
