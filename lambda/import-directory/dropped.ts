import type { Limits } from '../core/directory-import/guards.ts'
import type { ServedDomain } from '../core/directory-import/normalise.ts'
import type { ImportMetrics } from '../ports/import-metrics.ts'
import { ImportInterrupted, type ImportPorts, type OpenIncoming } from '../ports/import-ports.ts'
import { applyImport } from './apply.ts'
import { isSourceName, writeJson } from './archive.ts'
import type { ImportOptions, Plan, Report, Unapplied, Unplanned } from './import.ts'
import { planImport } from './plan.ts'

/**
 * Where files are dropped, and where the answers lie: in the record bucket, beside the snapshots and the history that are made
 * of them. SES writes into the other one, and who may write there must not be able to say who exists.
 */
export const incomingPrefix = 'directory/incoming/'
export const reportPrefix = 'directory/reports/'

export type DropPorts = ImportPorts & { readonly incoming: OpenIncoming; readonly metrics: ImportMetrics }

export type DropSettings = {
  readonly domains: readonly ServedDomain[]
  readonly limits: Limits
}

/** `again`: it might work later. */
export type Dropped = 'applied' | 'refused' | 'gone' | 'again'

/**
 * Imports a dropped file and puts the report beside it. The source is called like the file, without what follows its last
 * dot, so that the next `staff.csv` is compared with this one.
 */
export async function importDropped(
  key: string,
  settings: DropSettings,
  ports: DropPorts,
  signal: AbortSignal,
): Promise<Dropped> {
  try {
    const fileName = key.slice(incomingPrefix.length)
    const found = await ports.incoming(key, signal)
    if (found === null) return 'gone'
    const options: ImportOptions = { ...usual, ...settings }
    const name = fileName.replace(/\.[^.]*$/, '')
    const planned: Plan | Unplanned = isSourceName(name)
      ? await planImport({ name, bytes: found.bytes, size: found.size }, options, ports, signal)
      : { kind: 'unreadable', line: null, sentence: misnamed }
    const by = { by: `the file ${key}`, force: found.force, onProgress: () => undefined }
    const outcome = planned.kind === 'plan' ? await applied(planned, by, ports, signal) : planned
    await writeJson(ports.archive, `${reportPrefix}${fileName}.json`, reportOf(key, planned, outcome, ports), signal)
    return counted(outcome, ports.metrics)
  } catch (error) {
    if (!(error instanceof ImportInterrupted)) throw error
    ports.metrics.failed()
    return 'again'
  }
}

const usual = { format: null, columns: null, defaultDomain: null, skipBad: false, partial: false } as const

const misnamed =
  'the name of the file, without its ending, has to have 1 to 64 letters, digits, ".", "_" or "-", and not to be "scim"'

async function applied(
  plan: Plan,
  options: Parameters<typeof applyImport>[1],
  ports: DropPorts,
  signal: AbortSignal,
): Promise<Report | Unapplied> {
  try {
    return await applyImport(plan, options, ports, signal)
  } finally {
    await plan.sorted.remove()
  }
}

type Outcome = Report | Unapplied | Unplanned

function counted(outcome: Outcome, metrics: ImportMetrics): Dropped {
  switch (outcome.kind) {
    case 'applied':
      metrics.applied(outcome)
      return 'applied'
    case 'refused':
    case 'unreadable':
    case 'no-snapshot':
      metrics.refused()
      return 'refused'
    // Another import is under way, or was done in between: this one is tried again, and is refused by nobody.
    case 'locked':
    case 'stale':
    case 'interrupted':
      metrics.failed()
      return 'again'
  }
}

/** What whoever dropped the file wants to know. */
function reportOf(key: string, planned: Plan | Unplanned, outcome: Outcome, { clock }: DropPorts): object {
  const at = new Date(clock()).toISOString()
  if (planned.kind !== 'plan') return { file: key, at, outcome }
  const { source, format, sha256, entries, diff, guards, badRows, duplicates, notServed, removedActive } = planned
  return {
    file: key,
    at,
    source,
    format,
    sha256,
    entries,
    diff: { ...diff, domains: Object.fromEntries(diff.domains) },
    guards,
    bad_rows: badRows,
    duplicates,
    not_served: Object.fromEntries(notServed),
    removed_active: removedActive,
    outcome,
  }
}
