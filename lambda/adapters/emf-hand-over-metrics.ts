import type { HandOverMetrics } from '../ports/hand-over-metrics.ts'
import { emfLine } from './emf-metrics.ts'

/** The metrics of handing over in the Embedded Metric Format, without dimensions. */
export function createEmfHandOverMetrics(write: (line: string) => void, clock: () => number): HandOverMetrics {
  const emit = (values: { readonly [name: string]: number }): void => write(emfLine({}, values, clock()))
  return {
    tried: ({ taken, refused, later }) =>
      emit({ HandOverTaken: taken, HandOverRefused: refused, HandOverLater: later }),
    waiting: (seconds) => emit({ HandOverWaitedSeconds: Math.round(seconds) }),
    unread: () => emit({ HandOverUnread: 1 }),
  }
}

/** The same for the sweep. `OrphanedMail` is how many there are now, not how many are new. */
export function createEmfSweepMetrics(
  write: (line: string) => void,
  clock: () => number,
): (counts: { readonly orphans: number; readonly failed: boolean }) => void {
  return ({ orphans, failed }) => write(emfLine({}, { OrphanedMail: orphans, SweepFailures: failed ? 1 : 0 }, clock()))
}
