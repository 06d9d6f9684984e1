import { describe, expect, it } from 'vitest'
import { createEmfMetrics } from '../../lambda/adapters/emf-metrics.ts'

describe('createEmfMetrics', () => {
  it('writes each dimension as a set of its own, and one line for each reason', () => {
    const { lines, metrics } = captured()
    metrics.decided({
      action: 'deliver',
      wouldBeAction: 'discard',
      mode: 'observe',
      reasons: ['recipient-unknown', 'spam-found'],
      recipients: { known: 1, unknown: 2, unavailable: 0 },
      bounces: [],
      milliseconds: { directory: 1.5, zones: 2, bounce: 0, total: 4 },
      coldStart: true,
    })
    const aws = (dimensions: readonly (readonly string[])[], ...names: readonly string[]) => ({
      Timestamp: 1000,
      CloudWatchMetrics: [
        {
          Namespace: 'Quietgate',
          Dimensions: dimensions,
          Metrics: names.map((Name) => ({ Name, Unit: Name.endsWith('Milliseconds') ? 'Milliseconds' : 'Count' })),
        },
      ],
    })
    expect(lines()).toEqual([
      {
        _aws: aws([['Action'], ['WouldBeAction'], ['Mode']], 'Messages', 'ColdStarts'),
        Action: 'deliver',
        WouldBeAction: 'discard',
        Mode: 'observe',
        Messages: 1,
        ColdStarts: 1,
      },
      {
        _aws: aws(
          [[]],
          'RecipientsKnown',
          'RecipientsUnknown',
          'RecipientsUnavailable',
          'DirectoryMilliseconds',
          'ZonesMilliseconds',
          'DecisionMilliseconds',
        ),
        RecipientsKnown: 1,
        RecipientsUnknown: 2,
        RecipientsUnavailable: 0,
        DirectoryMilliseconds: 1.5,
        ZonesMilliseconds: 2,
        DecisionMilliseconds: 4,
      },
      { _aws: aws([['Reason']], 'Reasons'), Reason: 'recipient-unknown', Reasons: 1 },
      { _aws: aws([['Reason']], 'Reasons'), Reason: 'spam-found', Reasons: 1 },
    ])
  })

  it('counts what went wrong, one metric for each failure', () => {
    const { lines, metrics } = captured()
    for (const failure of ['record-failed', 'pointer-failed', 'filter-failed', 'event-repeated'] as const)
      metrics.failed(failure)
    expect(lines().map((line) => Object.keys(line).filter((name) => name !== '_aws'))).toEqual([
      ['RecordsNotWritten'],
      ['PointersNotWritten'],
      ['FilterFailures'],
      ['EventsRepeated'],
    ])
  })
})

function captured() {
  const written: string[] = []
  const metrics = createEmfMetrics(
    (line) => written.push(line),
    () => 1000.7,
  )
  return { metrics, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) }
}
