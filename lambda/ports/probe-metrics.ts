import type { ZoneCondition } from '../core/zone-state.ts'

/** What the scheduled probe counts. Returns at once and never fails. `zone` is a name of the policy, keys in braces. */
export type ProbeMetrics = {
  /** Once for each zone that has answered ever; `milliseconds` only if it was asked just now. */
  readonly zone: (zone: string, healthy: boolean, milliseconds: number | null) => void
  readonly probed: (totals: ProbeTotals) => void
  /** The state of every zone that is probed, once a run. */
  readonly states: (states: readonly ZoneCondition[]) => void
  /** The states could not be read, or something that was found could not be written down. */
  readonly failed: () => void
}

export type ProbeTotals = {
  readonly zonesUnhealthy: number
  readonly resolverFilters127: boolean
  /** Addresses and domains of ours that stand on at least one list. */
  readonly ownListed: number
}
