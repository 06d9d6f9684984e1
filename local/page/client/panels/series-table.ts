import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { Series } from '../../api.ts'
import { minuteWords, numberWords } from '../words.ts'
import { aligned } from './series.ts'

/** So many of the newest times: a table of three days by the minute helps nobody. */
const most = 200

/** The same as a chart says, for whoever reads rather than looks. The newest time comes first. */
export function SeriesTable({ series, title }: { series: readonly Series[]; title: string }): VNode {
  const { times, values } = aligned(series)
  const counted = times
    .map((time, i) => ({ time, values: values.map((one) => one[i] ?? null) }))
    .filter((row) => row.values.some((value) => value !== null))
    .slice(-most)
    .reverse()
  if (counted.length === 0) return html`<p class="nothing">Nothing was counted in this time.</p>`
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${`Table: ${title}`}>
      <table class="numbers-table">
        <caption class="unseen">
          ${title}
        </caption>
        <thead>
          <tr>
            <th scope="col">from (UTC)</th>
            ${series.map(({ label }) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${counted.map(
            (row) => html`
              <tr>
                <th scope="row">${minuteWords(row.time)}</th>
                ${row.values.map((value) => html`<td>${numberWords(value)}</td>`)}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `
}
