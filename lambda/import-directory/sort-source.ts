import { createHash } from 'node:crypto'
import { compareKeys, listedKinds, type BadRow, type SourceEntry } from '../core/directory-import/entry.ts'
import { createNormalise, type RawRow, type ServedDomain } from '../core/directory-import/normalise.ts'
import type { Scratch, ScratchFile } from '../ports/import-ports.ts'
import { batchSize, createBatch, linesOf, mapped, openCursor, type Batches, type Cursor } from './batches.ts'
import type { Duplicate } from './import.ts'

export type Sorted<End> = {
  readonly end: End
  readonly file: ScratchFile
  readonly entries: number
  /** Of the sorted list. */
  readonly sha256: string
  readonly badRows: { readonly count: number; readonly first: readonly BadRow[] }
  readonly duplicates: { readonly count: number; readonly first: readonly Duplicate[] }
  readonly notServed: ReadonlyMap<string, number>
}

/** Entries that are sorted in memory at a time: some megabytes. */
const entriesInMemory = 20_000

/** Of bad rows, duplicates and the like, in a report. */
export const mostShown = 100

/**
 * Makes keys of the rows and sorts them, with bounded memory: runs that fit are sorted and put aside, and merged at the end.
 * An address that comes up twice counts where it came up first; but one that is denied and exists exists.
 */
export async function sortSource<End>(
  rows: AsyncGenerator<readonly RawRow[], End>,
  { domains, defaultDomain }: { readonly domains: readonly ServedDomain[]; readonly defaultDomain: string | null },
  scratch: Scratch,
): Promise<Sorted<End>> {
  const normalise = createNormalise(domains, defaultDomain)
  const badRows = { count: 0, first: [] as BadRow[] }
  const notServed = new Map<string, number>()
  const runs: ScratchFile[] = []
  const batch = createBatch<SourceEntry>(entriesInMemory)
  const take = (row: RawRow): readonly SourceEntry[] | null => {
    const read = normalise(row)
    if (read.kind === 'entry') return batch.add(read.entry)
    if (read.kind === 'bad') {
      badRows.count += 1
      if (badRows.first.length < mostShown) badRows.first.push(read.row)
    } else if (notServed.has(read.domain) || notServed.size < mostShown) {
      notServed.set(read.domain, (notServed.get(read.domain) ?? 0) + 1)
    }
    return null
  }
  try {
    let next = await rows.next()
    for (; next.done !== true; next = await rows.next()) {
      for (const row of next.value) {
        const full = take(row)
        if (full !== null) runs.push(await writeRun(full, scratch))
      }
    }
    runs.push(await writeRun(batch.rest(), scratch))
    const merged = createMerge(runs)
    const file = await scratch.write(mapped(merged.entries(), writeSorted), { gzip: false })
    return { end: next.value, file, ...merged.result(), badRows, notServed }
  } finally {
    await Promise.all(runs.map((run) => run.remove()))
  }
}

/** The entries of a sorted file. */
export function readSorted(file: ScratchFile): Batches<SourceEntry> {
  return mapped(linesOf(file.open()), parseSorted)
}

function writeSorted({ key, kind, target, line }: SourceEntry): string {
  return JSON.stringify([key, listedKinds.indexOf(kind), target, line])
}

function parseSorted(text: string): SourceEntry {
  const [key, kind, target, line] = JSON.parse(text) as [string, number, string | null, number]
  return { key, kind: listedKinds[kind] ?? 'mailbox', target, line }
}

function writeRun(entries: readonly SourceEntry[], scratch: Scratch): Promise<ScratchFile> {
  const sorted = entries.toSorted((a, b) => compareKeys(a.key, b.key) || a.line - b.line)
  const batches = async function* (): Batches<string> {
    for (let at = 0; at < sorted.length; at += batchSize) {
      yield await Promise.resolve(sorted.slice(at, at + batchSize).map(writeSorted))
    }
  }
  return scratch.write(batches(), { gzip: false })
}

function createMerge(runs: readonly ScratchFile[]) {
  const hash = createHash('sha256')
  const duplicates = { count: 0, first: [] as Duplicate[] }
  let count = 0
  const tellDuplicate = (held: SourceEntry, { key, line }: SourceEntry): void => {
    duplicates.count += 1
    if (duplicates.first.length < mostShown) duplicates.first.push({ key, lines: [held.line, line] })
  }
  const entries = async function* (): Batches<SourceEntry> {
    const batch = createBatch<SourceEntry>(batchSize)
    const emit = (entry: SourceEntry): readonly SourceEntry[] | null => {
      count += 1
      hash.update(JSON.stringify([entry.key, entry.kind, entry.target]))
      return batch.add(entry)
    }
    let held: SourceEntry | null = null
    for await (const sorted of inOrder(runs)) {
      for (const entry of sorted) {
        if (held?.key === entry.key) {
          tellDuplicate(held, entry)
          if (held.kind === 'deny' && entry.kind !== 'deny') held = entry
          continue
        }
        const full: readonly SourceEntry[] | null = held === null ? null : emit(held)
        held = entry
        if (full !== null) yield full
      }
    }
    if (held !== null) yield emit(held) ?? []
    yield batch.rest()
  }
  return { entries, result: () => ({ entries: count, sha256: hash.digest('hex'), duplicates }) }
}

/** All runs as one, by key, then by line. */
async function* inOrder(runs: readonly ScratchFile[]): Batches<SourceEntry> {
  const batch = createBatch<SourceEntry>(batchSize)
  const cursors = await Promise.all(runs.map((run) => openCursor(readSorted(run))))
  for (;;) {
    let least: { readonly cursor: Cursor<SourceEntry>; readonly entry: SourceEntry } | null = null
    for (const cursor of cursors) {
      const entry = cursor.head
      if (entry !== null && (least === null || before(entry, least.entry))) least = { cursor, entry }
    }
    if (least === null) break
    const { cursor, entry } = least
    if (!cursor.advance()) await cursor.refill()
    const full = batch.add(entry)
    if (full !== null) yield full
  }
  yield batch.rest()
}

function before(a: SourceEntry, b: SourceEntry): boolean {
  return a.key < b.key || (a.key === b.key && a.line < b.line)
}
