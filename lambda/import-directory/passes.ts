import { domainOf, type ListedEntry } from '../core/directory-import/entry.ts'
import { ImportInterrupted, type ImportPorts } from '../ports/import-ports.ts'
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
  readonly beforeBatch: () => Promise<void>
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
    await started(work)
    const stored = await ports.table.read(
      puts.map(({ entry }) => entry.key),
      signal,
    )
    const ours = puts.filter(({ entry }) => {
      const there = stored.get(entry.key)
      const others = there !== undefined && there.removedAt === null && there.source !== plan.source
      if (others) work.others.add(entry.key)
      return !others
    })
    const entries = ours.map(({ entry }) => ({ ...entry, holders: stored.get(entry.key)?.holders ?? [] }))
    // Between the two somebody else may have taken the lock of an import that slept.
    await started(work)
    await ports.table.put(entries, plan.source, signal)
    for (const { why } of ours) if (why !== 'again') work.counts[why] += 1
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

/** Marks what is gone. It is still known for the days of grace, and nothing is deleted. */
export async function tombstoneGone(work: Work): Promise<void> {
  const { plan, ports, signal } = work
  const batch = createBatch<{ readonly key: string; readonly counted: boolean }>(entriesAtOnce)
  let done = 0
  const write = async (gone: readonly { readonly key: string; readonly counted: boolean }[] | null): Promise<void> => {
    if (gone === null || gone.length === 0) return
    await started(work)
    await ports.table.tombstone(
      gone.map(({ key }) => key),
      plan.source,
      work.at,
      signal,
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
  const { plan, ports, signal } = work
  const others = new Map<string, number>()
  for (const key of work.others) others.set(domainOf(key), (others.get(domainOf(key)) ?? 0) + 1)
  let done = 0
  for (const [domain, { after }] of plan.diff.domains) {
    await started(work)
    const completedAt = plan.partial || after === 0 ? null : work.at
    await ports.table.settle(domain, plan.source, after - (others.get(domain) ?? 0), completedAt, signal)
    done += 1
    work.onProgress({ phase: 'settling', done, of: plan.diff.domains.size })
  }
}

async function started({ beforeBatch, signal }: Work): Promise<void> {
  if (signal.aborted) throw new ImportInterrupted('applying the import', 'aborted')
  await beforeBatch()
}
