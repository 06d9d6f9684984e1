import type { MetricsAnswer, Series, SingleValue, TimeRange } from './api.ts'
import { evaluate, type Values } from './evaluate.ts'
import { idsIn } from './expression.ts'
import { absenceOf } from './known-metrics.ts'
import { readRows, type MetricRow } from './metric-rows.ts'
import type { MetricsStore, Stretch } from './metrics-store.ts'
import { statisticNamed } from './statistic.ts'

/** The properties of a metric widget, as its dashboard's body has them. */
export type QueriedWidget = {
  readonly view?: string
  readonly stat?: string
  readonly period?: number
  readonly setPeriodToTimeRange?: boolean
  readonly metrics?: readonly unknown[]
}

/** CloudWatch's default, in seconds. */
const defaultPeriod = 300
/** CloudWatch answers at most so many points of a metric; a longer range gets a longer period there, and here. */
const mostPoints = 1440

/**
 * What CloudWatch would draw for a metric widget: each visible row over the range, in periods that begin at full multiples of
 * themselves. The one under way is part of it, so that a message shows at once.
 *
 * @param period Seconds; a choice that goes before what the widget says. null: none was made.
 */
export function queryWidget(
  widget: QueriedWidget,
  range: TimeRange,
  period: number | null,
  store: MetricsStore,
): MetricsAnswer {
  const rows = readRows(widget.metrics ?? [], widget.stat)
  const shown = rows.filter(({ visible }) => visible)
  const periodFor = (row: MetricRow): number => {
    const wanted = period ?? periodOf(row, rows, new Set()) ?? widget.period ?? defaultPeriod
    return Math.max(wanted, Math.ceil((range.end - range.start) / 1000 / mostPoints / 60) * 60)
  }
  const series = shown.map((row): Series => {
    const stretches = stretchesOf(range, periodFor(row))
    const { values, note } = valuesOfRow(row, rows, stretches, store)
    const times = stretches.map(({ start }) => start / 1000)
    return { label: row.label, axis: row.axis, ...unitOf(row, store), times, values, ...noted(note) }
  })
  const answer = { period: Math.min(...shown.map(periodFor), period ?? widget.period ?? Infinity), series }
  if (widget.view !== 'singleValue') return { ...answer, period: finite(answer.period) }
  const values = shown.map((row, i) => singleValue(row, rows, range, series[i]?.values ?? [], widget, store))
  return { ...answer, period: finite(answer.period), values }
}

/** The values of one row; also what alarms are made of. `note` says why there can be none. */
export function valuesOfRow(
  row: MetricRow,
  rows: readonly MetricRow[],
  stretches: readonly Stretch[],
  store: MetricsStore,
): { readonly values: Values; readonly note: string | null } {
  const nothing = stretches.map(() => null)
  const { asks } = row
  if (asks.kind === 'unread') return { values: nothing, note: asks.problem }
  const note = absenceOfRow(row, rows, new Set())
  if (note !== null) return { values: nothing, note }
  try {
    return { values: computed(row, rows, stretches, store, new Set()), note: null }
  } catch (error) {
    if (error instanceof RangeError) return { values: nothing, note: error.message }
    throw error
  }
}

function computed(
  row: MetricRow,
  rows: readonly MetricRow[],
  stretches: readonly Stretch[],
  store: MetricsStore,
  above: ReadonlySet<MetricRow>,
): Values {
  if (above.has(row)) throw new RangeError('The expressions of this widget stand on each other in a circle.')
  const { asks } = row
  if (asks.kind === 'unread') throw new RangeError(asks.problem)
  if (asks.kind === 'metric') {
    const statistic = statisticNamed(asks.statistic)
    return stretches.map((stretch) => {
      const summary = store.read(asks.metric, stretch)
      return summary === null || statistic === null ? null : statistic(summary)
    })
  }
  const inside = new Set([...above, row])
  return evaluate(asks.expression, stretches.length, (id) =>
    computed(rowNamed(id, rows), rows, stretches, store, inside),
  )
}

function rowNamed(id: string, rows: readonly MetricRow[]): MetricRow {
  const row = rows.find((one) => one.id === id)
  if (row === undefined) throw new RangeError(`No row of the widget has the id ${id}.`)
  return row
}

function singleValue(
  row: MetricRow,
  rows: readonly MetricRow[],
  range: TimeRange,
  points: Values,
  { setPeriodToTimeRange }: QueriedWidget,
  store: MetricsStore,
): SingleValue {
  const whole = setPeriodToTimeRange === true
  const { values, note } = valuesOfRow(row, rows, whole ? [minutesOf(range)] : [], store)
  const value = (whole ? values[0] : points.findLast((point) => point !== null)) ?? null
  return { label: row.label, value, ...unitOf(row, store), ...noted(note) }
}

/** An expression that names no period has that of what it stands on, the longest of several. */
function periodOf(row: MetricRow, rows: readonly MetricRow[], above: ReadonlySet<MetricRow>): number | null {
  if (row.period !== null || row.asks.kind !== 'expression' || above.has(row)) return row.period
  const inside = new Set([...above, row])
  const periods = standsOn(row, rows).flatMap((one) => periodOf(one, rows, inside) ?? [])
  return periods.length === 0 ? null : Math.max(...periods)
}

/** An expression of what only AWS knows is nothing that could be computed without it. */
function absenceOfRow(row: MetricRow, rows: readonly MetricRow[], above: ReadonlySet<MetricRow>): string | null {
  if (row.asks.kind === 'metric') return absenceOf(row.asks.metric)
  if (above.has(row)) return null
  const inside = new Set([...above, row])
  return (
    standsOn(row, rows)
      .map((one) => absenceOfRow(one, rows, inside))
      .find((note) => note !== null) ?? null
  )
}

function standsOn({ asks }: MetricRow, rows: readonly MetricRow[]): readonly MetricRow[] {
  if (asks.kind !== 'expression') return []
  const ids = idsIn(asks.expression)
  return rows.filter(({ id }) => id !== null && ids.includes(id))
}

function unitOf({ asks }: MetricRow, store: MetricsStore): { readonly unit?: string } {
  const unit = asks.kind === 'metric' && asks.statistic !== 'SampleCount' ? store.unitOf(asks.metric) : null
  return unit === null ? {} : { unit }
}

function stretchesOf({ start, end }: TimeRange, period: number): readonly Stretch[] {
  const ms = period * 1000
  const first = Math.floor(start / ms) * ms
  const count = Math.max(0, Math.ceil((end - first) / ms))
  return Array.from({ length: count }, (_, i) => ({ start: first + i * ms, end: first + (i + 1) * ms }))
}

function minutesOf({ start, end }: TimeRange): Stretch {
  return { start: Math.floor(start / 60_000) * 60_000, end: Math.ceil(end / 60_000) * 60_000 }
}

function noted(note: string | null): { readonly note?: string } {
  return note === null ? {} : { note }
}

function finite(period: number): number {
  return Number.isFinite(period) ? period : defaultPeriod
}
