import { attributeOf, refOf, resolvedProperties } from '../template/intrinsics.ts'
import { isRecord, listAt, numberAt, optionalTextAt, textAt } from '../template/json.ts'
import type { JsonRecord } from '../template/json.ts'
import { propertiesPlace, resourcesOfType, type Resource, type Template } from '../template/template.ts'
import { readRows, type MetricRow } from './metric-rows.ts'

export type Missing = 'breaching' | 'notBreaching' | 'ignore' | 'missing'

/** An alarm of the template, in the words of the dashboards' rows. */
export type Alarm = {
  readonly arn: string
  readonly name: string
  readonly description: string
  /** The row that is compared, and those that it stands on; a sentence where nothing can be. */
  readonly judged:
    | { readonly kind: 'rows'; readonly row: MetricRow; readonly rows: readonly MetricRow[] }
    | { readonly kind: 'not-computed'; readonly why: string }
  /** Seconds. */
  readonly period: number
  readonly periods: number
  /** How many of `periods` must breach. */
  readonly needed: number
  readonly comparison: string
  readonly threshold: number
  readonly missing: Missing
}

/** By the name of the operator; those of anomaly bands are not among them. */
export const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
}

/** The alarms that stand on metrics, and on expressions over them. */
export function alarmsOf(template: Template): readonly Alarm[] {
  return resourcesOfType(template, 'AWS::CloudWatch::Alarm').map((resource) => alarmOf(template, resource))
}

/** Those that are made of other alarms. */
export function compositeAlarmsOf(template: Template): readonly Pick<Alarm, 'arn' | 'name'>[] {
  return resourcesOfType(template, 'AWS::CloudWatch::CompositeAlarm').map((resource) => namesOf(template, resource))
}

function alarmOf(template: Template, resource: Resource): Alarm {
  const place = propertiesPlace(template, resource.logicalId)
  const properties = resolvedProperties(template, resource)
  const periods = numberAt(properties['EvaluationPeriods'], `${place}.EvaluationPeriods`, 1)
  const comparison = textAt(properties['ComparisonOperator'], `${place}.ComparisonOperator`)
  const { judged, period } = judgedOf(properties, comparison, place)
  return {
    ...namesOf(template, resource),
    description: optionalTextAt(properties['AlarmDescription'], `${place}.AlarmDescription`) ?? '',
    judged,
    period,
    periods,
    needed: numberAt(properties['DatapointsToAlarm'], `${place}.DatapointsToAlarm`, periods),
    comparison,
    threshold: numberAt(properties['Threshold'], `${place}.Threshold`, 0),
    missing: missingOf(optionalTextAt(properties['TreatMissingData'], `${place}.TreatMissingData`)),
  }
}

function judgedOf(properties: JsonRecord, comparison: string, place: string): Pick<Alarm, 'judged' | 'period'> {
  const notComputed = (why: string): Pick<Alarm, 'judged' | 'period'> => ({
    judged: { kind: 'not-computed', why },
    period: 60,
  })
  if (!Object.hasOwn(comparisons, comparison)) {
    return notComputed('It looks for what is unusual, by a band that CloudWatch learns from two weeks of data.')
  }
  const queries = listAt(properties['Metrics'], `${place}.Metrics`)
  const rows = readRows(queries.length === 0 ? [plainRow(properties, place)] : queries.map((q) => queryRow(q, place)))
  const row = rows.find(({ visible }) => visible)
  if (row === undefined) return notComputed('It compares nothing that can be read here.')
  const period = Math.max(60, ...rows.flatMap((one) => one.period ?? []))
  return { judged: { kind: 'rows', row, rows }, period }
}

/** As a row of a widget, which says the same in other words. */
function plainRow(properties: JsonRecord, place: string): readonly unknown[] {
  const statistic = properties['Statistic'] ?? properties['ExtendedStatistic']
  const options = { stat: statistic, period: numberAt(properties['Period'], `${place}.Period`, 300) }
  return [...metricNames(properties, place), options]
}

/** CloudFormation Template Reference, "AWS::CloudWatch::Alarm MetricDataQuery". */
function queryRow(query: unknown, place: string): readonly unknown[] {
  const { Id, Expression, Period, ReturnData, MetricStat } = isRecord(query as JsonRecord) ? (query as JsonRecord) : {}
  const options = { id: Id, visible: ReturnData !== false }
  if (typeof Expression === 'string') return [{ ...options, expression: Expression, period: Period }]
  const stat = isRecord(MetricStat) ? MetricStat : {}
  const metric = isRecord(stat['Metric']) ? stat['Metric'] : {}
  return [...metricNames(metric, place), { ...options, stat: stat['Stat'], period: stat['Period'] }]
}

function metricNames(metric: JsonRecord, place: string): readonly string[] {
  const dimensions = listAt(metric['Dimensions'], `${place}.Dimensions`).flatMap((dimension) => {
    const { Name, Value } = isRecord(dimension) ? dimension : {}
    return [textAt(Name, `${place}.Dimensions`), textAt(Value, `${place}.Dimensions`)]
  })
  return [
    textAt(metric['Namespace'], `${place}.Namespace`),
    textAt(metric['MetricName'], `${place}.MetricName`),
    ...dimensions,
  ]
}

function missingOf(word: string | null): Missing {
  return (['breaching', 'notBreaching', 'ignore'] as const).find((known) => known === word) ?? 'missing'
}

function namesOf(template: Template, resource: Resource): { readonly arn: string; readonly name: string } {
  return { arn: attributeOf(template, resource, 'Arn'), name: refOf(template, resource) }
}
