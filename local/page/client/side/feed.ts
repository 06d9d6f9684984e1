import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { oneLine, shown } from '../../../../lambda/core/plain-text.ts'
import type { DecisionEvent, StackView } from '../../api.ts'
import { Copy } from '../copy.ts'
import { clockWords } from '../words.ts'
import { Route } from './route.ts'

/** So many are kept: the records are in the bucket, and this is to be looked at. */
export const mostDecisions = 200

type Actions = DecisionEvent['record']['action']
const actions: Readonly<Record<Actions, { readonly sign: string; readonly words: string }>> = {
  deliver: { sign: '✓', words: 'delivered' },
  quarantine: { sign: '◆', words: 'quarantined' },
  discard: { sign: '✕', words: 'discarded' },
}

/** Decisions as they are made, the newest first. `latest` is said aloud; what was there before is not. */
export function Feed(of: {
  decisions: readonly DecisionEvent[]
  latest: DecisionEvent | null
  stack: StackView | null
}): VNode {
  const { decisions, latest, stack } = of
  return html`
    <p class="unseen" role="status" aria-live="polite">${latest === null ? '' : saidAloud(latest)}</p>
    ${decisions.length === 0 ? html`<${Quiet} stack=${stack} />` : null}
    <ol class="feed" aria-label="Decisions, the newest first">
      ${decisions.map((event) => html`<li key=${event.record.message_id}><${Decision} event=${event} isNew=${event === latest} /></li>`)}
    </ol>
  `
}

function Decision({ event, isNew }: { event: DecisionEvent; isNew: boolean }): VNode {
  const { record, explanation } = event
  const { sign, words } = actions[record.action]
  const to = record.recipients.map(({ address }) => address)
  return html`
    <details class=${`decision ${record.action} ${isNew ? 'new' : ''}`}>
      <summary>
        <span class="decision-head">
          <time datetime=${record.decided_at}>${clockWords(record.decided_at)}</time>
          <b class=${`badge ${record.action}`}><i aria-hidden="true">${sign}</i> ${words}${wouldBe(record)}</b>
        </span>
        <span class="subject">${oneLine(record.subject ?? '(no subject)', 160)}</span>
        <${Route} from=${fromOf(record)} to=${to} />
      </summary>
      <ul class="why">
        ${explanation.map((sentence) => html`<li>${shown(sentence)}</li>`)}
      </ul>
      <p class="message-id"><code>${record.message_id}</code><${Copy} text=${record.message_id} words="Copy id" /></p>
    </details>
  `
}

function fromOf({ null_sender, mail_from }: DecisionEvent['record']): string {
  return null_sender ? '<> (a bounce)' : oneLine(mail_from ?? '(withheld)', 80)
}

/** In `observe` everything is delivered, and the other word is what matters. */
function wouldBe({ action, would_be_action }: DecisionEvent['record']): string {
  return action === would_be_action ? '' : `, would be ${actions[would_be_action].words}`
}

function saidAloud({ record }: DecisionEvent): string {
  const to = record.recipients[0]?.address ?? 'nobody'
  return `${actions[record.action].words}: from ${fromOf(record)} to ${oneLine(to, 80)}.`
}

function Quiet({ stack }: { stack: StackView | null }): VNode {
  const command =
    `swaks --server 127.0.0.1:${stack?.smtpPort ?? 2525} --from carol@partner.example ` +
    `--to ${stack?.knownRecipients[0] ?? 'alice@example.com'} --xclient-addr 198.51.100.10`
  return html`
    <div class="empty">
      <p>It is quiet. Nothing has come in yet; send something:</p>
      <pre>${command}</pre>
      <${Copy} text=${command} words="Copy the command" />
      <p>or press <b>Send</b> above, which needs no other program.</p>
    </div>
  `
}
