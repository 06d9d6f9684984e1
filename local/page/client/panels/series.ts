import type { Series } from '../../api.ts'

/** Series beside each other over the same times, as a chart draws them. */
export type Aligned = {
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[]
  /** For each series its values beside `times`. */
  readonly values: readonly Values[]
}

/** null: nothing was counted, which is a gap; undefined: the series has no such time, which is none. */
type Values = readonly (number | null | undefined)[]

/** Puts series of different periods over all of their times. */
export function aligned(series: readonly Pick<Series, 'times' | 'values'>[]): Aligned {
  const times = [...new Set(series.flatMap((one) => one.times))].sort((a, b) => a - b)
  const values = series.map((one) => {
    const at = new Map(one.times.map((time, i) => [time, one.values[i] ?? null]))
    return times.map((time) => at.get(time))
  })
  return { times, values }
}

/**
 * Each series on top of those before it. Where at least one of them has a value, nothing counts as 0, so that the area is whole;
 * where none has, there is a gap.
 *
 * @param shown whether the series beside it is shown; one that is not adds nothing and stays null
 */
export function stacked(values: readonly Values[], shown: readonly boolean[]): readonly (readonly (number | null)[])[] {
  const length = values[0]?.length ?? 0
  const sums: (number | null)[] = Array.from({ length }, () => null)
  const counted = sums.map((_, i) => values.some((one, s) => shown[s] === true && typeof one[i] === 'number'))
  return values.map((one, s) => {
    if (shown[s] !== true) return one.map(() => null)
    return one.map((value, i) => {
      if (counted[i] !== true) return null
      const sum = (sums[i] ?? 0) + (value ?? 0)
      sums[i] = sum
      return sum
    })
  })
}

/** The last value that there is. */
export function lastValue(values: Values): number | null {
  return values.findLast((value) => typeof value === 'number') ?? null
}
