import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, type Values } from '../../../local/page/evaluate.ts'
import { readExpression } from '../../../local/page/expression.ts'

const rows: Readonly<Record<string, Values>> = {
  a: [10, null, 4, 0],
  b: [2, 3, null, 0],
  none: [null, null, null, null],
}

function computed(text: string): Values | string {
  const read = readExpression(text)
  if (read.answer === 'refused') return read.sentence
  try {
    return evaluate(read.expression, 4, (id) => {
      const values = Object.hasOwn(rows, id) ? rows[id] : undefined
      if (values === undefined) throw new RangeError(`no ${id}`)
      return values
    })
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

describe('an expression of metric math', () => {
  it.each([
    ['a', [10, null, 4, 0]],
    ['a / 1000', [0.01, null, 0.004, 0]],
    ['1 + 2 * 3 - 4 / 2', [5, 5, 5, 5]],
    ['(1 + 2) * 3', [9, 9, 9, 9]],
    ['10 - 2 - 3', [5, 5, 5, 5]],
    ['2 ^ 3', [8, 8, 8, 8]],
    ['-a + 1', [-9, null, -3, 1]],
    ['a - b', [8, null, null, 0]],
    ['FILL(b, 0)', [2, 3, 0, 0]],
    ['FILL(none, 7)', [7, 7, 7, 7]],
    ['100 * (a - FILL(b, 0)) / a', [80, null, 100, null]],
    ['a / 0', [null, null, null, null]],
    ['1 / 0', [null, null, null, null]],
    ['a >= 4', [1, null, 1, 0]],
    ['IF(FILL(a, 0) >= 4, 100 * FILL(b, 0))', [200, null, 0, null]],
    ['IF(a < 5, b, 1e2)', [100, null, null, 0]],
    ['a > 1 AND b > 1', [1, null, null, 0]],
    ['a > 1 || b > 100', [1, null, null, 0]],
    ['SUM([a, b])', [12, 3, 4, 0]],
    ['AVG([a, b])', [6, 3, 4, 0]],
    ['MAX([a, b, 3])', [10, 3, 4, 3]],
    ['MIN([none])', [null, null, null, null]],
    ['ABS(2 - a)', [8, null, 2, 2]],
  ])('is computed point by point: %s', (text, expected) => {
    expect(computed(text)).toEqual(expected)
  })

  it.each([
    ['SEARCH("{a}")', 'The expression "SEARCH("{a}")" has something that is not known here: ""{a}")".'],
    ['RATE(a)', 'The expression "RATE(a)" cannot be read: the function RATE is not known here.'],
    ['constructor(a)', 'The expression "constructor(a)" cannot be read: the function constructor is not known here.'],
    ['a +', 'The expression "a +" cannot be read: it ends too early.'],
    ['a b', 'The expression "a b" cannot be read: "b" is not expected here.'],
    ['(a', 'The expression "(a" cannot be read: it ends too early.'],
    ['FILL(a)', 'FILL is given 2 values, not 1.'],
    ['FILL(a, b)', 'FILL is given a series and a number.'],
    ['SUM(a)', 'SUM is given a list, such as SUM([a, b]).'],
    ['[a, b]', 'An expression that makes several series of one is not known here.'],
    ['[a] + 1', 'A list stands here where a series is expected.'],
    ['unknown', 'no unknown'],
  ])('is refused in a sentence: %s', (text, sentence) => {
    expect(computed(text)).toBe(sentence)
  })

  it('never throws and never hangs, whatever stands in it', () => {
    const pieces = fc.constantFrom(
      'a',
      '(',
      ')',
      '[',
      ']',
      ',',
      '+',
      '-',
      '*',
      '^',
      'FILL',
      'IF',
      'SUM',
      '1',
      '>=',
      'AND',
      ' ',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 80 }).map((all) => all.join('')),
        ),
        (text) => {
          const values = computed(text)
          if (typeof values !== 'string') expect(values).toHaveLength(4)
        },
      ),
    )
    expect(typeof computed('('.repeat(100_000))).toBe('string')
    expect(typeof computed('-'.repeat(100_000))).toBe('string')
  })
})
