/** The middle one; of two in the middle the higher. */
export function medianOf(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
  if (middle === undefined) throw new Error('There is no median of nothing.')
  return middle
}

/** To one decimal: more would be noise. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
