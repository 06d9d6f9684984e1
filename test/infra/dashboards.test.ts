import { readFileSync } from 'node:fs'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Alarm, Metric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { describe, expect, it } from 'vitest'
import { Dashboards } from '../../infra/dashboards.ts'
import type { DashboardsProps } from '../../infra/dashboards/props.ts'
import { allSeries, seriesOfAGoodDay } from '../metric-series.ts'

type Widget = {
  readonly type: 'metric' | 'text' | 'alarm'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly properties: {
    readonly title?: string
    readonly markdown?: string
    readonly alarms?: readonly string[]
    readonly metrics?: readonly (readonly unknown[])[]
  }
}

const configured = { zones: ['bl.example', '{dqs}.zen.example'], domainGroups: ['example.com', 'other'] }
const everything: Partial<DashboardsProps> = {
  queues: [{ called: 'hand-over', name: 'queue' }],
  extras: ['compaction', 'digest', 'hand-over', 'scim', 'sent-log', 'sweep'],
}
const most = bodiesOf(everything)
const least = bodiesOf({ zones: [], domainGroups: ['example.com', 'other'] })
const widgets = (bodies: readonly (readonly Widget[])[]): readonly Widget[] => bodies.flat()

describe('the dashboards', () => {
  it('are three, with names that no other stack, region or filter has', () => {
    expect(namesOf((stack) => stack)).toEqual([
      'Quietgate-Cost-eu-west-1',
      'Quietgate-Flow-eu-west-1',
      'Quietgate-Health-eu-west-1',
    ])
    expect(namesOf((stack) => new Construct(new Construct(stack, 'Inbound'), 'Default'))[0]).toBe(
      'Quietgate-Inbound-Cost-eu-west-1',
    )
  })

  it.each([
    ['with everything deployed', most],
    ['with as little as can be', least],
  ])('name only metrics that a function or AWS writes, %s', (_what, bodies) => {
    const known = new Set([...allSeries(configured), ...byAws])
    const named = new Set(widgets(bodies).flatMap(seriesIn))
    expect([...named].filter((series) => !known.has(series))).toEqual([])
    expect(named.size).toBeGreaterThan(60)
  })

  it.each([
    ['with everything deployed', most],
    ['with as little as can be', least],
  ])('have something to show in every chart on a day without trouble, %s', (_what, bodies) => {
    const there = new Set([...seriesOfAGoodDay(configured), ...byAws])
    const charts = widgets(bodies).filter(({ type }) => type === 'metric')
    const empty = charts.filter((widget) => !seriesIn(widget).some((series) => there.has(series)))
    expect(empty.map(({ properties }) => properties.title)).toEqual([])
    expect(charts.length).toBeGreaterThan(18)
  })

  it('ask a question in the title of every chart', () => {
    const titles = widgets(most).flatMap(({ type, properties }) =>
      type === 'text' ? [] : [properties.title ?? 'none'],
    )
    expect(titles.filter((title) => !title.includes('?'))).toEqual([])
    for (const body of most) {
      const own = body.flatMap(({ properties: { title } }) => title ?? [])
      expect(new Set(own).size).toBe(own.length)
    }
  })

  it('are explained in dashboards.md, question by question', () => {
    const page = readFileSync('docs/dashboards.md', 'utf8')
    const questions = widgets(most).flatMap(({ properties: { title } }) =>
      title === undefined ? [] : [title.replace(/\?.*/, '?')],
    )
    expect(questions.filter((question) => !page.includes(question))).toEqual([])
  })

  it('have the states of all alarms in front', () => {
    for (const body of most) {
      expect(body.slice(0, 2).map(({ type, y }) => [type, y])).toEqual([
        ['text', 0],
        ['alarm', 3],
      ])
      expect(body[1]?.properties.alarms).toHaveLength(2)
    }
  })

  it('point only to headings of operations.md that are there, by an address where there is one', () => {
    const operations = readFileSync('docs/operations.md', 'utf8')
    const textOf = (bodies: readonly (readonly Widget[])[]): string =>
      widgets(bodies)
        .map(({ properties }) => properties.markdown ?? '')
        .join('\n')
    const headings = [...textOf(most).matchAll(/`docs\/operations\.md, ([\w-]+)`/g)].map(([, heading = '']) => heading)
    expect(headings.filter((heading) => !operations.includes(`\n## ${heading}\n`))).toEqual([])
    expect(headings.length).toBeGreaterThan(20)
    const linked = textOf(bodiesOf({ docsUrl: 'https://docs.example/main' }))
    expect(linked).toContain(
      '[docs/operations.md, FilterFailures](https://docs.example/main/operations.md#filterfailures)',
    )
    expect(linked).not.toContain('`docs/operations.md')
  })

  it('say beside the charts what normal looks like', () => {
    for (const body of most) {
      expect(
        body.filter(({ properties: { markdown } }) => markdown?.includes('What normal looks like')).length,
      ).toBeGreaterThan(1)
    }
  })

  // CloudWatch User Guide, "CloudWatch service quotas", and PutDashboard: 500 widgets; 500 metrics in one, 2500 in all.
  it('stay within what CloudWatch takes, also with a hundred lists', () => {
    const zones = Array.from({ length: 100 }, (_, i) => `list-${i}.example`)
    const domainGroups = Array.from({ length: 21 }, (_, i) => `d${i}.example`)
    for (const body of bodiesOf({ ...everything, zones, domainGroups })) {
      const counts = body.map(({ properties }) => properties.metrics?.length ?? 0)
      expect(body.length).toBeLessThan(100)
      expect(Math.max(...counts)).toBeLessThan(500)
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThan(2500)
      expect(JSON.stringify(body).length).toBeLessThan(60_000)
    }
  })

  it('do not lay one widget upon another, and use the 24 columns there are', () => {
    for (const body of [...most, ...least]) {
      const taken = body.flatMap(({ x, y, width, height }) =>
        Array.from({ length: width * height }, (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`),
      )
      expect(new Set(taken).size).toBe(taken.length)
      expect(Math.max(...body.map(({ x, width }) => x + width))).toBeLessThanOrEqual(24)
    }
  })

  it('show the widgets of others below the alarms', () => {
    const widget = (markdown: string) => new TextWidget({ markdown, width: 24, height: 2 })
    const [, flow = [], health = []] = bodiesOf({ widgets: { flow: [widget('search')], health: [widget('imports')] } })
    expect([flow[2]?.properties.markdown, health[2]?.properties.markdown]).toEqual(['search', 'imports'])
  })
})

/** Written by AWS for every function, table, bucket and rule that is used, and for a queue in which something happens. */
const byAws: readonly string[] = [
  ...['filter', 'probe'].flatMap((name) =>
    ['Invocations', 'Errors', 'Throttles', 'Duration'].map((metric) => `AWS/Lambda ${metric} FunctionName=${name}`),
  ),
  ...['Read', 'Write'].map((what) => `AWS/DynamoDB Consumed${what}CapacityUnits TableName=directory`),
  'AWS/S3 BucketSizeBytes BucketName=mail StorageType=StandardStorage',
  'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=queue',
  'AWS/SES PublishFailure RuleName=rule',
  'AWS/SES PublishExpired RuleName=rule',
]

function made(changes: Partial<DashboardsProps>, within: (stack: Stack) => Construct = (stack) => stack): Template {
  const app = new App({ builtinCloudFormationValidation: false })
  const stack = new Stack(app, 'Quietgate', { env: { region: 'eu-west-1' } })
  const metric = new Metric({ namespace: 'Quietgate', metricName: 'FilterFailures' })
  const alarms = ['One', 'Two'].map((id) => new Alarm(stack, id, { metric, threshold: 1, evaluationPeriods: 1 }))
  new Dashboards(within(stack), 'Dashboards', {
    alarms,
    filter: 'filter',
    functions: [{ called: 'probe', name: 'probe' }],
    tables: [{ called: 'directory', name: 'directory' }],
    buckets: [{ called: 'mail', name: 'mail' }],
    queues: [],
    ruleName: 'rule',
    ...configured,
    extras: [],
    ...changes,
  })
  return Template.fromStack(stack)
}

type Resource = { readonly Properties: { readonly DashboardName: string; readonly DashboardBody: unknown } }

function propertiesOf(template: Template): readonly Resource['Properties'][] {
  const found = Object.values(
    template.findResources('AWS::CloudWatch::Dashboard') as Readonly<Record<string, Resource>>,
  )
  return found.map(({ Properties }) => Properties).sort((a, b) => (a.DashboardName < b.DashboardName ? -1 : 1))
}

function namesOf(within: (stack: Stack) => Construct): readonly string[] {
  return propertiesOf(made({}, within)).map(({ DashboardName }) => DashboardName)
}

/** Cost, Flow, Health. */
function bodiesOf(changes: Partial<DashboardsProps>): readonly (readonly Widget[])[] {
  return propertiesOf(made(changes)).map(({ DashboardBody }) => {
    const { widgets } = JSON.parse(joined(DashboardBody)) as { readonly widgets: readonly Widget[] }
    return widgets
  })
}

/** What CloudFormation would fill in is called after what it is. */
function joined(body: unknown): string {
  if (typeof body === 'string') return body
  const [, parts] = (body as { readonly 'Fn::Join': readonly [string, readonly unknown[]] })['Fn::Join']
  return parts.map((part) => (typeof part === 'string' ? part : 'filled-in')).join('')
}

/** `...` is CloudWatch's "as in the line above", `.` its "as there in this place". */
function seriesIn({ properties: { metrics = [] } }: Widget): readonly string[] {
  const lines: string[][] = []
  for (const line of metrics) {
    const above = lines.at(-1) ?? []
    const words = line.filter((word) => typeof word === 'string')
    if (words.length === 0) continue
    const dots = words.indexOf('...')
    const rest = words.filter((word) => word !== '...')
    const whole = dots === -1 ? words : [...above.slice(0, above.length - rest.length), ...rest]
    lines.push(whole.map((word, i) => (word === '.' ? (above[i] ?? '') : word)))
  }
  return lines.map(([namespace = '', name = '', ...dimensions]) =>
    [
      namespace,
      name,
      ...dimensions.flatMap((word, i) => (i % 2 === 0 ? [`${word}=${dimensions[i + 1] ?? ''}`] : [])),
    ].join(' '),
  )
}
