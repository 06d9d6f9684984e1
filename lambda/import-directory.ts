/**
 * The directory is made equal to a source, in two calls: `planImport` says what would change and changes nothing;
 * `applyImport` does it, in an order in which every beginning of the work is safe. `planRollback` plans an earlier snapshot.
 * Their types stand in import-directory/import.ts, what they ask of the world in ports/import-ports.ts.
 */
export { planImport, planRollback } from './import-directory/plan.ts'
export { applyImport } from './import-directory/apply.ts'
export { isSourceName, readHistory, readSnapshots } from './import-directory/archive.ts'
