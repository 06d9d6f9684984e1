import { stepFor, type Step } from '../core/directory-import/diff.ts'
import type { ListedEntry, SnapshotEntry } from '../core/directory-import/entry.ts'
import type { ImportArchive, ScratchFile } from '../ports/import-ports.ts'
import { readSnapshot } from './archive.ts'
import { batchSize, createBatch, openCursor, type Batches, type Cursor } from './batches.ts'
import type { SourceState } from './import.ts'
import { readSorted } from './sort-source.ts'

export type KnownStep = { readonly before: SnapshotEntry | null; readonly step: Step }

/** Walks through a sorted source and the snapshots before it, all at once, and says what to do about every address. */
export async function* stepsOf(
  sorted: ScratchFile,
  base: SourceState,
  archive: ImportArchive,
  signal: AbortSignal,
): Batches<KnownStep> {
  const wanted: Cursor<ListedEntry> = await openCursor(readSorted(sorted))
  const before = base.current === null ? null : await openCursor(readSnapshot(archive, base.current.key, signal))
  const begun = await Promise.all(base.begun.map(({ key }) => openCursor(readSnapshot(archive, key, signal))))
  const cursors: readonly Cursor<ListedEntry>[] = [wanted, ...(before === null ? [] : [before]), ...begun]
  const batch = createBatch<KnownStep>(batchSize)
  for (;;) {
    const key = leastKey(cursors)
    if (key === null) break
    const at = <T extends ListedEntry>(cursor: Cursor<T> | null): T | null =>
      cursor?.head?.key === key ? cursor.head : null
    const known = at(before)
    const unfinished = begun.map(at).filter((entry) => entry !== null)
    const step = stepFor(at(wanted), known, unfinished, begun.length)
    for (const cursor of cursors) if (cursor.head?.key === key && !cursor.advance()) await cursor.refill()
    const full = step === null ? null : batch.add({ before: known, step })
    if (full !== null) yield full
  }
  yield batch.rest()
}

function leastKey(cursors: readonly Cursor<ListedEntry>[]): string | null {
  let least: string | null = null
  for (const { head } of cursors) if (head !== null && (least === null || head.key < least)) least = head.key
  return least
}
