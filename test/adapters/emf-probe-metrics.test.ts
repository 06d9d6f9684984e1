import { describe, expect, it } from 'vitest'
import { createEmfProbeMetrics } from '../../lambda/adapters/emf-probe-metrics.ts'

describe('the metrics of the probe', () => {
  it('have the zone as their only dimension, and none where an alarm stands on them', () => {
    const lines: string[] = []
    const metrics = createEmfProbeMetrics(
      (line) => lines.push(line),
      () => 1_700_000_000_000,
    )
    metrics.zone('{dqs}.zen.example', true, 12.4)
    metrics.zone('bl.example', false, null)
    metrics.probed({ zonesUnhealthy: 2, resolverFilters127: true, ownListed: 3 })
    metrics.states(['healthy', 'muted', 'healthy', 'silent'])
    metrics.failed()
    const envelope = (dimensions: readonly string[], ...names: readonly string[]) => ({
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'Quietgate',
            Dimensions: [dimensions],
            Metrics: names.map((Name) => ({
              Name,
              Unit: Name.endsWith('Milliseconds') ? 'Milliseconds' : 'Count',
            })),
          },
        ],
      },
    })
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        ...envelope(['Zone'], 'ZoneHealthy', 'ZoneMilliseconds'),
        ...{ Zone: '{dqs}.zen.example', ZoneHealthy: 1, ZoneMilliseconds: 12 },
      },
      { ...envelope(['Zone'], 'ZoneHealthy'), Zone: 'bl.example', ZoneHealthy: 0 },
      {
        ...envelope([], 'ZonesUnhealthy', 'ResolverFilters127', 'OwnAddressesListed'),
        ...{ ZonesUnhealthy: 2, ResolverFilters127: 1, OwnAddressesListed: 3 },
      },
      {
        ...envelope(
          [],
          'ZonesUnknown',
          'ZonesHealthy',
          'ZonesEmpty',
          'ZonesListingTheWorld',
          'ZonesSilent',
          'ZonesMuted',
        ),
        ...{ ZonesUnknown: 0, ZonesHealthy: 2, ZonesEmpty: 0, ZonesListingTheWorld: 0, ZonesSilent: 1, ZonesMuted: 1 },
      },
      { ...envelope([], 'ProbeFailures'), ProbeFailures: 1 },
    ])
  })
})
