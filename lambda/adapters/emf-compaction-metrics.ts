import type { CompactionMetrics } from '../ports/compaction-metrics.ts'
import { emfLine } from './emf-metrics.ts'

/** The metrics of the compaction in the Embedded Metric Format, without dimensions. */
export function createEmfCompactionMetrics(write: (line: string) => void, clock: () => number): CompactionMetrics {
  return ({ hoursNotCompacted, rowsWritten, unreadable }) =>
    write(
      emfLine(
        {},
        { HoursNotCompacted: hoursNotCompacted, RecordsCompacted: rowsWritten, RecordsUnreadable: unreadable },
        clock(),
      ),
    )
}
