import type { SentLogMetrics } from '../ports/sent-log-metrics.ts'
import { emfLine } from './emf-metrics.ts'

/** The metrics of the sent log in the Embedded Metric Format. They have no dimension: an address must never be one. */
export function createEmfSentLogMetrics(write: (line: string) => void, clock: () => number): SentLogMetrics {
  const emit = (values: { readonly [name: string]: number }): void => write(emfLine({}, values, clock()))
  return {
    added: ({ written, failed }) => emit({ SentLogEntries: written, SentLogFailures: failed }),
    unread: () => emit({ SentLogEventsUnread: 1 }),
  }
}
