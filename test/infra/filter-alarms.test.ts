import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { tellTopics } from '../../infra/alarm-topics.ts'
import { FilterAlarms } from '../../infra/filter-alarms.ts'
import { createEmfMetrics } from '../../lambda/adapters/emf-metrics.ts'
import { createEmfProbeMetrics } from '../../lambda/adapters/emf-probe-metrics.ts'
import { parseConfig, type AlarmThresholds } from '../../lambda/config.ts'
import { decided, failureNames, seriesBy } from '../metric-series.ts'
import { headingOf } from './operations.ts'
import { templateOf } from './synthesized.ts'

type Query = { readonly Expression?: string; readonly MetricStat?: { readonly Metric: Series } }
type Series = {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[]
}
type Properties = Partial<Series> & {
  readonly AlarmDescription: string
  readonly TreatMissingData: string
  readonly Threshold?: number
  readonly Statistic?: string
  readonly Metrics?: readonly Query[]
  readonly AlarmActions?: readonly unknown[]
  readonly OKActions?: readonly unknown[]
}

const topic = 'arn:aws:sns:eu-west-1:111122223333:mail-alarms'

describe('the alarms about the filter', () => {
  it('watch what the filter, the probe, Lambda and SES count, and nothing else', () => {
    const watched = alarmsOf().flatMap(seriesOf)
    const byAws = ['Errors', 'Throttles', 'Duration'].map((name) => `AWS/Lambda ${name} FunctionName=filter`)
    const bySes = ['PublishFailure', 'PublishExpired'].map((name) => `AWS/SES ${name} RuleName=rule`)
    const ours = watched.filter((series) => series.startsWith('Quietgate '))
    expect(watched.toSorted()).toEqual([...byAws, ...bySes, ...ours].toSorted())
    expect(ours.filter((series) => !writtenByTheFunctions().has(series))).toEqual([])
    expect(watched).toHaveLength(16 + 3)
  })

  it('say what they mean, whether mail is being lost, what to do first, and where there is more', () => {
    const lacking = alarmsOf().filter(
      ({ AlarmDescription }) =>
        AlarmDescription.length > 1024 ||
        !/Is mail being lost\? (?:No|Not yet|Yes|Perhaps)[.;:,].* First: .*\. More: /.test(AlarmDescription) ||
        headingOf(AlarmDescription) === null,
    )
    expect(lacking).toEqual([])
  })

  it('are given from the numbers of the configuration on, in milliseconds where it has shares', () => {
    const thresholds = { recordsNotWritten: 7, filterDuration: 50, deadlinePassed: 90 }
    const found = alarmsOf({ thresholds }).map(({ MetricName, Statistic, Threshold }) => [
      MetricName,
      Statistic,
      Threshold,
    ])
    expect(found).toContainEqual(['RecordsNotWritten', 'Sum', 7])
    expect(found).toContainEqual(['Duration', 'Maximum', 6000])
    expect(found).toContainEqual(['DecisionMilliseconds', 'Maximum', 5400])
  })

  it('are left out where the configuration has null', () => {
    const none = Object.fromEntries(Object.keys(defaults()).map((name) => [name, null]))
    expect(alarmsOf({ thresholds: none })).toEqual([])
    expect(alarmsOf({ thresholds: { ...none, mailUnread: 1 } }).map(({ MetricName }) => MetricName)).toEqual([
      'MailUnread',
    ])
  })

  it('are silent while no mail comes', () => {
    expect(new Set(alarmsOf().map(({ TreatMissingData }) => TreatMissingData))).toEqual(new Set(['notBreaching']))
  })

  it('tell every topic when they begin and when they are over, and nobody where there is none', () => {
    const told = alarmsOf({ topicArns: [topic] })
    expect(told).toHaveLength(17)
    expect(told.map(({ AlarmActions, OKActions }) => [AlarmActions, OKActions])).toEqual(
      told.map(() => [[topic], [topic]]),
    )
    expect(alarmsOf().filter(({ AlarmActions }) => AlarmActions !== undefined)).toEqual([])
  })

  it('take the share of discards of 20 messages or more, against the band that was learned of it', () => {
    const share = alarmsOf().find(({ Metrics = [] }) => Metrics.length > 0)
    expect(share?.Metrics?.flatMap(({ Expression = [] }) => Expression)).toEqual([
      'ANOMALY_DETECTION_BAND(m0, 4)',
      'IF((FILL(discarded, 0) + FILL(delivered, 0) + FILL(quarantined, 0)) >= 20, 100 * FILL(discarded, 0) / (FILL(discarded, 0) + FILL(delivered, 0) + FILL(quarantined, 0)))',
    ])
  })
})

describe('the alarms of the whole stack', () => {
  it('tell the topic, those of the lists and of the imports as well', () => {
    const settings = { alarms: { topicArns: [topic] }, dnsbl: { zones: ['bl.spamcop.net=127.0.0.2*2'] } }
    const found = Object.entries(templateOf(settings).findResources('AWS::CloudWatch::Alarm'))
    const told = found.map(([id, alarm]) => [
      id,
      (alarm as { readonly Properties: Properties }).Properties.AlarmActions,
    ])
    expect(told).toEqual(found.map(([id]) => [id, [topic]]))
    expect(found.filter(([id]) => id.startsWith('FilterAlarms'))).toHaveLength(17)
    expect(found.length).toBeGreaterThan(20)
  })

  it('know the rule and the time-out of the function', () => {
    const { FilterAlarmsPublishFailure, FilterAlarmsFilterDuration } = Object.fromEntries(
      Object.entries(templateOf({ deadlineMs: 8000 }).findResources('AWS::CloudWatch::Alarm')).map(([id, alarm]) => [
        id.slice(0, -8),
        (alarm as { readonly Properties: Properties }).Properties,
      ]),
    )
    expect(FilterAlarmsPublishFailure?.Dimensions).toEqual([
      { Name: 'RuleName', Value: { Ref: expect.stringMatching(/^RulesRule/) as string } },
    ])
    expect(FilterAlarmsFilterDuration?.Threshold).toBe(9600)
  })
})

describe('a topic', () => {
  it.each(['mail-alarms', 'arn:aws:sns:eu-west-1:1:x', 'arn:aws:sqs:eu-west-1:111122223333:x', `${topic}:more`])(
    '%s is refused',
    (wrong) => {
      const parsed = parseConfig({ domains: ['example.com'], alarms: { topicArns: [wrong] } }, 'the test')
      expect(parsed.kind === 'problems' && parsed.problems).toEqual([
        expect.stringContaining(`alarms.topicArns[0] "${wrong}" is not the ARN of an SNS topic`),
      ])
    },
  )
})

function alarmsOf(alarms: object = {}): readonly Properties[] {
  const { thresholds, topicArns } = alarmsIn(alarms)
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Stack')
  const props = { functionName: 'filter', timeoutSeconds: 12, deadlineMs: 8000, ruleName: 'rule' }
  new FilterAlarms(stack, 'FilterAlarms', { thresholds, ...props })
  tellTopics(stack, topicArns)
  const found = Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')
  return Object.values(found).map((alarm) => (alarm as { readonly Properties: Properties }).Properties)
}

function defaults(): AlarmThresholds {
  return alarmsIn({}).thresholds
}

function alarmsIn(alarms: object) {
  const parsed = parseConfig({ domains: ['example.com'], alarms }, 'the test')
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  return parsed.config.alarms
}

function seriesOf({ Metrics = [], ...alarm }: Properties): readonly string[] {
  const several = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])
  const { Namespace, MetricName, Dimensions } = alarm
  const all =
    Namespace === undefined || MetricName === undefined
      ? several
      : [{ Namespace, MetricName, ...(Dimensions === undefined ? {} : { Dimensions }) }]
  return all.map((one) =>
    [one.Namespace, one.MetricName, ...(one.Dimensions ?? []).map((it) => `${it.Name}=${String(it.Value)}`)].join(' '),
  )
}

/** Each series that the functions write, by driving what writes them. */
function writtenByTheFunctions(): ReadonlySet<string> {
  return seriesBy((write) => {
    const metrics = createEmfMetrics(write, () => 0)
    for (const failure of failureNames) metrics.failed(failure)
    for (const wouldBeAction of ['deliver', 'quarantine', 'discard'] as const) {
      metrics.decided({ ...decided, wouldBeAction })
    }
    createEmfProbeMetrics(write, () => 0).failed()
  })
}
