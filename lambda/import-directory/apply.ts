import { ImportInterrupted, type ImportPorts } from '../ports/import-ports.ts'
import { dropSnapshots, importId, readState, snapshotKey, writeHistory, writeSnapshot, writeState } from './archive.ts'
import { mapped } from './batches.ts'
import type {
  ApplyOptions,
  HistoryEntry,
  ImportCounts,
  Plan,
  Report,
  Snapshot,
  SourceState,
  Unapplied,
} from './import.ts'
import { createLease, type Lease } from './lease.ts'
import { putWanted, settleDomains, tombstoneGone, type Work } from './passes.ts'
import { readSorted } from './sort-source.ts'

/**
 * Makes the table what the plan says. The order is what makes it safe to die anywhere: the new list is written down as
 * begun; what is new is added; then domains are counted and become complete; then what is gone is marked; then the list is the
 * current one. Domains are counted before anything leaves them: a count that is too low makes a domain say less than it knows, and
 * one that is too high would let an emptied domain say "unknown".
 * Until the last step the next import compares with both lists, and does again whatever this one may have left undone.
 */
export async function applyImport(
  plan: Plan,
  options: ApplyOptions,
  ports: ImportPorts,
  signal: AbortSignal,
): Promise<Report | Unapplied> {
  const id = importId(ports.clock())
  const counts = { added: 0, changed: 0, removed: 0, others: 0 }
  const tell = (result: HistoryEntry['result']): Promise<void> =>
    writeHistory(ports.archive, historyEntry(id, plan, options, counts, result, ports.clock()), signal)
  const against = plan.guards.filter(({ code }) => code === 'bad-rows' || !options.force)
  try {
    if (against.length > 0) {
      await tell('refused')
      return { kind: 'refused', guards: against }
    }
    const lease = createLease(id, options.by, ports, signal)
    const holder = await lease.take()
    if (holder !== null) return { kind: 'locked', holder }
    try {
      const state = await readState(ports.archive, plan.source, signal)
      if (JSON.stringify(state) !== JSON.stringify(plan.base)) return { kind: 'stale' }
      const { key } = await perform(id, plan, { counts, options, lease, ports, signal })
      await tell('applied')
      return { kind: 'applied', id, snapshot: key, ...counts }
    } finally {
      await lease.release()
    }
  } catch (error) {
    if (!(error instanceof ImportInterrupted)) throw error
    await tell('interrupted').catch(onlyInterrupted)
    return { kind: 'interrupted', sentence: error.message, counts }
  }
}

type Performing = {
  readonly counts: { -readonly [C in keyof ImportCounts]: number }
  readonly options: ApplyOptions
  readonly lease: Lease
  readonly ports: ImportPorts
  readonly signal: AbortSignal
}

async function perform(id: string, plan: Plan, performing: Performing): Promise<Snapshot> {
  const { counts, options, lease, ports, signal } = performing
  const { archive } = ports
  const snapshot = await begin(id, plan, ports, signal)
  const work: Work = {
    plan,
    ports,
    counts,
    others: new Set(),
    at: new Date(ports.clock()).toISOString(),
    onProgress: options.onProgress,
    beforeBatch: () => lease.keep(),
    signal,
  }
  await putWanted(work)
  await settleDomains(work)
  await tombstoneGone(work)
  if (work.others.size > 0 || snapshot.id !== id) await writeList(plan, snapshot.key, work.others, ports, signal)
  await lease.keep()
  await writeState(archive, plan.source, { current: snapshot, begun: [] }, signal)
  await dropSnapshots(
    archive,
    plan.source,
    plan.base.begun.filter(({ key }) => key !== snapshot.key),
    signal,
  )
  return snapshot
}

/** Writes down what is about to be done, once for a list that was begun before. */
async function begin(id: string, plan: Plan, ports: ImportPorts, signal: AbortSignal): Promise<Snapshot> {
  const { source, base, listSha256, entries } = plan
  const again = base.begun.find(({ sha256 }) => sha256 === listSha256)
  if (again !== undefined) return again
  const at = new Date(ports.clock()).toISOString()
  const snapshot = { key: snapshotKey(source, id), id, at, sha256: listSha256, entries }
  await writeList(plan, snapshot.key, new Set(), ports, signal)
  const begun: SourceState = { current: base.current, begun: [...base.begun, snapshot] }
  await writeState(ports.archive, source, begun, signal)
  return snapshot
}

function writeList(
  { sorted }: Plan,
  key: string,
  others: ReadonlySet<string>,
  ports: ImportPorts,
  signal: AbortSignal,
): Promise<void> {
  const entries = mapped(readSorted(sorted), ({ key: address, kind, target }) => ({
    key: address,
    kind,
    target,
    others: others.has(address),
  }))
  return writeSnapshot(ports, key, entries, signal)
}

function historyEntry(
  id: string,
  { source, sha256, entries, guards }: Plan,
  { by, force }: ApplyOptions,
  counts: ImportCounts,
  result: HistoryEntry['result'],
  now: number,
): HistoryEntry {
  const at = new Date(now).toISOString()
  const codes = guards.map(({ code }) => code)
  return { id, at, by, source, sha256, entries, ...counts, forced: force, result, guards: codes }
}

function onlyInterrupted(error: unknown): void {
  if (!(error instanceof ImportInterrupted)) throw error
}
