import { createDiffCount, type Step } from '../core/directory-import/diff.ts'
import type { ListedEntry } from '../core/directory-import/entry.ts'
import { guardsOf } from '../core/directory-import/guards.ts'
import type { RawRow } from '../core/directory-import/normalise.ts'
import { ImportInterrupted, type ImportPorts, type SeenDays } from '../ports/import-ports.ts'
import { readSnapshot, readSnapshots, readState } from './archive.ts'
import { createBatch } from './batches.ts'
import type { ActiveRemoval, ImportOptions, ImportSource, Plan, SourceState, Unplanned } from './import.ts'
import { readSource, type SourceEnd } from './read-source.ts'
import { mostShown, sortSource, type Sorted } from './sort-source.ts'
import { stepsOf } from './steps.ts'

export type PlanPorts = Omit<ImportPorts, 'lock'>

/** Reads a source and says what would change, and what speaks against it. Nothing is changed. */
export function planImport(
  source: ImportSource,
  options: ImportOptions,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<Plan | Unplanned> {
  return interruptible(() => planOf(source.name, readSource(source, options, signal), options, ports, signal))
}

/**
 * Plans to make the directory what an earlier import had made it. `to`: a key that `readSnapshots` gave, or an id that stands
 * in one; null: the import before the last.
 */
export function planRollback(
  source: string,
  to: string | null,
  options: ImportOptions,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<Plan | Unplanned> {
  return interruptible(async () => {
    const { current } = await readState(ports.archive, source, signal)
    const keys = await readSnapshots(ports.archive, source, signal)
    const earlier = keys.filter((key) => current === null || key < current.key)
    const key = to === null ? earlier[0] : keys.find((name) => name === to || name.includes(`/${to}`))
    if (key === undefined) {
      const which = to === null ? 'no import before the last one' : `no finished import ${to}`
      return { kind: 'no-snapshot', sentence: `Of the source ${source} there is ${which}.` }
    }
    return planOf(source, snapshotRows(key, ports, signal), options, ports, signal)
  })
}

async function planOf(
  source: string,
  rows: AsyncGenerator<readonly RawRow[], SourceEnd>,
  options: ImportOptions,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<Plan | Unplanned> {
  const base = await readState(ports.archive, source, signal)
  const sorted = await sortSource(rows, options, ports.scratch)
  const { end, file } = sorted
  try {
    if (end.kind === 'unreadable') {
      await file.remove()
      return end
    }
    const found = await compare(sorted, base, ports, signal)
    const guards = guardsOf({ ...sorted, cut: end.cut }, found.diff, options.limits, options.skipBad)
    const { entries, badRows, duplicates, notServed } = sorted
    const { format, sha256 } = end
    const told = { entries, badRows, duplicates, notServed, listSha256: sorted.sha256 }
    return {
      kind: 'plan',
      source,
      format,
      partial: options.partial,
      sha256,
      ...told,
      ...found,
      guards,
      base,
      sorted: file,
    }
  } catch (error) {
    await file.remove()
    throw error
  }
}

async function* snapshotRows(
  key: string,
  { archive }: PlanPorts,
  signal: AbortSignal,
): AsyncGenerator<readonly RawRow[], SourceEnd> {
  let line = 0
  for await (const entries of readSnapshot(archive, key, signal)) {
    yield entries.map(({ key: address, kind, target }) => ({ line: ++line, address, kind, target }))
  }
  return { kind: 'read', cut: null, format: 'json-lines', sha256: '' }
}

async function compare(sorted: Sorted<unknown>, base: SourceState, ports: PlanPorts, signal: AbortSignal) {
  const count = createDiffCount()
  const samples = { added: [] as ListedEntry[], changed: [] as ListedEntry[], removed: [] as string[] }
  const removedActive = { count: 0, first: [] as ActiveRemoval[] }
  const removed = createBatch<string>(keysAtOnce)
  const activeSince = new Date(ports.clock() - activeDays * dayMs).toISOString().slice(0, 10)
  const look = async (keys: readonly string[] | null): Promise<void> => {
    if (keys === null || keys.length === 0) return
    const active = await activeOf(keys, activeSince, ports.seenDays, signal)
    removedActive.count += active.length
    removedActive.first.push(...active.slice(0, mostShown - removedActive.first.length))
  }
  for await (const steps of stepsOf(sorted.file, base, ports.archive, signal)) {
    for (const { before, step } of steps) {
      count.add(before, step)
      sample(samples, step)
      if (step.step === 'tombstone' && step.why === 'removed') await look(removed.add(step.key))
    }
  }
  await look(removed.rest())
  return { diff: count.diff(), samples, removedActive }
}

const keysAtOnce = 1000
const activeDays = 30
const dayMs = 24 * 60 * 60 * 1000

function sample(
  samples: { readonly added: ListedEntry[]; readonly changed: ListedEntry[]; readonly removed: string[] },
  step: Step,
): void {
  if (step.step === 'keep' || step.why === 'again' || step.why === 'leftover') return
  if (step.step === 'tombstone') {
    if (samples.removed.length < mostShown) samples.removed.push(step.key)
  } else if (samples[step.why].length < mostShown) {
    const { key, kind, target } = step.entry
    samples[step.why].push({ key, kind, target })
  }
}

async function activeOf(
  keys: readonly string[],
  since: string,
  seenDays: SeenDays,
  signal: AbortSignal,
): Promise<readonly ActiveRemoval[]> {
  const days = await seenDays(keys, signal)
  return keys.flatMap((key) => {
    const seenOn = days.get(key) ?? null
    return seenOn !== null && seenOn >= since ? [{ key, seenOn }] : []
  })
}

async function interruptible(work: () => Promise<Plan | Unplanned>): Promise<Plan | Unplanned> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ImportInterrupted)) throw error
    return { kind: 'interrupted', sentence: error.message }
  }
}
