import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aligned, lastValue, stacked } from '../../../../local/page/client/panels/series.ts'

describe('series beside each other', () => {
  it('share the times of all of them, and tell a gap from a time that is not theirs', () => {
    const minutes = { times: [0, 60, 120, 180], values: [1, null, 3, 4] }
    const threeMinutes = { times: [0, 180], values: [10, 20] }
    expect(aligned([minutes, threeMinutes])).toEqual({
      times: [0, 60, 120, 180],
      values: [
        [1, null, 3, 4],
        [10, undefined, undefined, 20],
      ],
    })
    expect(aligned([])).toEqual({ times: [], values: [] })
  })

  it('have the last value that was counted, which may be 0', () => {
    expect(lastValue([1, 0, null, undefined])).toBe(0)
    expect(lastValue([null, null])).toBeNull()
    expect(lastValue([])).toBeNull()
  })
})

describe('a stack', () => {
  it('counts nothing as 0 where another series has a value, and leaves a gap where none has', () => {
    const values = [
      [1, null, null],
      [2, 5, null],
    ]
    expect(stacked(values, [true, true])).toEqual([
      [1, 0, null],
      [3, 5, null],
    ])
  })

  it('leaves out what is hidden, as if it were not there', () => {
    const values = [
      [1, 1, null],
      [2, 2, 2],
      [4, null, null],
    ]
    expect(stacked(values, [true, false, true])).toEqual([
      [1, 1, null],
      [null, null, null],
      [5, 1, null],
    ])
    expect(stacked([], [])).toEqual([])
  })

  it('ends at the sum of what is shown, however many series there are', () => {
    const value = fc.option(fc.nat(1000), { nil: null })
    const table = fc
      .nat(20)
      .chain((length) => fc.array(fc.array(value, { minLength: length, maxLength: length }), { minLength: 1 }))
    fc.assert(
      fc.property(table, (values) => {
        const top = stacked(
          values,
          values.map(() => true),
        ).at(-1)
        const sums = (values[0] ?? []).map((_, i) => {
          const counted = values.flatMap((one) => one[i] ?? [])
          return counted.length === 0 && values.every((one) => one[i] === null)
            ? null
            : counted.reduce((a, b) => a + b, 0)
        })
        expect(top).toEqual(sums)
      }),
    )
  })
})
