import { describe, expect, it } from 'vitest'
import type { AlarmView } from '../../../local/page/api.ts'
import { createAlarms } from '../../../local/page/alarms.ts'
import { createMetricsStore } from '../../../local/page/metrics-store.ts'
import type { JsonRecord } from '../../../local/template/json.ts'
import type { Template } from '../../../local/template/template.ts'
import { emit, minute, noon } from './emitted.ts'

const plain = {
  AlarmName: 'made',
  AlarmDescription: 'What it means.',
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  EvaluationPeriods: 1,
  MetricName: 'Failures',
  Namespace: 'Quietgate',
  Period: 300,
  Statistic: 'Sum',
  Threshold: 2,
  TreatMissingData: 'notBreaching',
}
const yesterday = noon - 24 * 60 * minute

describe('an alarm', () => {
  it('goes off by the minute that is under way, and ends when its periods are past', () => {
    const { emitted, at } = anAlarm(plain)
    emitted(0.5, [1])
    expect(at(0.5)).toMatchObject({
      state: 'ok',
      reason: '0 of 1 periods with data are beyond it (at least 2 in 1 of 1 x 5 min).',
    })
    emitted(0.6, [1])
    expect(at(0.7)).toEqual({
      arn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:made',
      name: 'made',
      state: 'alarm',
      reason: '1 of 1 periods with data is beyond it (at least 2 in 1 of 1 x 5 min).',
      description: 'What it means.',
    })
    expect(at(4.9).state).toBe('alarm')
    expect(at(5).state).toBe('ok')
  })

  it('needs as many periods as it says', () => {
    const { emitted, at } = anAlarm({ ...plain, Period: 60, EvaluationPeriods: 3, DatapointsToAlarm: 2 })
    emitted(0, [5])
    expect(at(2).state).toBe('ok')
    emitted(2, [5])
    expect(at(2).state).toBe('alarm')
    expect(at(3).state).toBe('ok')
  })

  it.each([
    ['GreaterThanThreshold', [2, 3], ['ok', 'alarm']],
    ['GreaterThanOrEqualToThreshold', [1, 2], ['ok', 'alarm']],
    ['LessThanThreshold', [2, 1], ['ok', 'alarm']],
    ['LessThanOrEqualToThreshold', [3, 2], ['ok', 'alarm']],
  ])('compares as its operator says: %s', (ComparisonOperator, values, states) => {
    const found = values.map((value) => {
      const { emitted, at } = anAlarm({ ...plain, ComparisonOperator })
      emitted(0, [value])
      return at(0).state
    })
    expect(found).toEqual(states)
  })

  it.each([
    ['notBreaching', 'ok', 'Nothing was counted, which is as it should be (not: at least 2 in 1 of 1 x 5 min).'],
    ['breaching', 'alarm', 'Nothing was counted, which is taken for a failure (at least 2 in 1 of 1 x 5 min).'],
    ['missing', 'no-data', 'Not known yet (at least 2 in 1 of 1 x 5 min): this stack has not run for so long.'],
  ])('takes silence as it says: %s', (TreatMissingData, state, reason) => {
    expect(anAlarm({ ...plain, TreatMissingData }).at(0)).toMatchObject({ state, reason })
  })

  it('does not take it for a silence that there was no stack yet', () => {
    const silent = {
      ...plain,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      EvaluationPeriods: 3,
    }
    const { emitted, at } = anAlarm(silent, noon)
    expect([at(0).state, at(9).state, at(20).state]).toEqual(['no-data', 'no-data', 'alarm'])
    emitted(20, [5])
    expect(at(20).state).toBe('ok')
  })

  it('may compare an expression over metrics', () => {
    const metric = (name: string, Value: string): JsonRecord => ({
      Id: name,
      MetricStat: {
        Metric: { Namespace: 'Quietgate', MetricName: 'Failures', Dimensions: [{ Name: 'Kind', Value }] },
        Period: 300,
        Stat: 'Sum',
      },
      ReturnData: false,
    })
    const { MetricName, Namespace, Period, Statistic, ...rest } = plain
    expect([MetricName, Namespace, Period, Statistic]).not.toContain(undefined)
    const share = { Id: 'share', Expression: 'IF(all >= 10, 100 * FILL(bad, 0) / all)', ReturnData: true }
    const { emitted, at } = anAlarm({
      ...rest,
      Threshold: 50,
      Metrics: [share, metric('bad', 'bad'), metric('all', 'all')],
    })
    emitted(0, [5], { Kind: 'all' })
    expect(at(0).state).toBe('ok')
    emitted(0, [5], { Kind: 'all' })
    expect(at(0).state).toBe('ok')
    emitted(0, [5], { Kind: 'bad' })
    expect(at(0).state).toBe('alarm')
  })

  it('says why where only AWS can judge it', () => {
    const band = anAlarm({ ...plain, ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold' })
    const cloud = anAlarm({ ...plain, Namespace: 'AWS/Events', MetricName: 'TriggeredRules' })
    expect([band.at(0), cloud.at(0)].map(({ state, reason }) => [state, reason])).toEqual([
      ['not-computed', 'It looks for what is unusual, by a band that CloudWatch learns from two weeks of data.'],
      ['not-computed', 'Only AWS counts TriggeredRules of AWS/Events.'],
    ])
  })
})

type Made = {
  readonly emitted: (atMinute: number, values: readonly number[], dimensions?: Readonly<Record<string, string>>) => void
  readonly at: (atMinute: number) => AlarmView
}

/** An alarm of a stack that has run since `since`. */
function anAlarm(properties: JsonRecord, since = yesterday): Made {
  let now = noon
  const store = createMetricsStore(() => now)
  const alarms = createAlarms(templateWith(properties), store, since, () => now)
  return {
    emitted: (atMinute, values, dimensions) => emit(store, 'Failures', atMinute, values, dimensions),
    at: (atMinute) => {
      now = noon + atMinute * minute
      return alarms.all()[0]!
    },
  }
}

function templateWith(properties: JsonRecord): Template {
  const resource = { logicalId: 'Made', type: 'AWS::CloudWatch::Alarm', condition: null, properties }
  const nothing = { conditions: {}, mappings: {}, parameters: {}, outputs: {}, assets: new Map<string, string>() }
  return {
    ...nothing,
    assemblyDir: '/nowhere',
    file: 'made.template.json',
    stackName: 'Quietgate',
    accountId: '123456789012',
    region: 'us-east-1',
    resources: new Map([['Made', resource]]),
  }
}
