import type { Expression, FunctionName, Sign } from './expression.ts'

/** Beside the stretches of time that it is computed over; null where there is nothing. */
export type Values = readonly (number | null)[]

/** A series over the stretches, or one number for all of them. */
type Operand =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'values'; readonly values: Values }
  | { readonly kind: 'list'; readonly items: readonly Operand[] }

/**
 * Computes an expression over `length` stretches of time. As in CloudWatch, a point where one side has nothing is nothing, and so
 * is a division by zero; `FILL` is what makes something of nothing.
 *
 * @param valuesOf The values of the row with that id, `length` of them.
 * @throws RangeError with a sentence, where a function is given something that it does not take
 */
export function evaluate(expression: Expression, length: number, valuesOf: (id: string) => Values): Values {
  const operand = operandOf(expression, length, valuesOf)
  if (operand.kind === 'list') throw new RangeError('An expression that makes several series of one is not known here.')
  return pointsOf(operand, length)
}

function operandOf(expression: Expression, length: number, valuesOf: (id: string) => Values): Operand {
  const inner = (one: Expression): Operand => operandOf(one, length, valuesOf)
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', value: expression.value }
    case 'metric':
      return { kind: 'values', values: valuesOf(expression.id) }
    case 'list':
      return { kind: 'list', items: expression.items.map(inner) }
    case 'minus':
      return pointwise([inner(expression.of)], length, ([value = 0]) => -value)
    case 'operator':
      return pointwise([inner(expression.left), inner(expression.right)], length, ([left = 0, right = 0]) =>
        operators[expression.sign](left, right),
      )
    case 'call':
      return called(expression.name, expression.given.map(inner), length)
  }
}

function called(name: FunctionName, given: readonly Operand[], length: number): Operand {
  switch (name) {
    case 'FILL':
      return filled(given, length)
    case 'IF':
      return chosen(given, length)
    case 'ABS':
      return pointwise(only(name, given, 1), length, ([value = 0]) => Math.abs(value))
    case 'SUM':
      return across(name, given, length, sumOf)
    case 'AVG':
      return across(name, given, length, (values) => sumOf(values) / values.length)
    case 'MIN':
      return across(name, given, length, (values) => Math.min(...values))
    case 'MAX':
      return across(name, given, length, (values) => Math.max(...values))
  }
}

/** `FILL(series, number)`. */
function filled(given: readonly Operand[], length: number): Operand {
  const [series, filling] = only('FILL', given, 2)
  if (series === undefined || filling?.kind !== 'scalar') throw new RangeError('FILL is given a series and a number.')
  return { kind: 'values', values: pointsOf(series, length).map((value) => value ?? filling.value) }
}

/** `IF(condition, then, else)`; without `else`, there is nothing where the condition does not hold. */
function chosen(given: readonly Operand[], length: number): Operand {
  const [condition, then, otherwise] = given
  if (condition === undefined || then === undefined || given.length > 3) {
    throw new RangeError('IF is given a condition, a value, and perhaps another value.')
  }
  const yes = pointsOf(then, length)
  const no = otherwise === undefined ? yes.map(() => null) : pointsOf(otherwise, length)
  const values = pointsOf(condition, length).map((holds, i) => {
    if (holds === null) return null
    return (holds === 0 ? no[i] : yes[i]) ?? null
  })
  return { kind: 'values', values }
}

/** One point of all members of a list; those that have nothing there do not count. */
function across(
  name: FunctionName,
  given: readonly Operand[],
  length: number,
  take: (values: readonly number[]) => number,
): Operand {
  const [list] = only(name, given, 1)
  if (list?.kind !== 'list') throw new RangeError(`${name} is given a list, such as ${name}([a, b]).`)
  const members = list.items.map((item) => pointsOf(item, length))
  const values = Array.from({ length }, (_, i) => {
    const there = members.map((member) => member[i] ?? null).filter((value) => value !== null)
    return there.length === 0 ? null : finite(take(there))
  })
  return { kind: 'values', values }
}

function only(name: FunctionName, given: readonly Operand[], count: number): readonly Operand[] {
  if (given.length === count) return given
  throw new RangeError(`${name} is given ${count} value${count === 1 ? '' : 's'}, not ${given.length}.`)
}

function pointwise(
  operands: readonly Operand[],
  length: number,
  combine: (values: readonly number[]) => number,
): Operand {
  if (operands.every((operand) => operand.kind === 'scalar')) {
    const value = combine(operands.map((operand) => operand.value))
    // A number that is none would be taken for a value further out.
    return Number.isFinite(value) ? { kind: 'scalar', value } : { kind: 'values', values: nothing(length) }
  }
  const points = operands.map((operand) => pointsOf(operand, length))
  const values = Array.from({ length }, (_, i) => {
    const there = points.map((side) => side[i] ?? null).filter((value) => value !== null)
    return there.length < operands.length ? null : finite(combine(there))
  })
  return { kind: 'values', values }
}

function pointsOf(operand: Operand, length: number): Values {
  if (operand.kind === 'list') throw new RangeError('A list stands here where a series is expected.')
  return operand.kind === 'values' ? operand.values : Array.from({ length }, () => operand.value)
}

const operators: { readonly [S in Sign]: (left: number, right: number) => number } = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '&&': (left, right) => Number(left !== 0 && right !== 0),
  AND: (left, right) => Number(left !== 0 && right !== 0),
  '||': (left, right) => Number(left !== 0 || right !== 0),
  OR: (left, right) => Number(left !== 0 || right !== 0),
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function nothing(length: number): Values {
  return Array.from({ length }, () => null)
}
