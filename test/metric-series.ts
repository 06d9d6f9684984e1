import { createEmfCompactionMetrics } from '../lambda/adapters/emf-compaction-metrics.ts'
import { createEmfDigestMetrics } from '../lambda/adapters/emf-digest-metrics.ts'
import { createEmfHandOverMetrics, createEmfSweepMetrics } from '../lambda/adapters/emf-hand-over-metrics.ts'
import { createEmfImportMetrics } from '../lambda/adapters/emf-import-metrics.ts'
import { createEmfMetrics } from '../lambda/adapters/emf-metrics.ts'
import { createEmfProbeMetrics } from '../lambda/adapters/emf-probe-metrics.ts'
import { createEmfScimMetrics } from '../lambda/adapters/emf-scim-metrics.ts'
import { createEmfSentLogMetrics } from '../lambda/adapters/emf-sent-log-metrics.ts'
import { remedies } from '../lambda/core/explain.ts'
import type { BounceVerdict } from '../lambda/core/judgement.ts'
import type { Action, Mode } from '../lambda/core/policy.ts'
import type { ReasonCode } from '../lambda/core/reasons.ts'
import type { ZoneCondition } from '../lambda/core/zone-state.ts'
import type { Decided, Failure } from '../lambda/ports/metrics.ts'

/** The values of the dimensions that come from the configuration. */
export type Configured = { readonly zones: readonly string[]; readonly domainGroups: readonly string[] }

/** What drives each file of lambda/adapters/ that writes metrics, with every closed value there is. */
export const drivers: Readonly<Record<string, (write: Write, configured: Configured) => void>> = {
  'emf-metrics.ts': driveFilter,
  'emf-probe-metrics.ts': driveProbe,
  'emf-compaction-metrics.ts': (write) =>
    createEmfCompactionMetrics(write, clock)({ hoursNotCompacted: 1, rowsWritten: 1, unreadable: 1 }),
  'emf-digest-metrics.ts': (write) => createEmfDigestMetrics(write, clock)({ sent: 1, missing: 1 }),
  'emf-hand-over-metrics.ts': (write) => {
    const metrics = createEmfHandOverMetrics(write, clock)
    metrics.tried({ taken: 1, refused: 1, later: 1 })
    metrics.unread()
    createEmfSweepMetrics(write, clock)({ orphans: 1, failed: true })
  },
  'emf-import-metrics.ts': (write) => {
    const metrics = createEmfImportMetrics(write, clock)
    metrics.applied({ added: 1, changed: 1, removed: 1 })
    metrics.refused()
    metrics.failed()
  },
  'emf-scim-metrics.ts': (write) =>
    createEmfScimMetrics(write, clock).answered({ failures: 1, unauthorized: 1, added: 1, removed: 1 }),
  'emf-sent-log-metrics.ts': (write) => {
    const metrics = createEmfSentLogMetrics(write, clock)
    metrics.added({ written: 1, failed: 1 })
    metrics.unread()
  },
}

/** Every series that is billed, as `NAMESPACE METRIC DIMENSION=VALUE`. */
export function allSeries(configured: Configured): ReadonlySet<string> {
  return seriesBy((write) => Object.values(drivers).forEach((drive) => drive(write, configured)))
}

/** What is there after a day on which one message was delivered and nothing went wrong. */
export function seriesOfAGoodDay({ zones, domainGroups }: Configured): ReadonlySet<string> {
  return seriesBy((write) => {
    createEmfMetrics(write, clock).decided({ ...decided, domainGroups: domainGroups.slice(0, 1), recorded: true })
    const probe = createEmfProbeMetrics(write, clock)
    for (const zone of zones) probe.zone(zone, true, 1)
    probe.probed({ zonesUnhealthy: 0, resolverFilters127: false, ownListed: 0 })
    probe.states(zones.map(() => 'healthy'))
    createEmfSweepMetrics(write, clock)({ orphans: 0, failed: false })
    createEmfHandOverMetrics(write, clock).tried({ taken: 1, refused: 0, later: 0 })
    createEmfSentLogMetrics(write, clock).added({ written: 1, failed: 0 })
    createEmfCompactionMetrics(write, clock)({ hoursNotCompacted: 0, rowsWritten: 1, unreadable: 0 })
    createEmfDigestMetrics(write, clock)({ sent: 1, missing: 0 })
    createEmfScimMetrics(write, clock).answered({ failures: 0, unauthorized: 0, added: 1, removed: 0 })
  })
}

type Write = (line: string) => void
const clock = () => 0

/** One message was delivered, and its record written. */
export const decided: Decided = {
  action: 'deliver',
  wouldBeAction: 'deliver',
  mode: 'observe',
  reasons: [],
  recipients: { known: 1, unknown: 0, unavailable: 0 },
  bounces: [],
  milliseconds: { directory: 1, zones: 1, bounce: 0, total: 2 },
  coldStart: false,
  recordMilliseconds: 1,
}

// Records, so that whoever adds a value is told of it by the compiler.
const actions: Record<Action, 0> = { deliver: 0, quarantine: 0, discard: 0 }
const modes: Record<Mode, 0> = { observe: 0, enforce: 0, bypass: 0 }
const verdicts: Record<BounceVerdict, 0> = { authentic: 0, backscatter: 0, unverified: 0, undecidable: 0 }
const conditions: Record<ZoneCondition, 0> = {
  unknown: 0,
  healthy: 0,
  empty: 0,
  'lists-the-world': 0,
  silent: 0,
  muted: 0,
}
const failures: Record<Failure, 0> = {
  'record-failed': 0,
  'pointer-failed': 0,
  'filter-failed': 0,
  'event-repeated': 0,
  'mail-unread': 0,
  'proof-silent': 0,
  'bounce-memory-failed': 0,
  'entries-unread': 0,
  'seen-unmarked': 0,
  'zone-states-unread': 0,
}

export const failureNames: readonly Failure[] = namesOf(failures)

function driveFilter(write: Write, { domainGroups }: Configured): void {
  const metrics = createEmfMetrics(write, clock)
  for (const failure of failureNames) metrics.failed(failure)
  for (const mode of namesOf(modes)) {
    for (const action of namesOf(actions)) {
      for (const wouldBeAction of namesOf(actions)) {
        metrics.decided({
          ...decided,
          ...{ mode, action, wouldBeAction, domainGroups, recorded: true, coldStart: true },
          reasons: Object.keys(remedies) as readonly ReasonCode[],
          bounces: namesOf(verdicts),
        })
      }
    }
  }
}

function driveProbe(write: Write, { zones }: Configured): void {
  const metrics = createEmfProbeMetrics(write, clock)
  for (const zone of zones) metrics.zone(zone, true, 1)
  metrics.probed({ zonesUnhealthy: 1, resolverFilters127: true, ownListed: 1 })
  metrics.states(namesOf(conditions))
  metrics.failed()
}

function namesOf<K extends string>(record: Record<K, 0>): readonly K[] {
  return Object.keys(record) as K[]
}

/** The series in what is written, as `NAMESPACE METRIC DIMENSION=VALUE`. */
export function seriesBy(drive: (write: Write) => void): ReadonlySet<string> {
  const lines: string[] = []
  drive((line) => void lines.push(line))
  return new Set(lines.flatMap((line) => seriesIn(JSON.parse(line) as EmfLine)))
}

type EmfLine = {
  readonly [name: string]: unknown
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string
      readonly Dimensions: readonly (readonly string[])[]
      readonly Metrics: readonly { readonly Name: string }[]
    }[]
  }
}

function seriesIn(line: EmfLine): readonly string[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((set) =>
      Metrics.map(({ Name }) => [Namespace, Name, ...set.map((name) => `${name}=${String(line[name])}`)].join(' ')),
    ),
  )
}
