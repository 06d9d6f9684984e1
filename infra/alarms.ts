import { Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { ProbePlan } from '../lambda/config/probe-plan.ts'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import { descriptionOf, type AlarmText } from './alarm-text.ts'

type AlarmOn = {
  readonly metric: string
  readonly dimensions?: { readonly [name: string]: string }
  readonly statistic: 'Maximum' | 'Sum'
  readonly period: Duration
  /** How many periods in a row. */
  readonly periods: number
  readonly text: AlarmText
}

/**
 * The alarms about the lists. None of them says that mail is being lost: a list that fails only stops to help.
 *
 * No data is no alarm: the probe runs every minute, and while it does not, its own errors say so.
 */
export class ListAlarms extends Construct {
  readonly alarms: readonly Alarm[]

  constructor(scope: Construct, id: string, plan: ProbePlan) {
    super(scope, id)
    const zones = plan.policy.dnsxl.zones.length > 0
    const own = plan.outbound.addresses.length + plan.outbound.domains.length > 0
    const resolver = plan.policy.dns.servers?.join(', ') ?? "the function's default resolver"
    this.alarms = [
      ...(zones ? [this.#alarm('ZonesUnhealthy', zonesUnhealthy)] : []),
      ...(zones ? [this.#alarm('ResolverFilters127', resolverFilters(resolver))] : []),
      ...(zones ? [this.#alarm('ListsDisarmed', disarmed)] : []),
      ...(own ? [this.#alarm('OwnAddressesListed', ownListed)] : []),
    ]
  }

  #alarm(id: string, { metric, dimensions, statistic, period, periods, text }: AlarmOn): Alarm {
    return new Alarm(this, id, {
      metric: new Metric({
        namespace: metricNamespace,
        metricName: metric,
        statistic,
        period,
        ...(dimensions === undefined ? {} : { dimensionsMap: { ...dimensions } }),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: descriptionOf(text),
    })
  }
}

const zonesUnhealthy: AlarmOn = {
  metric: 'ZonesUnhealthy',
  statistic: 'Maximum',
  period: Duration.minutes(1),
  periods: 5,
  text: {
    means: 'A DNS list has not passed its control questions for five minutes. It counts for nothing until it does.',
    lost: 'No; spam that it would have helped to stop comes through.',
    first: 'quietgate dnsbl health',
    heading: 'ZonesUnhealthy',
  },
}

function resolverFilters(resolver: string): AlarmOn {
  return {
    metric: 'ResolverFilters127',
    statistic: 'Maximum',
    period: Duration.minutes(1),
    periods: 3,
    text: {
      means: `Every DNS list is empty at once: the resolver (${resolver}) takes addresses of 127/8 out of its answers.`,
      lost: 'No; no list stops anything.',
      first: 'quietgate dnsbl health, then name another resolver under dns.servers.',
      heading: 'ResolverFilters127',
    },
  }
}

const disarmed: AlarmOn = {
  metric: 'Reasons',
  dimensions: { Reason: 'dnsxl-disarmed' },
  statistic: 'Sum',
  period: Duration.minutes(5),
  periods: 1,
  text: {
    means: 'A list that can speak for clients is silent or unsound, so that no list stops anybody.',
    lost: 'No; what the other lists would have stopped is delivered.',
    first: 'quietgate dnsbl health',
    heading: 'dnsxl-disarmed',
  },
}

const ownListed: AlarmOn = {
  metric: 'OwnAddressesListed',
  statistic: 'Maximum',
  period: Duration.minutes(15),
  periods: 1,
  text: {
    means: 'One of our own sending addresses or domains is on a DNS list. Nothing is done about it.',
    lost: 'No; others may refuse what we send.',
    first: 'quietgate dnsbl check ADDRESS, then the event below events/ in the record bucket.',
    heading: 'OwnAddressesListed',
  },
}
