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
      domainGroups: ['example.com', 'other'],
      recorded: true,
      recordMilliseconds: 12.5,
    })
    const aws = (dimensions: readonly (readonly string[])[], ...names: readonly string[]) => ({
      Timestamp: 1000,
      CloudWatchMetrics: [
        {
          Namespace: 'Quietgate',
          Dimensions: dimensions,
          Metrics: names.map((Name) => ({ Name, Unit: unitOf(Name) })),
        },
      ],
    })
    expect(lines()).toEqual([
      {
        _aws: aws([['Action'], ['WouldBeAction'], ['Mode']], 'Messages'),
        Action: 'deliver',
        WouldBeAction: 'discard',
        Mode: 'observe',
        Messages: 1,
      },
      {
        _aws: aws(
          [[]],
          'RecipientsKnown',
          'RecipientsUnknown',
          'RecipientsUnavailable',
          'KnownRecipientsDiscarded',
          'KnownRecipientsQuarantined',
          'DirectoryMilliseconds',
          'ZonesMilliseconds',
          'BounceMilliseconds',
          'DecisionMilliseconds',
          'RecordMilliseconds',
          'ColdStarts',
          'RecordsWritten',
        ),
        RecipientsKnown: 1,
        RecipientsUnknown: 2,
        RecipientsUnavailable: 0,
        KnownRecipientsDiscarded: 0,
        KnownRecipientsQuarantined: 0,
        DirectoryMilliseconds: 1.5,
        ZonesMilliseconds: 2,
        BounceMilliseconds: 0,
        DecisionMilliseconds: 4,
        RecordMilliseconds: 12.5,
        ColdStarts: 1,
        RecordsWritten: 1,
      },
      { _aws: aws([['Reason']], 'Reasons'), Reason: 'recipient-unknown', Reasons: 1 },
      { _aws: aws([['Reason']], 'Reasons'), Reason: 'spam-found', Reasons: 1 },
      { _aws: aws([['DomainGroup']], 'Messages'), DomainGroup: 'example.com', Messages: 1 },
      { _aws: aws([['DomainGroup']], 'Messages'), DomainGroup: 'other', Messages: 1 },
      {
        _aws: aws([[], ['Action']], 'MessageMicrodollars'),
        Action: 'deliver',
        MessageMicrodollars: expect.closeTo(113, 0) as number,
      },
    ])
  })

  it('counts no record and no group of domains where it is told of none', () => {
    const { lines, metrics } = captured()
    metrics.decided({
      action: 'deliver',
      wouldBeAction: 'deliver',
      mode: 'observe',
      reasons: [],
      recipients: { known: 1, unknown: 0, unavailable: 0 },
      bounces: [],
      milliseconds: { directory: 0, zones: 0, bounce: 0, total: 0 },
      coldStart: false,
    })
    const names = lines().flatMap((line) => Object.keys(line))
    expect(names.filter((name) => /^Record[sM]|Domain/.test(name))).toEqual([])
    expect(names).toContain('ColdStarts')
  })

  it('counts those who exist among the recipients of a message that was stopped', () => {
    const { lines, metrics } = captured()
    for (const action of ['discard', 'quarantine'] as const) {
      metrics.decided({
        action,
        wouldBeAction: action,
        mode: 'enforce',
        reasons: [],
        recipients: { known: 2, unknown: 1, unavailable: 0 },
        bounces: [],
        milliseconds: { directory: 0, zones: 0, bounce: 0, total: 0 },
        coldStart: false,
      })
    }
    const counted = lines().filter((line) => 'RecipientsKnown' in line)
    expect(counted.map((line) => [line['KnownRecipientsDiscarded'], line['KnownRecipientsQuarantined']])).toEqual([
      [2, 0],
      [0, 2],
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

function unitOf(name: string): string {
  if (name === 'MessageMicrodollars') return 'None'
  return name.endsWith('Milliseconds') ? 'Milliseconds' : 'Count'
}

function captured() {
  const written: string[] = []
  const metrics = createEmfMetrics(
    (line) => written.push(line),
    () => 1000.7,
  )
  return { metrics, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) }
}
