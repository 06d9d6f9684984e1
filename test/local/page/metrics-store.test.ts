import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emfLine } from '../../../lambda/adapters/emf-metrics.ts'
import { readEmf } from '../../../local/page/emf.ts'
import { createMetricsStore, keptMs, type MetricName } from '../../../local/page/metrics-store.ts'
import { statisticNamed } from '../../../local/page/statistic.ts'
import { emit, minute, noon } from './emitted.ts'

const messages: MetricName = { namespace: 'Quietgate', name: 'Messages', dimensions: {} }
const hour = { start: noon, end: noon + 60 * minute }

describe('what the functions write', () => {
  it('is read as one datum for each set of dimensions, as CloudWatch Logs reads it', () => {
    const line = emfLine({ Action: 'deliver', Mode: 'enforce' }, { Messages: 1, DecisionMilliseconds: 12.5 }, noon)
    const of = (name: string, unit: string, value: number) =>
      [{ Action: 'deliver' }, { Mode: 'enforce' }].map((dimensions) => ({
        metric: { namespace: 'Quietgate', name, dimensions },
        values: [value],
        unit,
        at: noon,
      }))
    expect(readEmf(line)).toEqual([...of('Messages', 'Count', 1), ...of('DecisionMilliseconds', 'Milliseconds', 12.5)])
  })

  it('is read with the set of no dimension beside the others', () => {
    const line = emfLine({ Action: 'deliver' }, { MessageMicrodollars: 110.4 }, noon, { alsoWithout: true })
    expect(readEmf(line).map(({ metric }) => metric.dimensions)).toEqual([{}, { Action: 'deliver' }])
  })

  it('takes several values of a metric at once', () => {
    const aws = { Timestamp: noon, CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [[]], Metrics: [{ Name: 'a' }] }] }
    expect(readEmf(JSON.stringify({ _aws: aws, a: [1, 'two', 3] }))).toEqual([
      { metric: { namespace: 'N', name: 'a', dimensions: {} }, values: [1, 3], unit: null, at: noon },
    ])
  })

  it('is nothing where a line is for people, broken, or names what it does not have', () => {
    const aws = {
      Timestamp: noon,
      CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['d']], Metrics: [{ Name: 'a' }] }],
    }
    const lines = ['{"level":"error"}', '{"_aws"', '{"_aws":null}', JSON.stringify({ _aws: aws, a: 1 }), '']
    expect(lines.map(readEmf)).toEqual([[], [], [], [], []])
  })

  it('never throws, whatever a line holds', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        expect(() => readEmf(`{"_aws":${json}}`)).not.toThrow()
        expect(() => readEmf(`{"_aws":{"Timestamp":1,"CloudWatchMetrics":[${json}]},"a":1}`)).not.toThrow()
        expect(() => readEmf(`{"_aws"${text}`)).not.toThrow()
      }),
    )
  })
})

describe('the store of metrics', () => {
  it('has of each minute its sum, its count, its least and its greatest', () => {
    const store = createMetricsStore(() => noon)
    emit(store, 'Messages', 0, [3, 1])
    emit(store, 'Messages', 0.9, [8])
    emit(store, 'Messages', 1, [100])
    expect(store.read(messages, { start: noon, end: noon + minute })).toEqual({
      count: 3,
      sum: 12,
      min: 1,
      max: 8,
      values: new Map([
        [3, 1],
        [1, 1],
        [8, 1],
      ]),
    })
    expect(store.read(messages, hour)).toMatchObject({ count: 4, sum: 112, max: 100 })
    expect(store.read(messages, { start: noon + 2 * minute, end: noon + 60 * minute })).toBeNull()
  })

  it('tells metrics apart by their dimensions, and not by the order of these', () => {
    const store = createMetricsStore(() => noon)
    emit(store, 'Messages', 0, [1], { Action: 'deliver', Mode: 'observe' })
    emit(store, 'Messages', 0, [10], { Action: 'deliver' })
    const both = { ...messages, dimensions: { Mode: 'observe', Action: 'deliver' } }
    expect(store.read(both, hour)?.sum).toBe(1)
    expect(store.read({ ...messages, dimensions: { Action: 'deliver' } }, hour)?.sum).toBe(10)
    expect(store.read(messages, hour)).toBeNull()
  })

  it('keeps a day and two hours, and takes nothing that is older or far ahead', () => {
    let now = noon
    const store = createMetricsStore(() => now)
    emit(store, 'Messages', 0, [1])
    emit(store, 'Messages', -26 * 60 - 1, [10])
    emit(store, 'Messages', 3 * 60, [100])
    const always = { start: 0, end: noon + 10 * keptMs }
    expect(store.read(messages, always)?.sum).toBe(1)
    now = noon + keptMs + 2 * minute
    emit(store, 'Messages', 26 * 60, [1000])
    expect(store.read(messages, always)?.sum).toBe(1000)
  })

  it('adds up to what was emitted, however the time is cut', () => {
    const emitted = fc.array(fc.record({ at: fc.nat(179), value: fc.integer({ min: 0, max: 1000 }) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(emitted, fc.integer({ min: 1, max: 60 }), (all, period) => {
        const store = createMetricsStore(() => noon)
        // Into the past: what is more than two hours ahead is not taken.
        for (const { at, value } of all) emit(store, 'Messages', at - 180, [value])
        let [sum, count] = [0, 0]
        for (let from = -180; from < 0; from += period) {
          const end = noon + Math.min(0, from + period) * minute
          const part = store.read(messages, { start: noon + from * minute, end })
          sum += part?.sum ?? 0
          count += part?.count ?? 0
        }
        expect([sum, count]).toEqual([all.reduce((total, { value }) => total + value, 0), all.length])
      }),
    )
  })

  it('keeps percentiles to two digits where a minute has too many different values to keep them all', () => {
    const store = createMetricsStore(() => noon)
    emit(
      store,
      'DecisionMilliseconds',
      0,
      Array.from({ length: 20_000 }, (_, i) => i / 7),
    )
    const summary = store.read({ ...messages, name: 'DecisionMilliseconds' }, hour)
    expect(summary?.values.size).toBeLessThan(1000)
    expect(summary?.count).toBe(20_000)
    const median = summary === null ? 0 : statisticNamed('p50')?.(summary)
    expect(Math.abs((median ?? 0) - 10_000 / 7)).toBeLessThan(0.05 * (10_000 / 7))
  })

  it('knows the unit that was named, and tells whoever listens', () => {
    const store = createMetricsStore(() => noon)
    let told = 0
    store.onAdded(() => (told += 1))
    emit(store, 'Messages', 0, [1])
    emit(store, 'Messages', 0, [Number.NaN])
    expect([store.unitOf(messages), store.unitOf({ ...messages, name: 'Other' }), told]).toEqual(['Count', null, 1])
  })
})

describe('a statistic', () => {
  const store = createMetricsStore(() => noon)
  emit(
    store,
    'Messages',
    0,
    Array.from({ length: 100 }, (_, i) => 100 - i),
  )
  const summary = store.read(messages, hour)

  it.each([
    ['Sum', 5050],
    ['SampleCount', 100],
    ['Average', 50.5],
    ['Minimum', 1],
    ['Maximum', 100],
    ['p50', 50],
    ['p99', 99],
    ['p99.9', 100],
    ['p0', 1],
    ['p100', 100],
  ])('is taken as CloudWatch takes it: %s', (name, expected) => {
    expect(summary === null ? null : statisticNamed(name)?.(summary)).toBe(expected)
  })

  it.each(['p101', 'tm99', 'constructor', ''])('is refused where it is not known: %s', (name) => {
    expect(statisticNamed(name)).toBeNull()
  })
})
