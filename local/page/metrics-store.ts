/** A metric as CloudWatch tells them apart: a name with other dimensions is another metric. */
export type MetricName = {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** Values that were emitted at once. */
export type Datum = {
  readonly metric: MetricName
  readonly values: readonly number[]
  /** Such as `Milliseconds`; null where none was named. */
  readonly unit: string | null
  /** Milliseconds since 1970, by the clock of what happened. */
  readonly at: number
}

/** What is known of a stretch of time. Never of none at all: `count` is 1 or more. */
export type Summary = {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** How often each value came; beyond 500 different ones, to two significant digits. */
  readonly values: ReadonlyMap<number, number>
}

/** Milliseconds since 1970, the end excluded; both at full minutes. */
export type Stretch = { readonly start: number; readonly end: number }

/** What a CloudWatch of this machine has counted, minute by minute. */
export type MetricsStore = {
  /** Takes what is of the last 26 hours and of the next 2; nothing else is kept, as CloudWatch does with two weeks. */
  readonly add: (datum: Datum) => void
  readonly read: (metric: MetricName, stretch: Stretch) => Summary | null
  /** The last one that was named. */
  readonly unitOf: (metric: MetricName) => string | null
  /** Called after each datum that was taken. */
  readonly onAdded: (listener: () => void) => void
}

/** A day and a margin: the longest that an alarm of the stack looks back is 24 hours. */
export const keptMs = 26 * 3_600_000

const minuteMs = 60_000
const aheadMs = 2 * 3_600_000
/** The functions' dimensions are closed sets of under 200 series; this only bounds what nobody foresees. */
const mostSeries = 5000
const mostValues = 500

type Minute = { count: number; sum: number; min: number; max: number; values: Map<number, number> }
type Kept = { readonly minutes: Map<number, Minute>; unit: string | null }

export function createMetricsStore(now: () => number = Date.now): MetricsStore {
  const series = new Map<string, Kept>()
  const listeners: (() => void)[] = []
  let sweptAt = 0
  const sweep = (): void => {
    const first = minuteOf(now() - keptMs)
    if (first <= sweptAt) return
    sweptAt = first
    for (const { minutes } of series.values()) {
      for (const minute of minutes.keys()) if (minute < first) minutes.delete(minute)
    }
  }
  return {
    add: ({ metric, values, unit, at }) => {
      const finite = values.filter((value) => Number.isFinite(value))
      if (finite.length === 0 || !(at > now() - keptMs && at < now() + aheadMs)) return
      const kept = keptOf(series, metric)
      if (kept === null) return
      sweep()
      kept.unit = unit ?? kept.unit
      const minute = minuteIn(kept, minuteOf(at))
      for (const value of finite) count(minute, value)
      for (const listener of listeners) listener()
    },
    read: (metric, { start, end }) => {
      const minutes = series.get(keyOf(metric))?.minutes
      return minutes === undefined ? null : together(minutes, minuteOf(start), minuteOf(end))
    },
    unitOf: (metric) => series.get(keyOf(metric))?.unit ?? null,
    onAdded: (listener) => void listeners.push(listener),
  }
}

/** Sorted, because a set of dimensions has no order; as JSON, because a value may hold any separator. */
function keyOf({ namespace, name, dimensions }: MetricName): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([namespace, name, ...sorted.flat()])
}

function keptOf(series: Map<string, Kept>, metric: MetricName): Kept | null {
  const key = keyOf(metric)
  const there = series.get(key)
  if (there !== undefined) return there
  if (series.size >= mostSeries) return null
  const made: Kept = { minutes: new Map(), unit: null }
  series.set(key, made)
  return made
}

function minuteIn({ minutes }: Kept, at: number): Minute {
  const there = minutes.get(at)
  if (there !== undefined) return there
  const made = emptyMinute()
  minutes.set(at, made)
  return made
}

function emptyMinute(): Minute {
  return { count: 0, sum: 0, min: Infinity, max: -Infinity, values: new Map() }
}

function count(minute: Minute, value: number): void {
  minute.count += 1
  minute.sum += value
  minute.min = Math.min(minute.min, value)
  minute.max = Math.max(minute.max, value)
  const { values } = minute
  const exact = values.has(value) || values.size < mostValues
  const kept = exact ? value : Number(value.toPrecision(2))
  values.set(kept, (values.get(kept) ?? 0) + 1)
}

/** Whichever are fewer are walked: the minutes of the stretch, or those that are there. */
function together(minutes: ReadonlyMap<number, Minute>, start: number, end: number): Summary | null {
  const whole = emptyMinute()
  if ((end - start) / minuteMs <= minutes.size) {
    for (let at = start; at < end; at += minuteMs) addTo(whole, minutes.get(at))
  } else {
    for (const [at, minute] of minutes) if (at >= start && at < end) addTo(whole, minute)
  }
  return whole.count === 0 ? null : whole
}

function addTo(whole: Minute, minute: Minute | undefined): void {
  if (minute === undefined) return
  whole.count += minute.count
  whole.sum += minute.sum
  whole.min = Math.min(whole.min, minute.min)
  whole.max = Math.max(whole.max, minute.max)
  for (const [value, times] of minute.values) whole.values.set(value, (whole.values.get(value) ?? 0) + times)
}

function minuteOf(at: number): number {
  return Math.floor(at / minuteMs) * minuteMs
}
