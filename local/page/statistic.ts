import type { Summary } from './metrics-store.ts'

/** One number of what was counted, or null where the statistic is not one that is known here. */
export type Statistic = (summary: Summary) => number

/** CloudWatch User Guide, "CloudWatch statistics definitions", as far as the dashboards and alarms of the stack use them. */
export function statisticNamed(name: string): Statistic | null {
  const plain = Object.hasOwn(plainStatistics, name) ? plainStatistics[name] : undefined
  if (plain !== undefined) return plain
  const match = /^p(\d{1,2}(?:\.\d{1,3})?|100)$/.exec(name)
  return match === null ? null : (summary) => percentile(summary, Number(match[1]))
}

const plainStatistics: Readonly<Record<string, Statistic>> = {
  Sum: ({ sum }) => sum,
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
}

/** The smallest value that at least `percent` of 100 values do not exceed. */
function percentile({ values, count, min }: Summary, percent: number): number {
  const ascending = [...values].sort(([a], [b]) => a - b)
  const rank = (percent / 100) * count
  let below = 0
  for (const [value, times] of ascending) {
    below += times
    if (below >= rank) return value
  }
  return ascending.at(-1)?.[0] ?? min
}
