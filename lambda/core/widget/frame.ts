import { html } from './html.ts'
import type { Html } from './html.ts'
import { styleOf } from './style.ts'
import type { Theme } from './themes.ts'

/** What the dashboard says of whoever looks. */
export type ShownIn = {
  readonly theme: Theme
  /** Minutes east of UTC in which times are shown, between -14 and +14 hours; 0: the dashboard shows UTC. */
  readonly offsetMinutes: number
}

/**
 * The whole answer of a widget: style and `body` in one element, so that none of our rules reaches the dashboard around it. `title` is
 * null where the widget's own title says enough.
 */
export function frame(title: string | null, body: Html, { theme }: ShownIn): string {
  const heading = title === null ? null : html`<h3 class="qg-title">${title}</h3>`
  const style = html`<style>
    ${styleOf(theme)}
  </style>`
  return html`${style}
    <div class="qg qg-${theme}">${heading}${body}</div>`.html
}

/** One word or two that carry a judgement. The colour repeats what the words say, and never says it alone. */
export function badge(tone: Tone, words: string): Html {
  return html`<span class="qg-badge qg-${tone}">${words}</span>`
}

export type Tone = 'good' | 'warning' | 'bad' | 'quiet'

/** A sentence that must not be overlooked. */
export function notice(tone: Tone, words: Html | string): Html {
  return html`<p class="qg-notice qg-${tone}">${words}</p>`
}
