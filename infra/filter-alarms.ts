import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { AlarmName, AlarmThresholds } from '../lambda/config.ts'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import { descriptionOf } from './alarm-text.ts'
import { watchBounceCalls } from './bounce-calls.ts'
import { discardShareText, filterAlarms, type FilterAlarm } from './filter-alarm-list.ts'

export type FilterAlarmsProps = {
  readonly thresholds: AlarmThresholds
  /** That of the function that decides. */
  readonly functionName: string
  /** Its time-out; seconds. */
  readonly timeoutSeconds: number
  /** `deadlineMs` of the policy. */
  readonly deadlineMs: number
  /** That of the receipt rule that stores the mail and asks the function. */
  readonly ruleName: string
}

/**
 * The alarms about the filter and about what SES does with its rule.
 *
 * No data is no alarm: what they count is not written while no mail comes, and a stack that was just made has none. `noMail` is about zeros
 * that somebody has counted; how long a silence is a usual night, only its setting knows. Should nobody count, HoursNotCompacted sounds.
 */
export class FilterAlarms extends Construct {
  readonly alarms: readonly Alarm[]

  constructor(scope: Construct, id: string, props: FilterAlarmsProps) {
    super(scope, id)
    const names = Object.keys(filterAlarms) as (keyof typeof filterAlarms)[]
    this.alarms = [
      ...names.flatMap((name) => {
        const threshold = props.thresholds[name]
        return threshold === null ? [] : [this.#alarm(name, filterAlarms[name], threshold, props)]
      }),
      ...(props.thresholds.discardShare === null ? [] : [this.#discardShare(props.thresholds.discardShare)]),
    ]
  }

  #alarm(name: AlarmName, alarm: FilterAlarm, threshold: number, props: FilterAlarmsProps): Alarm {
    const below = alarm.sounds === 'below'
    return new Alarm(this, idOf(name), {
      metric: this.#metricOf(alarm, props),
      threshold: numberOf(alarm.unit, threshold, props),
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: alarm.unit === 'spells' ? threshold : alarm.spells,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: descriptionOf(alarm.text),
    })
  }

  #metricOf({ watches, minutes }: FilterAlarm, { functionName, ruleName }: FilterAlarmsProps): Metric {
    const period = Duration.minutes(minutes)
    switch (watches.kind) {
      case 'ours':
        return new Metric({
          namespace: metricNamespace,
          metricName: watches.metric,
          statistic: watches.statistic,
          period,
        })
      case 'mode':
        return new Metric({
          namespace: metricNamespace,
          metricName: 'Messages',
          dimensionsMap: { Mode: watches.mode },
          statistic: 'Sum',
          period,
        })
      case 'function':
        return new Metric({
          namespace: 'AWS/Lambda',
          metricName: watches.metric,
          dimensionsMap: { FunctionName: functionName },
          statistic: watches.metric === 'Duration' ? 'Maximum' : 'Sum',
          period,
        })
      case 'account':
        return new Metric({ namespace: 'AWS/Lambda', metricName: watches.metric, statistic: 'Maximum', period })
      case 'rule':
        return new Metric({
          namespace: 'AWS/SES',
          metricName: watches.metric,
          dimensionsMap: { RuleName: ruleName },
          statistic: 'Sum',
          period,
        })
      case 'bounce calls':
        return watchBounceCalls(this, period)
    }
  }

  /** What would be discarded counts as well, so that the band is known before anything is enforced. */
  #discardShare(stdDevs: number): Alarm {
    const period = Duration.minutes(5)
    const count = (action: string): Metric =>
      new Metric({
        namespace: metricNamespace,
        metricName: 'Messages',
        dimensionsMap: { WouldBeAction: action },
        statistic: 'Sum',
        period,
      })
    const all = '(FILL(discarded, 0) + FILL(delivered, 0) + FILL(quarantined, 0))'
    return new AnomalyDetectionAlarm(this, idOf('discardShare'), {
      metric: new MathExpression({
        label: 'discarded, of all mail',
        // Of a handful of messages, a share says nothing.
        expression: `IF(${all} >= 20, 100 * FILL(discarded, 0) / ${all})`,
        usingMetrics: { discarded: count('discard'), delivered: count('deliver'), quarantined: count('quarantine') },
        period,
      }),
      stdDevs,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.LESS_THAN_LOWER_OR_GREATER_THAN_UPPER_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: descriptionOf(discardShareText),
    })
  }
}

/** What the metric is compared with, in its own unit. */
function numberOf(unit: FilterAlarm['unit'], threshold: number, props: FilterAlarmsProps): number {
  switch (unit) {
    case 'count':
      return threshold
    case 'dollars':
      return threshold * 1_000_000
    case 'spells':
      return 1
    case 'share of the time-out':
    case 'share of the time for asking':
      return (threshold / 100) * wholeOf(unit, props)
  }
}

/** Milliseconds. The time for asking is that of `lambda/functions/filter.ts`. */
function wholeOf(
  unit: 'share of the time-out' | 'share of the time for asking',
  { timeoutSeconds, deadlineMs }: FilterAlarmsProps,
): number {
  return unit === 'share of the time-out' ? timeoutSeconds * 1000 : deadlineMs - Math.min(2000, deadlineMs / 2)
}

function idOf(name: AlarmName): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
