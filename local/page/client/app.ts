import { html } from 'htm/preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { VNode } from 'preact'
import { useAnswer } from './answer.ts'
import { askAlarms, askDashboards, askStack } from './ask.ts'
import { Dashboard } from './dashboard.ts'
import { Header } from './header.ts'
import { useKept } from './kept.ts'
import { useLive } from './live.ts'
import { defaultSpan, rangeOf, spanOf } from './range.ts'
import { useRefresh } from './refresh.ts'
import { Side } from './side/side.ts'
import { useTheme } from './theme.ts'

/** The page: the dashboards of the template, and beside them what happens. */
export function App(): VNode {
  const themed = useTheme()
  const [spanKey, chooseSpan] = useKept('span', defaultSpan)
  const [isLive, setLive] = useState(true)
  const [key, setKey] = useState(readKey)
  const refresh = useRefresh(isLive)
  const live = useLive(refresh.soon)
  const stack = useAnswer(askStack, []).answer
  const dashboards = useAnswer(askDashboards, [])
  const alarms = useAnswer(askAlarms, [refresh.at]).answer
  const range = useMemo(() => rangeOf(spanOf(spanKey), refresh.at), [spanKey, refresh.at])
  useEffect(() => {
    const changed = (): void => setKey(readKey())
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  const shown = dashboards.answer?.find((one) => one.key === key) ?? dashboards.answer?.[0]
  useEffect(() => {
    document.title = shown === undefined ? 'Quietgate' : `${shown.key} – Quietgate`
  }, [shown])
  const time = { spanKey, chooseSpan, isLive, setLive, refresh: refresh.now }
  return html`
    <button type="button" class="skip" onClick=${() => document.getElementById('main')?.focus()}>
      To the dashboard
    </button>
    <${Header}
      dashboards=${dashboards.answer ?? []}
      shown=${shown?.key}
      alarms=${alarms}
      stack=${stack}
      themed=${themed}
      time=${time}
    />
    ${
      live.connected
        ? null
        : html`<p class="banner" role="alert">
            The server does not answer. Start it again with <code>npm start</code>; this page comes back by itself.
          </p>`
    }
    <div class="columns">
      <main id="main" tabindex="-1">
        ${dashboards.problem === null ? null : html`<p class="problem" role="alert">${dashboards.problem}</p>`}
        ${
          shown === undefined
            ? html`<p class="hint">Reading the dashboards of the template ...</p>`
            : html`<${Dashboard}
                key=${shown.key}
                dashboard=${shown}
                range=${range}
                isLive=${isLive}
                theme=${themed.theme}
                alarms=${alarms}
              />`
        }
      </main>
      <${Side} decisions=${live.decisions} latest=${live.latest} inbox=${live.inbox} stack=${stack} />
    </div>
  `
}

/** The part of the address that names a dashboard, so that a link leads to it and the back button works. */
function readKey(): string {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}
