import type { DigestMetrics } from '../ports/digest-metrics.ts'
import { emfLine } from './emf-metrics.ts'

/** The metrics of the digest in the Embedded Metric Format, without dimensions. */
export function createEmfDigestMetrics(write: (line: string) => void, clock: () => number): DigestMetrics {
  return ({ sent, missing }) => write(emfLine({}, { DigestsSent: sent, DigestsMissing: missing }, clock()))
}
