import { costOf, usageOf } from '../core/cost.ts'
import { metricNamespace } from '../core/metric-names.ts'
import type { Decided, Failure, Metrics } from '../ports/metrics.ts'

/**
 * Metrics in CloudWatch's Embedded Metric Format: one JSON line on standard output, which CloudWatch Logs turns into
 * metrics by itself, so that counting costs no request and cannot fail.
 *
 * Each metric with each combination of dimension values is billed by the month. So every dimension is a closed set, each
 * stands in a set of its own, and nothing that a sender wrote is ever one.
 */
export function createEmfMetrics(write: (line: string) => void, clock: () => number): Metrics {
  return {
    decided: (decided) => {
      const now = clock()
      const lines = linesOf(decided, now)
      const written = lines.reduce((bytes, line) => bytes + line.length, platformBytes)
      for (const line of [...lines, costLine(decided, written, now)]) write(line)
    },
    failed: (what) => write(emfLine({}, { [failureMetrics[what]]: 1 }, clock())),
  }
}

/**
 * One line of the format. `now` in milliseconds since 1970. Each dimension is a set of its own; `alsoWithout` adds the set of
 * none, so that there is a metric of all of them as well.
 */
export function emfLine(
  dimensions: Values<string>,
  values: Values<number>,
  now: number,
  { alsoWithout = false }: { readonly alsoWithout?: boolean } = {},
): string {
  const names = Object.keys(dimensions)
  const sets = [...(alsoWithout || names.length === 0 ? [[]] : []), ...names.map((name) => [name])]
  return JSON.stringify({ ...envelopeOf(sets, Object.keys(values), now), ...dimensions, ...values }) + '\n'
}

const failureMetrics: { readonly [F in Failure]: string } = {
  'record-failed': 'RecordsNotWritten',
  'pointer-failed': 'PointersNotWritten',
  'filter-failed': 'FilterFailures',
  'event-repeated': 'EventsRepeated',
  'mail-unread': 'MailUnread',
  'proof-silent': 'ProofsSilent',
  'bounce-memory-failed': 'BounceMemoryFailures',
  'entries-unread': 'EntriesUnread',
  'seen-unmarked': 'SeenUnmarked',
  'zone-states-unread': 'ZoneStatesUnread',
}

type Values<T> = { readonly [name: string]: T }

function linesOf(decided: Decided, now: number): readonly string[] {
  const { action, wouldBeAction, mode, bounces, reasons, domainGroups = [] } = decided
  return [
    emfLine({ Action: action, WouldBeAction: wouldBeAction, Mode: mode }, { Messages: 1 }, now),
    emfLine({}, { ...recipientCounts(decided), ...runCounts(decided) }, now),
    ...bounces.map((verdict) => emfLine({ Verdict: verdict }, { Bounces: 1 }, now)),
    ...reasons.map((code) => emfLine({ Reason: code }, { Reasons: 1 }, now)),
    ...domainGroups.map((group) => emfLine({ DomainGroup: group }, { Messages: 1 }, now)),
  ]
}

function recipientCounts({ action, recipients: { known, unknown, unavailable } }: Decided): Values<number> {
  return {
    RecipientsKnown: known,
    RecipientsUnknown: unknown,
    RecipientsUnavailable: unavailable,
    // A message is stopped for all its recipients or for none: those who exist lost it as well.
    KnownRecipientsDiscarded: action === 'discard' ? known : 0,
    KnownRecipientsQuarantined: action === 'quarantine' ? known : 0,
  }
}

function runCounts({ milliseconds, coldStart, recorded, recordMilliseconds }: Decided): Values<number> {
  return {
    DirectoryMilliseconds: milliseconds.directory,
    ZonesMilliseconds: milliseconds.zones,
    BounceMilliseconds: milliseconds.bounce,
    DecisionMilliseconds: milliseconds.total,
    ...(recordMilliseconds === undefined ? {} : { RecordMilliseconds: recordMilliseconds }),
    ColdStarts: coldStart ? 1 : 0,
    ...(recorded === undefined ? {} : { RecordsWritten: recorded ? 1 : 0 }),
  }
}

/** By what was done, so that the price of mail that nobody got is known, and of all. To a thousandth of a millionth. */
function costLine(decided: Decided, logBytes: number, now: number): string {
  const cost = Math.round(costOf(usageOf(decided, logBytes)) * 1000) / 1000
  return emfLine({ Action: decided.action }, { MessageMicrodollars: cost }, now, { alsoWithout: true })
}

/** About what Lambda itself logs of an invocation, and the line that says what it cost. */
const platformBytes = 700

/** CloudWatch User Guide, "Embedded metric format specification". */
function envelopeOf(sets: readonly (readonly string[])[], names: readonly string[], now: number): object {
  const metrics = names.map((name) => ({ Name: name, Unit: unitOf(name) }))
  return {
    _aws: {
      Timestamp: Math.trunc(now),
      CloudWatchMetrics: [{ Namespace: metricNamespace, Dimensions: sets, Metrics: metrics }],
    },
  }
}

function unitOf(name: string): 'Milliseconds' | 'None' | 'Count' {
  if (name.endsWith('Milliseconds')) return 'Milliseconds'
  return name.endsWith('Microdollars') ? 'None' : 'Count'
}
