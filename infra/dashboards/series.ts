import { Duration } from 'aws-cdk-lib'
import { MathExpression, Metric, type IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { metricNamespace } from '../../lambda/core/metric-names.ts'
import type { Part } from './props.ts'

/** How a number is taken together, and over which time. */
export type Taking = {
  readonly statistic?: 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount' | 'p50' | 'p99'
  readonly period?: Duration
  readonly label?: string
  readonly by?: { readonly [dimension: string]: string }
}

/** One of our own, in five minutes if nothing else is said. */
export function ours(metricName: string, taking: Taking = {}): Metric {
  return metric(metricNamespace, metricName, taking)
}

/** One of the functions in AWS Lambda, of all its versions. */
export function ofFunction({ called, name }: Part, metricName: string, taking: Taking = {}): Metric {
  return metric('AWS/Lambda', metricName, { label: called, ...taking, by: { FunctionName: name } })
}

export function ofTable({ called, name }: Part, metricName: string, taking: Taking = {}): Metric {
  return metric('AWS/DynamoDB', metricName, { label: called, ...taking, by: { TableName: name } })
}

/** Amazon SQS: counted only while somebody uses the queue. */
export function ofQueue({ called, name }: Part, metricName: string, taking: Taking = {}): Metric {
  return metric('AWS/SQS', metricName, { label: called, ...taking, by: { QueueName: name } })
}

/** Amazon S3 counts once a day, and a day late. */
export function bytesOf({ called, name }: Part): Metric {
  const by = { BucketName: name, StorageType: 'StandardStorage' }
  return metric('AWS/S3', 'BucketSizeBytes', { label: called, statistic: 'Average', period: Duration.days(1), by })
}

/** SES Developer Guide, "Viewing metrics for Amazon SES email receiving". */
export function ofRule(ruleName: string, metricName: string, taking: Taking = {}): Metric {
  return metric('AWS/SES', metricName, { ...taking, by: { RuleName: ruleName } })
}

export function computed(
  expression: string,
  usingMetrics: Readonly<Record<string, IMetric>>,
  label: string,
  period = Duration.minutes(5),
): MathExpression {
  return new MathExpression({ expression, usingMetrics: { ...usingMetrics }, label, period })
}

function metric(namespace: string, metricName: string, { by, statistic, period, label }: Taking): Metric {
  return new Metric({
    namespace,
    metricName,
    statistic: statistic ?? 'Sum',
    period: period ?? Duration.minutes(5),
    ...(label === undefined ? {} : { label }),
    ...(by === undefined ? {} : { dimensionsMap: { ...by } }),
  })
}
