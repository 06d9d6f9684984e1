import { describe, expect, it } from 'vitest'
import { createEmfSentLogMetrics } from '../../lambda/adapters/emf-sent-log-metrics.ts'

describe('the metrics of the sent log', () => {
  it('are counts without a dimension, so that no address can become one', () => {
    const lines: string[] = []
    const metrics = createEmfSentLogMetrics(
      (line) => lines.push(line),
      () => 1_700_000_000_000,
    )
    metrics.added({ written: 2, failed: 1 })
    metrics.unread()
    const envelope = (...names: readonly string[]) => ({
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          { Namespace: 'Quietgate', Dimensions: [[]], Metrics: names.map((Name) => ({ Name, Unit: 'Count' })) },
        ],
      },
    })
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ...envelope('SentLogEntries', 'SentLogFailures'), SentLogEntries: 2, SentLogFailures: 1 },
      { ...envelope('SentLogEventsUnread'), SentLogEventsUnread: 1 },
    ])
  })
})
