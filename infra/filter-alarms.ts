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
 * No data is no alarm, for each of them: what they count is not written while no mail comes. That no mail comes at all is
 * for the MX records' watcher to say; a silent night looks the same from here.
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
    return new Alarm(this, idOf(name), {
      metric: metricOf(alarm, props),
      threshold: alarm.unit === 'count' ? threshold : (threshold / 100) * wholeOf(alarm.unit, props),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: alarm.spells,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: descriptionOf(alarm.text),
    })
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

function metricOf({ watches, minutes }: FilterAlarm, { functionName, ruleName }: FilterAlarmsProps): Metric {
  const period = Duration.minutes(minutes)
  switch (watches.kind) {
    case 'ours':
      return new Metric({
        namespace: metricNamespace,
        metricName: watches.metric,
        statistic: watches.statistic,
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
    case 'rule':
      return new Metric({
        namespace: 'AWS/SES',
        metricName: watches.metric,
        dimensionsMap: { RuleName: ruleName },
        statistic: 'Sum',
        period,
      })
  }
}

/** Milliseconds. The time for asking is that of `lambda/functions/filter.ts`. */
function wholeOf(
  unit: Exclude<FilterAlarm['unit'], 'count'>,
  { timeoutSeconds, deadlineMs }: FilterAlarmsProps,
): number {
  return unit === 'share of the time-out' ? timeoutSeconds * 1000 : deadlineMs - Math.min(2000, deadlineMs / 2)
}

function idOf(name: AlarmName): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
