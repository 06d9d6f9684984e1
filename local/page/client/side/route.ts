import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { oneLine } from '../../../../lambda/core/plain-text.ts'

/** From whom to whom, as the envelope has it. */
export function Route({ from, to }: { from: string; to: readonly string[] }): VNode {
  const [first = 'nobody', ...others] = to.map((address) => oneLine(address, 80))
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return html`
    <span class="route">
      ${oneLine(from, 80)}<i aria-hidden="true"> → </i><span class="unseen">${' to '}</span>${first + more}
    </span>
  `
}
