import { html } from 'htm/preact'
import { useMemo, useState } from 'preact/hooks'
import type { VNode } from 'preact'
import type { MetricProperties, MetricsAnswer, Series } from '../../api.ts'
import { useAnswer } from '../answer.ts'
import { askMetrics } from '../ask.ts'
import { numberWords } from '../words.ts'
import { Chart } from './chart.ts'
import { coloursOf } from './colours.ts'
import type { Drawing } from './plot.ts'
import { SeriesTable } from './series-table.ts'
import { lastValue } from './series.ts'
import { Numbers } from './numbers.ts'
import type { Shown } from './shown.ts'

/** A widget of metrics: numbers, or a chart with its legend, or the same as a table. */
export function MetricPanel({ properties, shown }: { properties: MetricProperties; shown: Shown }): VNode {
  const { dashboard, index, range } = shown
  const { answer, problem } = useAnswer(
    () => askMetrics({ dashboard, widget: index, ...range }),
    [dashboard, index, range],
  )
  if (answer === null) {
    return problem === null
      ? html`<p class="hint">Counting ...</p>`
      : html`<p class="problem" role="alert">${problem}</p>`
  }
  if (answer.values !== undefined) return html`<${Numbers} values=${answer.values} />`
  return html`<${Graph} answer=${answer} properties=${properties} shown=${shown} />`
}

function Graph(of: { answer: MetricsAnswer; properties: MetricProperties; shown: Shown }): VNode {
  const { answer, properties, shown } = of
  const { series } = answer
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const labels = series.map(({ label }) => label)
  const colours = coloursOf(labels, shown.theme)
  const drawing = useMemo((): Drawing => {
    return { series, shown: labels.map((label) => !hidden.has(label)), colours, range: shown.range, properties }
  }, [answer, hidden, shown.theme])
  const toggle = (label: string): void => {
    const next = new Set(hidden)
    if (!next.delete(label)) next.add(label)
    setHidden(next)
  }
  if (shown.asTable) return html`<${SeriesTable} series=${series} title=${properties.title ?? ''} />`
  return html`
    <div class="graph">
      <${Chart} drawing=${drawing} theme=${shown.theme} says=${summary(properties, series)} />
      ${
        series.every(({ values }) => lastValue(values) === null)
          ? html`<p class="nothing">${emptyWords(series)}</p>`
          : null
      }
      <ul class="legend">
        ${series.map(
          (one, i) => html`
            <li>
              <button
                type="button"
                aria-pressed=${String(!hidden.has(one.label))}
                title=${one.note ?? 'Show or hide'}
                onClick=${() => toggle(one.label)}
              >
                <i class=${one.axis === 'right' ? 'swatch dashed' : 'swatch'} style=${{ '--swatch': colours[i] }}></i>
                ${one.label}<b>${numberWords(lastValue(one.values))}</b>
              </button>
            </li>
          `,
        )}
      </ul>
    </div>
  `
}

/** An empty chart says whether there could be anything in it. */
function emptyWords(series: readonly Series[]): string {
  const notes = new Set(series.flatMap(({ note }) => note ?? []))
  const isNoted = series.length > 0 && series.every(({ note }) => note !== undefined)
  return isNoted ? [...notes].join(' ') : 'Nothing was counted in this time.'
}

/** What the picture says to whoever cannot see it; the table says the rest. */
function summary({ title }: MetricProperties, series: readonly Series[]): string {
  const last = series.map(({ label, values }) => `${label}: ${numberWords(lastValue(values))}`)
  return `Chart. ${title ?? ''} Last values: ${last.join('; ')}. The button “Table” shows all of them.`
}
