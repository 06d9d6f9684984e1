import type { ImportMetrics } from '../ports/import-metrics.ts'
import { emfLine } from './emf-metrics.ts'

/** The metrics of imports in the Embedded Metric Format. They have no dimension: a file's name must never be one. */
export function createEmfImportMetrics(write: (line: string) => void, clock: () => number): ImportMetrics {
  const emit = (values: { readonly [name: string]: number }): void => write(emfLine({}, values, clock()))
  return {
    applied: ({ added, changed, removed }) =>
      emit({ DirectoryImports: 1, DirectoryAdded: added, DirectoryChanged: changed, DirectoryRemoved: removed }),
    refused: () => emit({ DirectoryImportsRefused: 1 }),
    failed: () => emit({ DirectoryImportsFailed: 1 }),
  }
}
