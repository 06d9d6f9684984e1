import { createGunzip } from 'node:zlib'
import { Readable, pipeline } from 'node:stream'
import { readSnapshotLine, writeSnapshotLine, type SnapshotEntry } from '../core/directory-import/entry.ts'
import { ImportInterrupted, type ImportArchive, type ImportPorts } from '../ports/import-ports.ts'
import { linesOf, mapped, type Batches } from './batches.ts'
import type { HistoryEntry, Snapshot, SourceState } from './import.ts'

/** Where an import keeps what it needs the next time, and what people want to know of it: below `directory/`. */

/** How many finished imports of a source can be returned to. */
export const snapshotsKept = 10

/**
 * A name of a source: it is a part of keys, and of an attribute's name. `scim` is the source of what the SCIM endpoint wrote:
 * a list of that name would remove its entries.
 */
export function isSourceName(name: string): boolean {
  return /^(?!\.+$)[A-Za-z0-9._-]{1,64}$/.test(name) && name.toLowerCase() !== 'scim'
}

const snapshotFolder = (source: string): string => `directory/snapshots/${source}/`
const stateKey = (source: string): string => `${snapshotFolder(source)}state.json`
const historyFolder = 'directory/history/'

/** Sorts by time, and holds no character that a key or a file would have to quote. */
export function importId(now: number): string {
  return `${new Date(now).toISOString().replaceAll(/[-:.]/g, '')}-${crypto.randomUUID().slice(0, 8)}`
}

export const snapshotKey = (source: string, id: string): string => `${snapshotFolder(source)}${id}.ndjson.gz`

export async function readState(archive: ImportArchive, source: string, signal: AbortSignal): Promise<SourceState> {
  return (await readJson<SourceState>(archive, stateKey(source), signal)) ?? { current: null, begun: [] }
}

export function writeState(
  archive: ImportArchive,
  source: string,
  state: SourceState,
  signal: AbortSignal,
): Promise<void> {
  return writeJson(archive, stateKey(source), state, signal)
}

/** Throws `ImportInterrupted` where the state names a snapshot that is gone: without it nobody knows who was removed. */
export async function* readSnapshot(archive: ImportArchive, key: string, signal: AbortSignal): Batches<SnapshotEntry> {
  const bytes = await archive.get(key, signal)
  if (bytes === null) throw new ImportInterrupted(`reading ${key}`, 'missing')
  const gunzip = createGunzip()
  pipeline(Readable.from(bytes), gunzip, () => undefined)
  try {
    yield* mapped(linesOf(gunzip as AsyncIterable<Uint8Array>), readSnapshotLine)
  } catch (error) {
    const broken = error instanceof SyntaxError || (error instanceof Error && 'code' in error)
    if (!broken || error instanceof ImportInterrupted) throw error
    throw new ImportInterrupted(`reading ${key}`, 'broken', { cause: error })
  }
}

export async function writeSnapshot(
  { archive, scratch }: Pick<ImportPorts, 'archive' | 'scratch'>,
  key: string,
  entries: Batches<SnapshotEntry>,
  signal: AbortSignal,
): Promise<void> {
  const file = await scratch.write(mapped(entries, writeSnapshotLine), { gzip: true })
  try {
    await archive.put(key, file, 'application/gzip', signal)
  } finally {
    await file.remove()
  }
}

/** The finished imports of a source that can be returned to, the newest first. */
export async function readSnapshots(
  archive: ImportArchive,
  source: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { begun } = await readState(archive, source, signal)
  const unfinished = new Set(begun.map(({ key }) => key))
  const keys = await archive.list(snapshotFolder(source), signal)
  return keys.filter((key) => key.endsWith('.ndjson.gz') && !unfinished.has(key)).toReversed()
}

/** Removes what nobody returns to: all but the last ten, and those that were begun before and are overtaken. */
export async function dropSnapshots(
  archive: ImportArchive,
  source: string,
  overtaken: readonly Snapshot[],
  signal: AbortSignal,
): Promise<void> {
  for (const { key } of overtaken) await archive.remove(key, signal)
  const old = (await readSnapshots(archive, source, signal)).slice(snapshotsKept)
  for (const key of old) await archive.remove(key, signal)
}

export function writeHistory(archive: ImportArchive, entry: HistoryEntry, signal: AbortSignal): Promise<void> {
  return writeJson(archive, `${historyFolder}${entry.id}.json`, entry, signal)
}

/** The last `most` imports, whatever became of them, the newest first; of one source if it is named. */
export async function readHistory(
  archive: ImportArchive,
  { source, most }: { readonly source: string | null; readonly most: number },
  signal: AbortSignal,
): Promise<readonly HistoryEntry[]> {
  const found: HistoryEntry[] = []
  for (const key of (await archive.list(historyFolder, signal)).toReversed()) {
    if (found.length >= most) break
    const entry = await readJson<HistoryEntry>(archive, key, signal)
    if (entry !== null && (source === null || entry.source === source)) found.push(entry)
  }
  return found
}

export function writeJson(archive: ImportArchive, key: string, value: unknown, signal: AbortSignal): Promise<void> {
  const octets = new TextEncoder().encode(`${JSON.stringify(value)}\n`)
  const open = () => Readable.from([octets]) as AsyncIterable<Uint8Array>
  return archive.put(key, { size: octets.length, open }, 'application/json', signal)
}

async function readJson<T>(archive: ImportArchive, key: string, signal: AbortSignal): Promise<T | null> {
  const bytes = await archive.get(key, signal)
  if (bytes === null) return null
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as T
  } catch (error) {
    throw new ImportInterrupted(`reading ${key}`, 'broken', { cause: error })
  }
}
