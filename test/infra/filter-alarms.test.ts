import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { tellTopics } from '../../infra/alarm-topics.ts'
import { FilterAlarms } from '../../infra/filter-alarms.ts'
import { createEmfCompactionMetrics } from '../../lambda/adapters/emf-compaction-metrics.ts'
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
  readonly ComparisonOperator: string
  readonly EvaluationPeriods: number
  readonly Period?: number
  readonly Threshold?: number
  readonly Statistic?: string
  readonly Metrics?: readonly Query[]
  readonly AlarmActions?: readonly unknown[]
  readonly OKActions?: readonly unknown[]
}

const topic = 'arn:aws:sns:eu-west-1:111122223333:mail-alarms'

describe('the alarms about the filter', () => {
  it('watch what the filter, the probe, Lambda, SES and EventBridge count, and nothing else', () => {
    const watched = alarmsOf({ thresholds: everyone() }).flatMap(seriesOf)
    const byAws = ['Errors', 'Throttles', 'Duration'].map((name) => `AWS/Lambda ${name} FunctionName=filter`)
    const bySes = ['PublishFailure', 'PublishExpired'].map((name) => `AWS/SES ${name} RuleName=rule`)
    const ofTheAccount = [
      'AWS/Lambda ConcurrentExecutions',
      'AWS/Events TriggeredRules RuleName=FilterAlarmsBounceCallsSeen',
    ]
    const ours = watched.filter((series) => series.startsWith('Quietgate '))
    expect(watched.toSorted()).toEqual([...byAws, ...bySes, ...ofTheAccount, ...ours].toSorted())
    expect(ours.filter((series) => !writtenByTheFunctions().has(series))).toEqual([])
    expect(watched).toHaveLength(22 + 3)
  })

  it('say what they mean, whether mail is being lost, what to do first, and where there is more', () => {
    const lacking = alarmsOf({ thresholds: everyone() }).filter(
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

  it('are silent in a new stack, and while no mail comes, but for the one that somebody counts zeros for', () => {
    const all = alarmsOf({ thresholds: everyone() })
    expect(all.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching')).toEqual([])
    const below = all.filter(({ ComparisonOperator }) => ComparisonOperator === 'LessThanThreshold')
    expect(below.map(shapeOf)).toEqual(['RecordsCompacted Sum LessThanThreshold 1, 24 times 3600 s, notBreaching'])
  })

  it('count hours in a row for silence and for the mode "bypass", and a day for the money', () => {
    const found = alarmsOf({ thresholds: { noMail: 72, bypassHours: 168, dollarsPerDay: 3 } }).map(shapeOf)
    const from = 'GreaterThanOrEqualToThreshold'
    expect(found).toContain('RecordsCompacted Sum LessThanThreshold 1, 72 times 3600 s, notBreaching')
    expect(found).toContain(`Messages Sum ${from} 1, 168 times 3600 s, notBreaching`)
    expect(found).toContain(`MessageMicrodollars Sum ${from} 3000000, 1 times 86400 s, notBreaching`)
  })

  it('look back no further than CloudWatch can: seven days in hours, a day in less', () => {
    const most = { noMail: 168, bypassHours: 168 }
    const tooFar = alarmsOf({ thresholds: { ...everyone(), ...most } }).filter(
      ({ Period = 0, EvaluationPeriods }) => Period * EvaluationPeriods > (Period < 3600 ? 1 : 7) * 86_400,
    )
    expect(tooFar).toEqual([])
    const parsed = parseConfig({ domains: ['example.com'], alarms: { thresholds: { noMail: 169 } } }, 'the test')
    expect(parsed.kind === 'problems' && parsed.problems).toEqual([
      expect.stringContaining('alarms.thresholds.noMail 169 is not a whole number from 1 to 168'),
    ])
  })

  it('watch for calls that bounce by a rule that asks nobody, and leave it out with its alarm', () => {
    const detail = {
      eventSource: ['ses.amazonaws.com'],
      $or: [
        { eventName: ['SendBounce'] },
        {
          eventName: ['CreateReceiptRule', 'UpdateReceiptRule'],
          requestParameters: { rule: { actions: { bounceAction: { smtpReplyCode: [{ exists: true }] } } } },
        },
      ],
    }
    expect(Object.values(stackOf().findResources('AWS::Events::Rule'))).toEqual([
      {
        Type: 'AWS::Events::Rule',
        Properties: {
          Description: expect.any(String) as string,
          EventPattern: { source: ['aws.ses'], 'detail-type': ['AWS API Call via CloudTrail'], detail },
          State: 'ENABLED',
        },
      },
    ])
    expect(stackOf({ thresholds: { bounceCalls: null } }).findResources('AWS::Events::Rule')).toEqual({})
  })

  it('tell every topic when they begin and when they are over, and nobody where there is none', () => {
    const told = alarmsOf({ topicArns: [topic] })
    expect(told).toHaveLength(21)
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
    expect(found.filter(([id]) => id.startsWith('FilterAlarms'))).toHaveLength(21)
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
  const found = stackOf(alarms).findResources('AWS::CloudWatch::Alarm')
  return Object.values(found).map((alarm) => (alarm as { readonly Properties: Properties }).Properties)
}

function stackOf(alarms: object = {}): Template {
  const { thresholds, topicArns } = alarmsIn(alarms)
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Stack')
  const props = { functionName: 'filter', timeoutSeconds: 12, deadlineMs: 8000, ruleName: 'rule' }
  new FilterAlarms(stack, 'FilterAlarms', { thresholds, ...props })
  tellTopics(stack, topicArns)
  return Template.fromStack(stack)
}

/** What an alarm compares with what, how often and how long, and what silence means. */
function shapeOf(alarm: Properties): string {
  const { MetricName, Statistic, ComparisonOperator, Threshold, EvaluationPeriods, Period, TreatMissingData } = alarm
  const compared = [MetricName, Statistic, ComparisonOperator, Threshold].join(' ')
  return `${compared}, ${EvaluationPeriods} times ${String(Period)} s, ${TreatMissingData}`
}

/** A number for those that are left out by default. */
function everyone(): object {
  return { concurrentExecutions: 700, dollarsPerDay: 5 }
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
    [one.Namespace, one.MetricName, ...(one.Dimensions ?? []).map((it) => `${it.Name}=${nameIn(it.Value)}`)].join(' '),
  )
}

/** A name, or the id of the resource whose name it is, without the digits at its end. */
function nameIn(value: unknown): string {
  return typeof value === 'string' ? value : (value as { readonly Ref: string }).Ref.slice(0, -8)
}

/** Each series that the functions write, by driving what writes them. */
function writtenByTheFunctions(): ReadonlySet<string> {
  return seriesBy((write) => {
    const metrics = createEmfMetrics(write, () => 0)
    for (const failure of failureNames) metrics.failed(failure)
    for (const wouldBeAction of ['deliver', 'quarantine', 'discard'] as const) {
      metrics.decided({ ...decided, wouldBeAction, mode: 'bypass' })
    }
    createEmfProbeMetrics(write, () => 0).failed()
    createEmfCompactionMetrics(write, () => 0)({ hoursNotCompacted: 0, rowsWritten: 0, unreadable: 0 })
  })
}
