import { html } from 'htm/preact'
import { useId, useRef, useState } from 'preact/hooks'
import type { VNode } from 'preact'
import type { AlarmView, DashboardView, TimeRange, WidgetView } from '../api.ts'
import { CustomPanel } from './custom/custom.ts'
import { AlarmPanel } from './panels/alarms.ts'
import { MetricPanel } from './panels/metric.ts'
import type { Shown } from './panels/shown.ts'
import { useNear } from './panels/size.ts'
import { Markdown } from './panels/text.ts'
import type { Theme } from './theme.ts'

export type DashboardProps = {
  readonly dashboard: DashboardView
  readonly range: TimeRange
  readonly isLive: boolean
  readonly theme: Theme
  readonly alarms: readonly AlarmView[] | null
}

/** The grid of CloudWatch: 24 columns, and everything where the template puts it. One column where there is no room. */
export function Dashboard({ dashboard, range, isLive, theme, alarms }: DashboardProps): VNode {
  return html`
    <div class="dashboard">
      <h1 class="unseen">${dashboard.key}</h1>
      <div class="grid">
        ${dashboard.widgets.map(
          (widget) => html`
            <${Panel}
              key=${`${dashboard.key} ${widget.index}`}
              dashboard=${dashboard.key}
              widget=${widget}
              range=${range}
              isLive=${isLive}
              theme=${theme}
              alarms=${alarms}
            />
          `,
        )}
      </div>
      <p class="hint">
        <code>${dashboard.name}</code>${', of the synthesized template: what you see is what '}<code>cdk deploy</code
        >${' deploys.'}
      </p>
    </div>
  `
}

type PanelProps = {
  readonly dashboard: string
  readonly widget: WidgetView
  readonly range: TimeRange
  readonly isLive: boolean
  readonly theme: Theme
  readonly alarms: readonly AlarmView[] | null
}

function Panel({ dashboard, widget, range, isLive, theme, alarms }: PanelProps): VNode {
  const { near, isNear } = useNear()
  const [asTable, setAsTable] = useState(false)
  const [again, setAgain] = useState(0)
  const id = useId()
  // What is far from the screen stays as it was, and is brought up to date when somebody comes near.
  const seen = useRef({ range, isNear: false })
  if (isNear) seen.current = { range, isNear: true }
  const shown: Shown = { dashboard, index: widget.index, range: seen.current.range, isLive, theme, asTable, again }
  const title = 'title' in widget.properties ? widget.properties.title : undefined
  const isChart = widget.type === 'metric' && widget.properties.view !== 'singleValue'
  const { x, y, width, height, type } = widget
  const place = { '--x': String(x + 1), '--y': String(y + 1), '--w': String(width), '--h': String(height) }
  return html`
    <section
      ref=${near}
      class=${`panel ${type}`}
      style=${place}
      aria-labelledby=${title === undefined ? undefined : id}
      data-widget=${widget.index}
    >
      ${
        title === undefined
          ? null
          : html`<header>
              <h2 id=${id}>${title}</h2>
              ${type === 'custom' ? html`<${CustomTools} again=${() => setAgain(again + 1)} />` : null}
              ${
                isChart
                  ? html`<button
                      type="button"
                      class="quiet"
                      aria-pressed=${String(asTable)}
                      onClick=${() => setAsTable(!asTable)}
                    >
                      Table
                    </button>`
                  : null
              }
            </header>`
      }
      <div class="panel-body">${seen.current.isNear ? contentOf(widget, shown, alarms) : null}</div>
    </section>
  `
}

/** As in the menu that CloudWatch gives every widget. */
function CustomTools({ again }: { again: () => void }): VNode {
  const asks = 'In CloudWatch whoever looks is asked, once or always, whether this widget may run.'
  return html`
    <small title=${asks}>CloudWatch asks before it runs this</small>
    <button type="button" class="quiet" onClick=${again}>Ask again</button>
  `
}

function contentOf(widget: WidgetView, shown: Shown, alarms: readonly AlarmView[] | null): VNode {
  switch (widget.type) {
    case 'metric':
      return html`<${MetricPanel} properties=${widget.properties} shown=${shown} />`
    case 'text':
      return html`<${Markdown} markdown=${widget.properties.markdown} />`
    case 'alarm':
      return html`<${AlarmPanel} alarms=${alarms} arns=${widget.properties.alarms} />`
    case 'custom':
      return html`<${CustomPanel} properties=${widget.properties} shown=${shown} />`
  }
}
