import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { AlarmView } from '../../api.ts'

const words: Readonly<Record<AlarmView['state'], { readonly sign: string; readonly says: string }>> = {
  alarm: { sign: '▲', says: 'in alarm' },
  'no-data': { sign: '○', says: 'no data' },
  ok: { sign: '✓', says: 'OK' },
  'not-computed': { sign: '–', says: 'only AWS can tell' },
}
const order = Object.keys(words)

/** States of alarms, the worst first: a sign, a word and a colour, and behind each why. */
export function AlarmPanel({ alarms, arns }: { alarms: readonly AlarmView[] | null; arns: readonly string[] }): VNode {
  if (alarms === null) return html`<p class="hint">Looking ...</p>`
  const asked = new Set(arns)
  const shown = alarms
    .filter(({ arn }) => asked.has(arn))
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name))
  const counts = order.map((state) => ({ state, count: shown.filter((alarm) => alarm.state === state).length }))
  return html`
    <p class="alarm-counts">
      ${counts
        .filter(({ count }) => count > 0)
        .map(
          ({ state, count }) =>
            html`<span class=${`is-${state}`}>${count} ${words[state as AlarmView['state']].says}</span>`,
        )}
    </p>
    <ul class="alarms">
      ${shown.map((alarm) => html`<li key=${alarm.arn}><${Alarm} alarm=${alarm} /></li>`)}
    </ul>
  `
}

function Alarm({ alarm }: { alarm: AlarmView }): VNode {
  const { sign, says } = words[alarm.state]
  return html`
    <details class=${`alarm is-${alarm.state}`}>
      <summary><i aria-hidden="true">${sign}</i><b>${wordsOf(alarm.name)}</b><span>${says}</span></summary>
      <p>${alarm.reason}</p>
      <p class="alarm-description">${alarm.description}</p>
      <p class="alarm-description"><code>${alarm.name}</code></p>
    </details>
  `
}

/**
 * `Quietgate-FilterAlarmsNoMail409406C4-885ec0eb68` as "filter alarms no mail": without the stack, the hash of the CDK and the letters
 * that CloudFormation puts behind a name, which nobody can read at three in the morning.
 */
function wordsOf(name: string): string {
  const [, id = name] = /^[^-]+-(.+?)(?:[0-9A-F]{8})?-[0-9a-zA-Z]{6,14}$/.exec(name) ?? []
  return id.replaceAll(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase()
}
