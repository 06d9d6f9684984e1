import type { ZoneCondition } from '../core/zone-state.ts'
import type { ProbeMetrics } from '../ports/probe-metrics.ts'
import { emfLine } from './emf-metrics.ts'

/**
 * The probe's metrics in the Embedded Metric Format. The dimension `Zone` is a closed set: the zones of the policy, by the
 * names that hold no key.
 */
export function createEmfProbeMetrics(write: (line: string) => void, clock: () => number): ProbeMetrics {
  const emit = (dimensions: { readonly Zone?: string }, values: { readonly [name: string]: number }): void =>
    write(emfLine(dimensions, values, clock()))
  return {
    zone: (zone, healthy, milliseconds) => {
      const health = { ZoneHealthy: healthy ? 1 : 0 }
      emit({ Zone: zone }, milliseconds === null ? health : { ...health, ZoneMilliseconds: Math.round(milliseconds) })
    },
    probed: ({ zonesUnhealthy, resolverFilters127, ownListed }) =>
      emit(
        {},
        {
          ZonesUnhealthy: zonesUnhealthy,
          ResolverFilters127: resolverFilters127 ? 1 : 0,
          OwnAddressesListed: ownListed,
        },
      ),
    states: (states) =>
      emit(
        {},
        Object.fromEntries(
          conditions.map((condition) => [stateMetrics[condition], states.filter((one) => one === condition).length]),
        ),
      ),
    failed: () => emit({}, { ProbeFailures: 1 }),
  }
}

const stateMetrics: { readonly [C in ZoneCondition]: string } = {
  unknown: 'ZonesUnknown',
  healthy: 'ZonesHealthy',
  empty: 'ZonesEmpty',
  'lists-the-world': 'ZonesListingTheWorld',
  silent: 'ZonesSilent',
  muted: 'ZonesMuted',
}

const conditions = Object.keys(stateMetrics) as readonly ZoneCondition[]
