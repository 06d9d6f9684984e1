import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { AlarmView, DashboardView, StackView } from '../api.ts'
import { Choice } from './choice.ts'
import { spans } from './range.ts'
import type { Themed } from './theme.ts'

export type HeaderProps = {
  readonly dashboards: readonly DashboardView[]
  readonly shown: string | undefined
  readonly alarms: readonly AlarmView[] | null
  readonly stack: StackView | null
  readonly themed: Themed
  readonly time: TimeProps
}

export type TimeProps = {
  readonly spanKey: string
  readonly chooseSpan: (key: string) => void
  readonly isLive: boolean
  readonly setLive: (isLive: boolean) => void
  readonly refresh: () => void
}

const themes = [
  { key: 'auto', words: 'Auto' },
  { key: 'light', words: 'Light' },
  { key: 'dark', words: 'Dark' },
]

/** Where one is, where one can go, and how much time is shown. */
export function Header({ dashboards, shown, alarms, stack, themed, time }: HeaderProps): VNode {
  return html`
    <header class="top">
      <a class="brand" href="#">
        <${Gate} />
        <span>quietgate</span>
        ${stack === null ? null : html`<small>${stack.region} on this machine</small>`}
      </a>
      <nav class="tabs" aria-label="Dashboards">
        ${dashboards.map(
          ({ key }) =>
            html`<a href=${`#${encodeURIComponent(key)}`} aria-current=${key === shown ? 'page' : undefined}
              >${key}</a
            >`,
        )}
      </nav>
      <${AlarmSign} alarms=${alarms} />
      <div class="controls">
        <${Choice} of="Time that is shown" options=${spans} chosen=${time.spanKey} choose=${time.chooseSpan} />
        <button
          type="button"
          class="live"
          aria-pressed=${String(time.isLive)}
          onClick=${() => time.setLive(!time.isLive)}
        >
          <i aria-hidden="true"></i>${time.isLive ? 'Live' : 'Paused'}
        </button>
        <button type="button" class="quiet" onClick=${time.refresh}>Refresh</button>
        <${Choice} of="Theme" options=${themes} chosen=${themed.choice} choose=${themed.choose} />
      </div>
    </header>
  `
}

/** The first thing that an operator wants to know. */
function AlarmSign({ alarms }: { alarms: readonly AlarmView[] | null }): VNode | null {
  if (alarms === null) return null
  const count = alarms.filter(({ state }) => state === 'alarm').length
  if (count === 0) return html`<p class="sign calm"><i aria-hidden="true">✓</i> all quiet</p>`
  return html`<p class="sign loud"><i aria-hidden="true">▲</i> ${count} in alarm</p>`
}

/** Two posts, and a bar that lets through what is wanted. */
function Gate(): VNode {
  return html`
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M4 21V4m16 17V4" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" />
      <path class="bar" d="M4 10h16" stroke="var(--accent)" stroke-width="2.5" stroke-linecap="round" />
      <path d="M4 16h16" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" opacity="0.45" />
    </svg>
  `
}
