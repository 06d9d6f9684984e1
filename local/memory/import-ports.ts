import { domainOf } from '../../lambda/core/directory-import/entry.ts'
import type {
  Bytes,
  ImportArchive,
  ImportLock,
  ImportTable,
  LockHolder,
  Scratch,
  SeenDays,
  StoredEntry,
} from '../../lambda/ports/import-ports.ts'
import { gunzipSync, gzipSync } from 'node:zlib'

/** What an import asks of the world, without a world. Each thing that is written calls `onWrite` first, which may throw. */
export type MemoryImportPorts = {
  readonly table: ImportTable
  readonly seenDays: SeenDays
  /** What `seenDays` answers from. */
  readonly seen: Map<string, string>
  readonly archive: ImportArchive
  readonly lock: ImportLock
  readonly entries: Map<string, StoredEntry>
  readonly domains: Map<string, MemoryDomain>
  readonly objects: Map<string, Uint8Array>
}

export type MemoryDomain = {
  readonly entries: number
  readonly of: ReadonlyMap<string, number>
  readonly completedAt: string | null
}

export function createMemoryImportPorts(onWrite: () => void = () => undefined): MemoryImportPorts {
  const entries = new Map<string, StoredEntry>()
  const domains = new Map<string, MemoryDomain>()
  const objects = new Map<string, Uint8Array>()
  const seen = new Map<string, string>()
  return {
    seen,
    seenDays: (keys) =>
      Promise.resolve(new Map(keys.flatMap((key) => (seen.has(key) ? [[key, seen.get(key) ?? ''] as const] : [])))),
    entries,
    domains,
    objects,
    table: createTable(entries, domains, onWrite),
    archive: createArchive(objects, onWrite),
    lock: createLock(onWrite),
  }
}

/** Files in memory: for tests. */
export function createMemoryScratch(): Scratch {
  return {
    write: async (lines, { gzip }) => {
      const chunks: string[] = []
      for await (const batch of lines) chunks.push(...batch.map((line) => `${line}\n`))
      const text = Buffer.from(chunks.join(''))
      return { ...bytesOf(gzip ? gzipSync(text) : text), remove: () => Promise.resolve() }
    },
  }
}

export function bytesOf(octets: Uint8Array): Bytes {
  return {
    size: octets.length,
    open: async function* () {
      yield await Promise.resolve(octets)
    },
  }
}

/** The lines of a snapshot, as they lie there. */
export function snapshotLines(octets: Uint8Array): readonly string[] {
  return gunzipSync(octets).toString().split('\n').slice(0, -1)
}

function createTable(
  entries: Map<string, StoredEntry>,
  domains: Map<string, MemoryDomain>,
  onWrite: () => void,
): ImportTable {
  return {
    read: (keys) =>
      Promise.resolve(
        new Map(
          keys.flatMap((key) => {
            const entry = entries.get(key)
            return entry === undefined ? [] : [[key, entry] as const]
          }),
        ),
      ),
    put: async (listed, source) => {
      const left: string[] = []
      for (const { key, kind, target, holders } of listed) {
        onWrite()
        const there = entries.get(key)
        if (there?.removedAt === null && there.source !== source) left.push(key)
        else entries.set(key, { kind, target, source, removedAt: null, holders: there?.holders ?? holders })
      }
      return await Promise.resolve(left)
    },
    tombstone: async (keys, source, at) => {
      for (const key of keys) {
        onWrite()
        const entry = entries.get(key)
        if (entry?.source !== source || entry.removedAt !== null) continue
        if (entry.holders.length === 0) entries.set(key, { ...entry, removedAt: at })
        else {
          entries.set(key, { ...entry, source: 'scim' })
          const domain = key.slice(key.lastIndexOf('@') + 1)
          const before = domains.get(domain)
          if (before !== undefined) domains.set(domain, { ...before, entries: before.entries + 1 })
        }
      }
      await Promise.resolve()
    },
    settle: async (domain, source, count, completedAt) => {
      onWrite()
      const before = domains.get(domain) ?? { entries: 0, of: new Map<string, number>(), completedAt: null }
      domains.set(domain, {
        entries: before.entries + count - (before.of.get(source) ?? 0),
        of: new Map([...before.of, [source, count]]),
        completedAt: before.completedAt ?? completedAt,
      })
      await Promise.resolve()
    },
  }
}

function createArchive(objects: Map<string, Uint8Array>, onWrite: () => void): ImportArchive {
  return {
    get: (key) => {
      const octets = objects.get(key)
      return Promise.resolve(octets === undefined ? null : bytesOf(octets).open())
    },
    put: async (key, { open }) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of open()) chunks.push(chunk)
      onWrite()
      objects.set(key, Buffer.concat(chunks))
    },
    list: (prefix) => Promise.resolve([...objects.keys()].filter((key) => key.startsWith(prefix)).sort()),
    remove: async (key) => {
      onWrite()
      objects.delete(key)
      await Promise.resolve()
    },
  }
}

function createLock(onWrite: () => void): ImportLock {
  let held: LockHolder | null = null
  return {
    take: async (holder, now) => {
      onWrite()
      if (held !== null && held.id !== holder.id && held.until >= now) return held
      held = holder
      return await Promise.resolve(null)
    },
    release: async (id) => {
      onWrite()
      if (held?.id === id) held = null
      await Promise.resolve()
    },
  }
}

/** How many entries of a domain are alive. */
export function aliveIn(entries: ReadonlyMap<string, StoredEntry>, domain: string): number {
  return [...entries].filter(([key, { removedAt }]) => removedAt === null && domainOf(key) === domain).length
}
