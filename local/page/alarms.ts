import type { Template } from '../template/template.ts'
import { alarmsOf, comparisons, compositeAlarmsOf, type Alarm } from './alarm-definitions.ts'
import type { AlarmView } from './api.ts'
import { valuesOfRow } from './metric-query.ts'
import type { MetricsStore, Stretch } from './metrics-store.ts'

/** The alarms of the template, judged by what this machine has counted. */
export type Alarms = {
  readonly all: () => readonly AlarmView[]
}

/**
 * Reads the alarms once; each call of `all` judges them by the minutes up to now, the one under way included, so that a message
 * shows at once.
 *
 * A period that began before `since` and has no data says nothing: there was nobody who could have counted. An alarm that takes
 * such silence for a failure has no data as long as that would decide.
 *
 * Source: CloudWatch User Guide, "Evaluating an alarm", "Configuring how CloudWatch alarms treat missing data".
 *
 * @param since Milliseconds since 1970: when this machine began to count.
 */
export function createAlarms(
  template: Template,
  store: MetricsStore,
  since: number,
  now: () => number = Date.now,
): Alarms {
  const alarms = alarmsOf(template)
  const composite = compositeAlarmsOf(template).map((names) => ({
    ...names,
    state: 'not-computed' as const,
    reason: 'It is made of other alarms, which is computed in AWS alone.',
    description: '',
  }))
  return { all: () => [...alarms.map((alarm) => judge(alarm, store, since, now())), ...composite] }
}

function judge(alarm: Alarm, store: MetricsStore, since: number, now: number): AlarmView {
  const { arn, name, description, judged, period, periods } = alarm
  const view = { arn, name, description }
  if (judged.kind === 'not-computed') return { ...view, state: 'not-computed', reason: judged.why }
  const stretches = stretchesUntil(now, period, periods)
  const { values, note } = valuesOfRow(judged.row, judged.rows, stretches, store)
  if (note !== null) return { ...view, state: 'not-computed', reason: note }
  const points = values.map((value, i): Point => {
    if (value !== null) return comparisons[alarm.comparison]?.(value, alarm.threshold) === true ? 'breaching' : 'good'
    return (stretches[i]?.start ?? 0) < minuteBefore(since) ? 'unlived' : 'missing'
  })
  const worst = stateOf(alarm, points, 'breaching')
  const best = stateOf(alarm, points, 'good')
  const state = worst === best ? worst : 'no-data'
  return { ...view, state, reason: reasonOf(alarm, points, state) }
}

/** `unlived`: it began before there was anything that could have counted. */
type Point = 'breaching' | 'good' | 'missing' | 'unlived'

function stateOf(
  { needed, missing }: Alarm,
  points: readonly Point[],
  unlivedAs: 'breaching' | 'good',
): 'ok' | 'alarm' | 'no-data' {
  const taken = points.map((point) => {
    if (point === 'breaching' || point === 'good') return point
    if (point === 'unlived' && missing === 'breaching') return unlivedAs
    return { breaching: 'breaching', notBreaching: 'good', ignore: 'missing', missing: 'missing' }[missing]
  })
  if (taken.filter((point) => point === 'breaching').length >= needed) return 'alarm'
  return taken.every((point) => point === 'missing') ? 'no-data' : 'ok'
}

function reasonOf(alarm: Alarm, points: readonly Point[], state: AlarmView['state']): string {
  const { needed, periods, period, threshold, comparison } = alarm
  const breaching = points.filter((point) => point === 'breaching').length
  const counted = points.filter((point) => point === 'breaching' || point === 'good').length
  const rule = `${words[comparison] ?? comparison} ${threshold} in ${needed} of ${periods} x ${duration(period)}`
  if (counted === 0 && state === 'ok') return `Nothing was counted, which is as it should be (not: ${rule}).`
  if (counted === 0 && state === 'alarm') return `Nothing was counted, which is taken for a failure (${rule}).`
  if (state === 'no-data') return `Not known yet (${rule}): this stack has not run for so long.`
  return `${breaching} of ${counted} periods with data ${breaching === 1 ? 'is' : 'are'} beyond it (${rule}).`
}

const words: Readonly<Record<string, string>> = {
  GreaterThanThreshold: 'more than',
  GreaterThanOrEqualToThreshold: 'at least',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'at most',
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

/** The last `periods` of them, the newest last; it ends with the minute under way. */
function stretchesUntil(now: number, period: number, periods: number): readonly Stretch[] {
  const ms = period * 1000
  const end = minuteBefore(now) + 60_000
  return Array.from({ length: periods }, (_, i) => {
    const start = end - (periods - i) * ms
    return { start, end: start + ms }
  })
}

function minuteBefore(at: number): number {
  return Math.floor(at / 60_000) * 60_000
}
