import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { SingleValue } from '../../api.ts'
import { numberWords } from '../words.ts'

/** Numbers over all the time that is shown. */
export function Numbers({ values }: { values: readonly SingleValue[] }): VNode {
  return html`
    <dl class="big-numbers">
      ${values.map(
        ({ label, value, note }) => html`
          <div title=${note ?? (value === null ? 'Nothing was counted in this time.' : null)}>
            <dt>${label}</dt>
            <dd data-label=${label}>${numberWords(value)}</dd>
          </div>
        `,
      )}
    </dl>
  `
}
