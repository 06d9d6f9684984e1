import type { Measurement } from '../core/effects.ts'
import { metricNamespace } from '../core/metric-names.ts'
import type { Failure, Metrics } from '../ports/metrics.ts'

/**
 * Metrics in CloudWatch's Embedded Metric Format: one JSON line on standard output, which CloudWatch Logs turns into
 * metrics by itself, so that counting costs no request and cannot fail.
 *
 * Each metric with each combination of dimension values is billed by the month. So every dimension is a closed set, each
 * stands in a set of its own, and nothing that a sender wrote is ever one.
 */
export function createEmfMetrics(write: (line: string) => void, clock: () => number): Metrics {
  const emit = (dimensions: Values<string>, values: Values<number>): void => {
    write(emfLine(dimensions, values, clock()))
  }
  return {
    decided: (measurement) => {
      const { milliseconds, recipients } = measurement
      emit(
        { Action: measurement.action, WouldBeAction: measurement.wouldBeAction, Mode: measurement.mode },
        { Messages: 1, ...coldStartOf(measurement) },
      )
      emit(
        {},
        {
          RecipientsKnown: recipients.known,
          RecipientsUnknown: recipients.unknown,
          RecipientsUnavailable: recipients.unavailable,
          DirectoryMilliseconds: milliseconds.directory,
          ZonesMilliseconds: milliseconds.zones,
          BounceMilliseconds: milliseconds.bounce,
          DecisionMilliseconds: milliseconds.total,
        },
      )
      for (const verdict of measurement.bounces) emit({ Verdict: verdict }, { Bounces: 1 })
      for (const code of measurement.reasons) emit({ Reason: code }, { Reasons: 1 })
    },
    failed: (what) => emit({}, { [failureMetrics[what]]: 1 }),
  }
}

/** One line of the format. `now` in milliseconds since 1970. */
export function emfLine(dimensions: Values<string>, values: Values<number>, now: number): string {
  return JSON.stringify({ ...envelopeOf(dimensions, values, now), ...dimensions, ...values }) + '\n'
}

const failureMetrics: { readonly [F in Failure]: string } = {
  'record-failed': 'RecordsNotWritten',
  'pointer-failed': 'PointersNotWritten',
  'filter-failed': 'FilterFailures',
  'event-repeated': 'EventsRepeated',
  'mail-unread': 'MailUnread',
  'proof-silent': 'ProofsSilent',
  'bounce-memory-failed': 'BounceMemoryFailures',
  'seen-unmarked': 'SeenUnmarked',
  'zone-states-unread': 'ZoneStatesUnread',
}

type Values<T> = { readonly [name: string]: T }

function coldStartOf({ coldStart }: Measurement): Values<number> {
  return coldStart ? { ColdStarts: 1 } : {}
}

/** CloudWatch User Guide, "Embedded metric format specification": each dimension is a set of its own. */
function envelopeOf(dimensions: Values<string>, values: Values<number>, now: number): object {
  const names = Object.keys(dimensions)
  const metrics = Object.keys(values).map((name) => ({
    Name: name,
    Unit: name.endsWith('Milliseconds') ? 'Milliseconds' : 'Count',
  }))
  const sets = names.length === 0 ? [[]] : names.map((name) => [name])
  return {
    _aws: {
      Timestamp: Math.trunc(now),
      CloudWatchMetrics: [{ Namespace: metricNamespace, Dimensions: sets, Metrics: metrics }],
    },
  }
}
