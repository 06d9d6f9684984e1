import { domainOf, type ListedEntry } from '../core/directory-import/entry.ts'
import { ImportInterrupted, type ImportPorts, type StoredEntry } from '../ports/import-ports.ts'
import { createBatch } from './batches.ts'
import type { ApplyOptions, ImportCounts, Plan } from './import.ts'
import { stepsOf } from './steps.ts'

/** The three passes of an import over its list. Each can be done again from its beginning. */
export type Work = {
  readonly plan: Plan
  readonly ports: ImportPorts
  /** Counted up as the work is done. */
  readonly counts: { -readonly [C in keyof ImportCounts]: number }
  /** Filled by the first pass: addresses of the list that somebody else has in the table. */
  readonly others: Set<string>
  /** ISO 8601 UTC: the time of the removals. */
  readonly at: string
  readonly onProgress: ApplyOptions['onProgress']
  readonly beforeBatch: () => Promise<AbortSignal>
  readonly signal: AbortSignal
}

/** Entries of one piece of work: the table sends them in parallel, and a lost lock is noticed before the next. */
const entriesAtOnce = 1000

type Put = { readonly entry: ListedEntry; readonly why: 'added' | 'changed' | 'again' }

/** Adds what is new, and changes what differs. What somebody else wrote is theirs. */
export async function putWanted(work: Work): Promise<void> {
  const { plan, ports, signal } = work
  const batch = createBatch<Put>(entriesAtOnce)
  let done = 0
  const write = async (puts: readonly Put[] | null): Promise<void> => {
    if (puts === null || puts.length === 0) return
    const stored = await ports.table.read(
      puts.map(({ entry }) => entry.key),
      await started(work),
    )
    const wanted = puts
      .filter(({ entry }) => !isOthers(stored.get(entry.key), plan.source))
      .filter(({ entry }) => !isDone(stored.get(entry.key), entry, plan.source))
      .map(({ entry }) => ({ ...entry, holders: [], there: stored.has(entry.key) }))
    // Between the two somebody else may have taken the lock of an import that slept.
    const left = new Set(await ports.table.put(wanted, plan.source, await started(work)))
    for (const { entry, why } of puts) {
      if (left.has(entry.key) || isOthers(stored.get(entry.key), plan.source)) work.others.add(entry.key)
      else if (why !== 'again') work.counts[why] += 1
    }
    work.counts.others = work.others.size
    done += puts.length
    work.onProgress({ phase: 'adding', done, of: Math.max(done, plan.diff.added + plan.diff.changed) })
  }
  for await (const steps of stepsOf(plan.sorted, plan.base, ports.archive, signal)) {
    for (const { step } of steps) {
      if (step.step !== 'put') continue
      const full = batch.add({ entry: step.entry, why: step.why })
      if (full !== null) await write(full)
    }
  }
  await write(batch.rest())
}

/** Alive, and of somebody else. */
function isOthers(there: StoredEntry | undefined, source: string): boolean {
  return there !== undefined && there.removedAt === null && there.source !== source
}

/** An import that died may have done it before. */
function isDone(there: StoredEntry | undefined, { kind, target }: ListedEntry, source: string): boolean {
  return there?.removedAt === null && there.source === source && there.kind === kind && there.target === target
}

/** Marks what is gone. It is still known for the days of grace, and nothing is deleted. */
export async function tombstoneGone(work: Work): Promise<void> {
  const { plan, ports, signal } = work
  const batch = createBatch<{ readonly key: string; readonly counted: boolean }>(entriesAtOnce)
  let done = 0
  const write = async (gone: readonly { readonly key: string; readonly counted: boolean }[] | null): Promise<void> => {
    if (gone === null || gone.length === 0) return
    await ports.table.tombstone(
      gone.map(({ key }) => key),
      plan.source,
      work.at,
      await started(work),
    )
    work.counts.removed += gone.filter(({ counted }) => counted).length
    done += gone.length
    work.onProgress({ phase: 'removing', done, of: Math.max(done, plan.diff.removed) })
  }
  for await (const steps of stepsOf(plan.sorted, plan.base, ports.archive, signal)) {
    for (const { step } of steps) {
      if (step.step !== 'tombstone') continue
      const full = batch.add({ key: step.key, counted: step.why === 'removed' })
      if (full !== null) await write(full)
    }
  }
  await write(batch.rest())
}

/** States what each domain has now. A domain becomes complete by its first whole list that is not empty. */
export async function settleDomains(work: Work): Promise<void> {
  const { plan, ports } = work
  const others = new Map<string, number>()
  for (const key of work.others) others.set(domainOf(key), (others.get(domainOf(key)) ?? 0) + 1)
  let done = 0
  for (const [domain, { after }] of plan.diff.domains) {
    const completedAt = plan.partial || after === 0 ? null : work.at
    const ours = after - (others.get(domain) ?? 0)
    await ports.table.settle(domain, plan.source, ours, completedAt, await started(work))
    done += 1
    work.onProgress({ phase: 'settling', done, of: plan.diff.domains.size })
  }
}

/** The signal ends the piece of work that is begun. */
function started({ beforeBatch, signal }: Work): Promise<AbortSignal> {
  if (signal.aborted) throw new ImportInterrupted('applying the import', 'aborted')
  return beforeBatch()
}
