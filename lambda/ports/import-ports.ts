import type { ListedEntry, ListedKind } from '../core/directory-import/entry.ts'

/**
 * What an import asks of the world. All of them reject with an `ImportInterrupted` for what AWS, the network, the disk or the
 * caller's signal do, and with anything else for a bug. Every prefix of an import is safe, so that whoever is interrupted can
 * stop where it is.
 */
export type ImportPorts = {
  readonly table: ImportTable
  readonly seenDays: SeenDays
  readonly archive: ImportArchive
  readonly scratch: Scratch
  readonly lock: ImportLock
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

export class ImportInterrupted extends Error {
  override readonly name = 'ImportInterrupted'
  /** `timeout`, `throttled`, `refused`, `unreachable`, `aborted`, `unprocessed`, `lock-lost`, or a code of the file system. */
  readonly reason: string

  constructor(what: string, reason: string, options?: ErrorOptions) {
    super(`${what}: ${reason}`, options)
    this.reason = reason
  }
}

/** An entry as it lies in the table. */
export type StoredEntry = {
  readonly kind: ListedKind | null
  readonly target: string | null
  /** Null: a person wrote it. */
  readonly source: string | null
  /** ISO 8601 UTC. */
  readonly removedAt: string | null
  /** Users and groups of the SCIM endpoint that have the address, whoever made the entry. */
  readonly holders: readonly string[]
}

/** `there`: an entry of this key was read, of whatever source, alive or removed. */
export type PutEntry = ListedEntry & Pick<StoredEntry, 'holders'> & { readonly there: boolean }

/** `test/contract/import-table.ts` states this as tests. */
export type ImportTable = {
  /** The entries that are there. A key without an entry is not in the answer. Read consistently. */
  readonly read: (keys: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, StoredEntry>>
  /**
   * Writes entries of a source, alive. Doing it twice changes nothing. One that was there keeps the holders that it has by now;
   * one that somebody else has made or brought back since it was read is left alone, and is in the answer. Where many that were
   * not there are put at once, one that somebody makes in the same instant is overwritten: AWS writes many without a condition.
   */
  readonly put: (entries: readonly PutEntry[], source: string, signal: AbortSignal) => Promise<readonly string[]>
  /**
   * Marks entries as removed, those only that are alive and of this source; the first time of a removal stays. One that has
   * holders stays alive instead, and is the SCIM endpoint's from then on.
   */
  readonly tombstone: (keys: readonly string[], source: string, at: string, signal: AbortSignal) => Promise<void>
  /**
   * States how many entries a source has in a domain. The domain's own count changes by as much as the source's did, once,
   * however often it is said. `completedAt`: the domain's list is whole from then on; null leaves that as it is.
   */
  readonly settle: (
    domain: string,
    source: string,
    entries: number,
    completedAt: string | null,
    signal: AbortSignal,
  ) => Promise<void>
}

/** On which day (YYYY-MM-DD) each key last received mail, as the filter marked it. A key that never did is not in the answer. */
export type SeenDays = (keys: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, string>>

export type Bytes = { readonly size: number; readonly open: () => AsyncIterable<Uint8Array> }

/** Objects by their keys, below `directory/`. What was put is read by whoever reads next. */
export type ImportArchive = {
  /** Null: there is none. */
  readonly get: (key: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array> | null>
  readonly put: (key: string, bytes: Bytes, contentType: string, signal: AbortSignal) => Promise<void>
  /** The keys with this beginning, sorted. */
  readonly list: (prefix: string, signal: AbortSignal) => Promise<readonly string[]>
  readonly remove: (key: string, signal: AbortSignal) => Promise<void>
}

/** Room for what does not fit into memory; it is gone with the process at the latest. */
export type Scratch = {
  /** Writes lines (without line ends) and closes the file. `gzip`: compressed. */
  readonly write: (lines: AsyncIterable<readonly string[]>, how: { readonly gzip: boolean }) => Promise<ScratchFile>
}

export type ScratchFile = Bytes & { readonly remove: () => Promise<void> }

/** Who imports, and until when nobody else may (ISO 8601 UTC). */
export type LockHolder = { readonly id: string; readonly by: string; readonly since: string; readonly until: string }

/** One import at a time. `test/contract/import-lock.ts` states this as tests. */
export type ImportLock = {
  /**
   * Takes the lock, or takes it again: `holder.id` keeps it. Whoever has it otherwise, and not past `until` at `now`, is the
   * answer; null: taken.
   */
  readonly take: (holder: LockHolder, now: string, signal: AbortSignal) => Promise<LockHolder | null>
  /** Gives it back, if it is still held by this id. */
  readonly release: (id: string, signal: AbortSignal) => Promise<void>
}

/** A file that somebody dropped to be imported. */
export type Incoming = {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly size: number
  /** Its metadata says `force: yes`. */
  readonly force: boolean
}

/** Opens a dropped file; null: it is gone. Rejects as all of these do. */
export type OpenIncoming = (key: string, signal: AbortSignal) => Promise<Incoming | null>
