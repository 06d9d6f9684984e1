import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { alarmsOf } from '../../../local/page/alarm-definitions.ts'
import { createAlarms } from '../../../local/page/alarms.ts'
import { dashboardsOf } from '../../../local/page/dashboards.ts'
import { countedHere } from '../../../local/page/known-metrics.ts'
import { queryWidget } from '../../../local/page/metric-query.ts'
import { createMetricsStore } from '../../../local/page/metrics-store.ts'
import type { Template } from '../../../local/template/template.ts'
import { emit, minute, noon } from './emitted.ts'
import { localTemplate } from './template.ts'

const template = localTemplate()
const dashboards = dashboardsOf(template)
const hour = { start: noon, end: noon + 60 * minute }
const charts = dashboards.flatMap(({ key, widgets }) =>
  widgets.flatMap((widget) => (widget.type === 'metric' ? [{ key, ...widget }] : [])),
)

describe('the dashboards of the template', () => {
  it('are those that are deployed, by short names', () => {
    expect(dashboards.map(({ key, name, defaultInterval }) => [key, name, defaultInterval])).toEqual([
      ['Flow', 'Quietgate-Flow-us-east-1', '-P3D'],
      ['Health', 'Quietgate-Health-us-east-1', '-PT12H'],
      ['Cost', 'Quietgate-Cost-us-east-1', '-P30D'],
    ])
  })

  it('have every name in them resolved', () => {
    expect(JSON.stringify(dashboards)).not.toMatch(/"Ref"|Fn::|\$\{/)
  })

  it('name alarms of the template, and functions of the template', () => {
    const known = new Set(
      createAlarms(template, createMetricsStore(), 0)
        .all()
        .map(({ arn }) => arn),
    )
    const named = dashboards.flatMap(({ widgets }) =>
      widgets.flatMap((widget) => (widget.type === 'alarm' ? widget.properties.alarms : [])),
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((arn) => !known.has(arn))).toEqual([])
    const views = dashboards.flatMap(({ widgets }) =>
      widgets.flatMap((widget) => (widget.type === 'custom' ? [widget.properties.params?.['view']] : [])),
    )
    expect(views).toEqual(['trace', 'quarantine', 'zones', 'imports'])
  })

  it.each(charts.map((chart) => [`${chart.key}: ${chart.properties.title ?? ''}`, chart] as const))(
    'is drawn whole, or says that only AWS counts it: %s',
    (_title, { properties }) => {
      const answer = queryWidget(
        properties,
        hour,
        null,
        createMetricsStore(() => noon),
      )
      expect(answer.series.length).toBeGreaterThan(0)
      const notes = answer.series.flatMap(({ note }) => note ?? [])
      expect(notes.filter((note) => !note.startsWith('Only AWS counts '))).toEqual([])
      for (const series of answer.series) expect(series.values).toHaveLength(series.times.length)
    },
  )

  it('leave to AWS alone what this machine cannot know', () => {
    const notes = charts.flatMap(({ properties }) =>
      queryWidget(
        properties,
        hour,
        null,
        createMetricsStore(() => noon),
      ).series.flatMap(({ note }) => note ?? []),
    )
    expect([...new Set(notes)].sort()).toEqual([
      'Only AWS counts BucketSizeBytes of AWS/S3.',
      'Only AWS counts ConsumedReadCapacityUnits of AWS/DynamoDB.',
      'Only AWS counts ConsumedWriteCapacityUnits of AWS/DynamoDB.',
    ])
  })

  it('show the metric that was emitted, under the dimension that it was emitted with', () => {
    const store = createMetricsStore(() => noon)
    emit(store, 'Messages', 5, [1], { Action: 'discard' })
    emit(store, 'DecisionMilliseconds', 5, [20])
    const numbers = charts.find(({ key, properties }) => key === 'Flow' && properties.view === 'singleValue')
    const { values } = queryWidget(numbers?.properties ?? {}, hour, null, store)
    expect(values?.map(({ label, value }) => [label, value])).toEqual([
      ['came', 1],
      ['delivered', null],
      ['quarantined', null],
      ['discarded', 1],
    ])
  })

  it('are refused where one has a widget that the page cannot draw', () => {
    expect(() => dashboardsOf(withWidget({ type: 'explorer', properties: {} }))).toThrow(
      /DashboardBody\.widgets\[0\]\.type: expected metric, text, alarm, custom, found "explorer"/,
    )
  })
})

describe('the alarms of the template', () => {
  const known = (store = createMetricsStore(() => noon)) => createAlarms(template, store, noon, () => noon).all()

  it('are all judged, but those that only AWS can judge', () => {
    const left = known().flatMap(({ state, reason }) => (state === 'not-computed' ? [reason] : []))
    expect([...new Set(left)].sort()).toEqual([
      'It looks for what is unusual, by a band that CloudWatch learns from two weeks of data.',
      'Only AWS counts TriggeredRules of AWS/Events.',
    ])
  })

  it('look back no further than what is kept', () => {
    for (const { period, periods } of alarmsOf(template)) expect(period * periods).toBeLessThanOrEqual(24 * 3600)
  })

  it('say what they are about, as the operator is mailed it', () => {
    for (const { description, name } of known())
      expect([name, description]).toEqual([name, expect.stringMatching(/Is mail being lost\?/)])
  })
})

it('what is said to be counted here is counted here', () => {
  const source = readFileSync('local/page/aws-metrics.ts', 'utf8')
  for (const name of Object.values(countedHere).flat()) expect(source).toContain(name)
})

function withWidget(widget: object): Template {
  const logicalId = 'Made'
  const properties = { DashboardName: 'made', DashboardBody: JSON.stringify({ widgets: [widget] }) }
  const resource = { logicalId, type: 'AWS::CloudWatch::Dashboard', condition: null, properties }
  return { ...template, resources: new Map([[logicalId, resource]]) }
}
