import type { ScimMetrics } from '../ports/scim-metrics.ts'
import { emfLine } from './emf-metrics.ts'

/** The metrics of the SCIM endpoint in the Embedded Metric Format. They have no dimension: an address must never be one. */
export function createEmfScimMetrics(write: (line: string) => void, clock: () => number): ScimMetrics {
  return {
    answered: ({ failures, unauthorized, added, removed }) =>
      write(
        emfLine(
          {},
          {
            ScimRequests: 1,
            ScimFailures: failures,
            ScimUnauthorized: unauthorized,
            ScimAddressesAdded: added,
            ScimAddressesRemoved: removed,
          },
          clock(),
        ),
      ),
  }
}
