import type { Datum, MetricsStore } from '../../../local/page/metrics-store.ts'

/** A full hour, so that periods begin at it. */
export const noon = Date.UTC(2026, 10, 22, 12)
export const minute = 60_000

/** Counts `values` of a metric of ours at so many minutes after noon. */
export function emit(
  store: MetricsStore,
  name: string,
  atMinute: number,
  values: readonly number[],
  dimensions: Datum['metric']['dimensions'] = {},
  unit: string | null = 'Count',
): void {
  store.add({ metric: { namespace: 'Quietgate', name, dimensions }, values, unit, at: noon + atMinute * minute })
}
