import { readExpression, type Expression } from './expression.ts'
import type { MetricName } from './metrics-store.ts'
import { statisticNamed } from './statistic.ts'

/** What a row of a metric widget asks for, its shorthands resolved. */
export type MetricRow = {
  /** null: nothing refers to it. */
  readonly id: string | null
  readonly label: string
  /** Seconds; null: as the widget says. */
  readonly period: number | null
  readonly axis: 'left' | 'right'
  readonly visible: boolean
  readonly asks:
    | { readonly kind: 'metric'; readonly metric: MetricName; readonly statistic: string }
    | { readonly kind: 'expression'; readonly expression: Expression }
    /** A sentence for people: the row cannot be drawn here. */
    | { readonly kind: 'unread'; readonly problem: string }
}

/**
 * Reads the rows of a widget: `[namespace, name, dimension, value, ..., options]` or `[options]` with an expression. `.` repeats
 * the same place of the row before, and `...` all places of it that the row does not say.
 *
 * Source: CloudWatch API Reference, "Dashboard Body Structure and Syntax", "Metrics Array Format".
 */
export function readRows(rows: readonly unknown[], statisticOfWidget = 'Average'): readonly MetricRow[] {
  const read: MetricRow[] = []
  let before: readonly string[] = []
  for (const row of rows) {
    const parts = Array.isArray(row) ? (row as readonly unknown[]) : []
    const options = optionsOf(parts)
    if (typeof options['expression'] === 'string') {
      read.push(expressionRow(options['expression'], options))
      continue
    }
    const names = namesOf(parts, before)
    before = names ?? before
    read.push(
      names === null
        ? unread('A row of the widget is not one that can be read.', options)
        : metricRow(names, options, statisticOfWidget),
    )
  }
  return read
}

type Options = Readonly<Record<string, unknown>>

/** Of these, those of colour, region and account change nothing on this machine. */
const knownOptions = ['id', 'label', 'period', 'stat', 'visible', 'yAxis', 'color', 'region', 'accountId', 'expression']

function optionsOf(parts: readonly unknown[]): Options {
  const last = parts.at(-1)
  return typeof last === 'object' && last !== null ? (last as Options) : {}
}

function namesOf(parts: readonly unknown[], before: readonly string[]): readonly string[] | null {
  const given = parts.filter((part, i) => !(i === parts.length - 1 && typeof part === 'object'))
  const names: string[] = []
  for (const [i, part] of given.entries()) {
    if (typeof part !== 'string') return null
    if (part === '...') {
      // What follows is said from the end: ["...", "the last value"].
      const said = given.length - i - 1
      names.push(...before.slice(names.length, before.length - said))
    } else names.push(part === '.' ? (before[names.length] ?? '') : part)
  }
  const complete = names.length >= 2 && names.length % 2 === 0 && names.every((name) => name !== '')
  return complete ? names : null
}

function metricRow(names: readonly string[], options: Options, statisticOfWidget: string): MetricRow {
  const [namespace = '', name = '', ...rest] = names
  const pairs = rest.flatMap((part, i): readonly (readonly [string, string])[] =>
    i % 2 === 0 ? [[part, rest[i + 1] ?? '']] : [],
  )
  const statistic = typeof options['stat'] === 'string' ? options['stat'] : statisticOfWidget
  if (statisticNamed(statistic) === null) return unread(`The statistic ${statistic} is not known here.`, options, name)
  const metric = { namespace, name, dimensions: Object.fromEntries(pairs) }
  return rowOf({ kind: 'metric', metric, statistic }, options, [...rest.slice(-1), name][0] ?? name)
}

function expressionRow(text: string, options: Options): MetricRow {
  const read = readExpression(text)
  if (read.answer === 'refused') return unread(read.sentence, options, text)
  return rowOf({ kind: 'expression', expression: read.expression }, options, text)
}

function unread(problem: string, options: Options, label = ''): MetricRow {
  return rowOf({ kind: 'unread', problem }, options, label)
}

function rowOf(asks: MetricRow['asks'], options: Options, label: string): MetricRow {
  const { id, period, visible, yAxis } = options
  const strange = Object.keys(options).find((name) => !knownOptions.includes(name))
  return {
    id: typeof id === 'string' ? id : null,
    label: typeof options['label'] === 'string' ? options['label'] : label,
    period: typeof period === 'number' && period >= 60 ? period : null,
    axis: yAxis === 'right' ? 'right' : 'left',
    visible: visible !== false,
    asks:
      strange === undefined ? asks : { kind: 'unread', problem: `The option ${strange} of a row is not known here.` },
  }
}
