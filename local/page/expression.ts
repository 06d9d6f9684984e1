/** What a metric math expression says, read. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'metric'; readonly id: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly given: readonly Expression[] }
  | { readonly kind: 'minus'; readonly of: Expression }
  | { readonly kind: 'operator'; readonly sign: Sign; readonly left: Expression; readonly right: Expression }

export type ReadExpression =
  | { readonly answer: 'read'; readonly expression: Expression }
  /** A sentence that says where. */
  | { readonly answer: 'refused'; readonly sentence: string }

export const functionNames = ['FILL', 'IF', 'ABS', 'SUM', 'AVG', 'MIN', 'MAX'] as const
export type FunctionName = (typeof functionNames)[number]

/** By how tightly they bind, the loosest first. */
const signs = [['||', 'OR'], ['&&', 'AND'], ['==', '!=', '<=', '>=', '<', '>'], ['+', '-'], ['*', '/'], ['^']] as const
export type Sign = (typeof signs)[number][number]

/**
 * Reads an expression of CloudWatch's metric math, as far as the dashboards and alarms of the stack use it: numbers, ids,
 * lists, arithmetic, comparisons and some functions. What is not known is refused by name and never guessed at.
 *
 * Source: CloudWatch User Guide, "Using math expressions with CloudWatch metrics".
 */
export function readExpression(text: string): ReadExpression {
  if (text.length > longest) return { answer: 'refused', sentence: `An expression has at most ${longest} characters.` }
  const tokens = tokensOf(text)
  if (typeof tokens === 'string') return { answer: 'refused', sentence: tokens }
  const reader = readerOf(tokens)
  try {
    const expression = reader.level(0)
    const left = reader.peek()
    if (left !== undefined) throw new Unread(`"${left}" is not expected here`)
    return { answer: 'read', expression }
  } catch (error) {
    if (!(error instanceof Unread)) throw error
    return { answer: 'refused', sentence: `The expression "${text}" cannot be read: ${error.message}.` }
  }
}

/** The ids of the rows that an expression stands on. */
export function idsIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'number':
      return []
    case 'metric':
      return [expression.id]
    case 'list':
      return expression.items.flatMap(idsIn)
    case 'call':
      return expression.given.flatMap(idsIn)
    case 'minus':
      return idsIn(expression.of)
    case 'operator':
      return [...idsIn(expression.left), ...idsIn(expression.right)]
  }
}

class Unread extends Error {}

/** CloudWatch's own limit of an expression is 2048 characters. */
const longest = 2048
const deepest = 64

function tokensOf(text: string): readonly string[] | string {
  const tokens: string[] = []
  const next = /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\|\||&&|[=!<>]=|[-+*/^<>()[\],]))/y
  const end = text.trimEnd().length
  while (next.lastIndex < end) {
    const from = next.lastIndex
    const token = next.exec(text)?.[1]
    if (token === undefined)
      return `The expression "${text}" has something that is not known here: "${text.slice(from)}".`
    tokens.push(token)
  }
  return tokens
}

type Cursor = {
  readonly peek: () => string | undefined
  readonly take: () => string
  readonly expect: (wanted: string) => void
}

function cursorOf(tokens: readonly string[]): Cursor {
  let at = 0
  const take = (): string => {
    const token = tokens[at]
    if (token === undefined) throw new Unread('it ends too early')
    at += 1
    return token
  }
  return {
    peek: () => tokens[at],
    take,
    expect: (wanted) => {
      const found = take()
      if (found !== wanted) throw new Unread(`"${wanted}" was expected, not "${found}"`)
    },
  }
}

type Reader = Pick<Cursor, 'peek'> & { readonly level: (of: number) => Expression }

function readerOf(tokens: readonly string[]): Reader {
  const { peek, take, expect } = cursorOf(tokens)
  let depth = 0
  const listUntil = (closing: string): readonly Expression[] => {
    const items: Expression[] = []
    if (peek() !== closing) {
      items.push(level(0))
      while (peek() === ',') {
        take()
        items.push(level(0))
      }
    }
    expect(closing)
    return items
  }
  const named = (token: string): Expression => {
    if (peek() !== '(') return { kind: 'metric', id: token }
    const name = functionNames.find((known) => known === token)
    if (name === undefined) throw new Unread(`the function ${token} is not known here`)
    take()
    return { kind: 'call', name, given: listUntil(')') }
  }
  const term = (): Expression => {
    const token = take()
    if (token === '-') return { kind: 'minus', of: term() }
    if (token === '(') {
      const inner = level(0)
      expect(')')
      return inner
    }
    if (token === '[') return { kind: 'list', items: listUntil(']') }
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) }
    if (/^[A-Za-z_]/.test(token)) return named(token)
    throw new Unread(`"${token}" is not expected here`)
  }
  const level = (of: number): Expression => {
    const here = signs[of]
    if (here === undefined) return term()
    depth += 1
    if (depth > deepest * signs.length) throw new Unread('it is nested too deeply')
    let left = level(of + 1)
    for (;;) {
      const sign = here.find((known) => known === peek())
      if (sign === undefined) break
      take()
      left = { kind: 'operator', sign, left, right: level(of + 1) }
    }
    depth -= 1
    return left
  }
  return { level, peek }
}
