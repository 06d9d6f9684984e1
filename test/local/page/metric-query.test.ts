import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryWidget } from '../../../local/page/metric-query.ts'
import { readRows } from '../../../local/page/metric-rows.ts'
import { createMetricsStore } from '../../../local/page/metrics-store.ts'
import { emit, minute, noon } from './emitted.ts'

const hour = { start: noon, end: noon + 60 * minute }
const seconds = (...minutes: readonly number[]): readonly number[] => minutes.map((at) => (noon + at * minute) / 1000)

function aStore() {
  const store = createMetricsStore(() => noon + 60 * minute)
  emit(store, 'Messages', 1, [1], { Action: 'deliver' })
  emit(store, 'Messages', 4, [1], { Action: 'deliver' })
  emit(store, 'Messages', 6, [1], { Action: 'deliver' })
  emit(store, 'Messages', 16, [1], { Action: 'discard' })
  emit(store, 'DecisionMilliseconds', 1, [10, 20, 90], {}, 'Milliseconds')
  return store
}

describe('the rows of a widget', () => {
  it('repeat what stands in the row before: . one part, ... all that are not said', () => {
    const rows = readRows([
      ['Quietgate', 'Messages', 'Action', 'deliver', { stat: 'Sum', label: 'delivered' }],
      ['.', '.', '.', 'discard', { yAxis: 'right', period: 60 }],
      ['...', 'quarantine', { id: 'q', visible: false }],
      ['.', 'Reasons', 'Reason', 'spam-found'],
    ])
    const metric = (name: string, dimensions: object) => ({ namespace: 'Quietgate', name, dimensions })
    expect(rows).toEqual([
      {
        id: null,
        label: 'delivered',
        period: null,
        axis: 'left',
        visible: true,
        asks: { kind: 'metric', metric: metric('Messages', { Action: 'deliver' }), statistic: 'Sum' },
      },
      {
        id: null,
        label: 'discard',
        period: 60,
        axis: 'right',
        visible: true,
        asks: { kind: 'metric', metric: metric('Messages', { Action: 'discard' }), statistic: 'Average' },
      },
      {
        id: 'q',
        label: 'quarantine',
        period: null,
        axis: 'left',
        visible: false,
        asks: { kind: 'metric', metric: metric('Messages', { Action: 'quarantine' }), statistic: 'Average' },
      },
      {
        id: null,
        label: 'spam-found',
        period: null,
        axis: 'left',
        visible: true,
        asks: { kind: 'metric', metric: metric('Reasons', { Reason: 'spam-found' }), statistic: 'Average' },
      },
    ])
  })

  it('say so where they cannot be drawn here, and are never dropped', () => {
    const rows = readRows([
      ['Quietgate'],
      ['Quietgate', 'Messages', 'Action'],
      ['Quietgate', 7],
      'not a row',
      ['Quietgate', 'Messages', { stat: 'TM(1:2)' }],
      ['Quietgate', 'Messages', { fancy: true }],
      [{ expression: 'SEARCH(1)' }],
    ])
    expect(rows.map(({ asks }) => (asks.kind === 'unread' ? asks.problem : asks.kind))).toEqual([
      'A row of the widget is not one that can be read.',
      'A row of the widget is not one that can be read.',
      'A row of the widget is not one that can be read.',
      'A row of the widget is not one that can be read.',
      'The statistic TM(1:2) is not known here.',
      'The option fancy of a row is not known here.',
      'The expression "SEARCH(1)" cannot be read: the function SEARCH is not known here.',
    ])
  })
})

describe('a chart', () => {
  it('has each row over the range, in the periods of the row', () => {
    const metrics = [
      ['Quietgate', 'Messages', 'Action', 'deliver', { stat: 'Sum', label: 'delivered' }],
      ['Quietgate', 'DecisionMilliseconds', { stat: 'p50', label: 'half', yAxis: 'right', period: 1800 }],
    ]
    expect(queryWidget({ metrics }, { start: noon, end: noon + 20 * minute }, null, aStore())).toEqual({
      period: 300,
      series: [
        { label: 'delivered', axis: 'left', unit: 'Count', times: seconds(0, 5, 10, 15), values: [2, 1, null, null] },
        { label: 'half', axis: 'right', unit: 'Milliseconds', times: seconds(0), values: [20] },
      ],
    })
  })

  it('begins with the period that the range begins in, and ends with the one under way', () => {
    const metrics = [['Quietgate', 'Messages', 'Action', 'deliver', { stat: 'Sum', period: 3600 }]]
    const range = { start: noon + 3 * minute, end: noon + 18 * minute }
    expect(queryWidget({ metrics }, range, null, aStore()).series).toMatchObject([{ times: seconds(0), values: [3] }])
  })

  it('takes another period where the page chooses one', () => {
    const metrics = [['Quietgate', 'Messages', 'Action', 'deliver', { stat: 'Sum', period: 3600 }]]
    const range = { start: noon, end: noon + 5 * minute }
    expect(queryWidget({ metrics }, range, 60, aStore())).toMatchObject({
      period: 60,
      series: [{ times: seconds(0, 1, 2, 3, 4), values: [null, 1, null, null, 1] }],
    })
  })

  it('computes expressions over rows that are not shown, in the period of these', () => {
    const metrics = [
      [{ expression: '100 * FILL(stopped, 0) / (stopped2 + all)', label: 'share' }],
      ['Quietgate', 'Messages', 'Action', 'discard', { id: 'stopped', visible: false, stat: 'Sum', period: 1200 }],
      ['Quietgate', 'Messages', 'Action', 'deliver', { id: 'all', visible: false, stat: 'Sum', period: 1200 }],
      [{ expression: 'FILL(stopped, 0)', id: 'stopped2', visible: false }],
    ]
    expect(queryWidget({ metrics }, hour, null, aStore())).toEqual({
      period: 1200,
      series: [{ label: 'share', axis: 'left', times: seconds(0, 20, 40), values: [25, null, null] }],
    })
  })

  it('says what only AWS counts, also of an expression over it', () => {
    const metrics = [
      ['AWS/S3', 'BucketSizeBytes', 'BucketName', 'b', { id: 'bytes' }],
      [{ expression: 'bytes / 1000', label: 'kB' }],
      ['AWS/Lambda', 'Errors', 'FunctionName', 'f'],
    ]
    const note = 'Only AWS counts BucketSizeBytes of AWS/S3.'
    expect(queryWidget({ metrics }, hour, null, aStore()).series.map((series) => series.note)).toEqual([
      note,
      note,
      undefined,
    ])
  })

  it('says so where expressions stand on each other in a circle, or on nothing', () => {
    const metrics = [[{ expression: 'b', id: 'a' }], [{ expression: 'a', id: 'b' }], [{ expression: 'c', id: 'd' }]]
    const circle = 'The expressions of this widget stand on each other in a circle.'
    expect(queryWidget({ metrics }, hour, null, aStore()).series.map((series) => series.note)).toEqual([
      circle,
      circle,
      'No row of the widget has the id c.',
    ])
  })

  it('draws at most 1440 points, however long the range', () => {
    const metrics = [['Quietgate', 'Messages', 'Action', 'deliver', { stat: 'Sum', period: 60 }]]
    const [series] = queryWidget({ metrics }, { start: noon - 30 * 86_400_000, end: noon }, null, aStore()).series
    expect(series?.times.length).toBeLessThanOrEqual(1441)
  })

  it('sums up to what was emitted, in every period', () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 40 })
    fc.assert(
      fc.property(minutes, fc.constantFrom(60, 300, 900, 1200, 3600), (all, period) => {
        const store = createMetricsStore(() => noon + 60 * minute)
        for (const at of all) emit(store, 'Messages', at, [1])
        const metrics = [['Quietgate', 'Messages', { stat: 'Sum', period }]]
        const [series] = queryWidget({ metrics }, hour, null, store).series
        expect(series?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(all.length)
      }),
    )
  })
})

describe('a widget of numbers', () => {
  const metrics = [
    ['Quietgate', 'Messages', 'Action', 'deliver', { stat: 'Sum', label: 'delivered' }],
    ['Quietgate', 'Messages', 'Action', 'quarantine', { stat: 'Sum', label: 'quarantined' }],
    ['AWS/S3', 'BucketSizeBytes', 'BucketName', 'b', { label: 'bytes' }],
  ]

  it('takes each number over the whole range where it says so', () => {
    const answer = queryWidget({ view: 'singleValue', setPeriodToTimeRange: true, metrics }, hour, null, aStore())
    expect(answer.values).toEqual([
      { label: 'delivered', value: 3, unit: 'Count' },
      { label: 'quarantined', value: null },
      { label: 'bytes', value: null, note: 'Only AWS counts BucketSizeBytes of AWS/S3.' },
    ])
  })

  it('else has the newest that there is', () => {
    const answer = queryWidget({ view: 'singleValue', metrics }, hour, null, aStore())
    expect(answer.values?.[0]).toEqual({ label: 'delivered', value: 1, unit: 'Count' })
  })
})
