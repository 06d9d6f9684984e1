import type { Diff } from '../core/directory-import/diff.ts'
import type { BadRow, ListedEntry } from '../core/directory-import/entry.ts'
import type { Guard, Limits } from '../core/directory-import/guards.ts'
import type { Format } from '../core/directory-import/recognise.ts'
import type { ServedDomain } from '../core/directory-import/normalise.ts'
import type { CsvColumns } from '../core/directory-import/readers/columns.ts'
import type { LockHolder, ScratchFile } from '../ports/import-ports.ts'

/** Where the bytes come from. */
export type ImportSource = {
  /** What it is called in every import; letters, digits, `.`, `_` and `-`, at most 64. The table knows its entries by it. */
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
  /** How many there should be; null: nobody knows. */
  readonly size: number | null
}

export type ImportOptions = {
  /** Null: recognised by the first lines. */
  readonly format: Format | null
  /** Names of CSV columns, where the file's are not known: `address` at least. */
  readonly columns: CsvColumns | null
  readonly domains: readonly ServedDomain[]
  /** Added to addresses without one, as Postfix's alias maps have them; null: those are bad rows. */
  readonly defaultDomain: string | null
  readonly skipBad: boolean
  /** The list is a part of its domains only: no domain becomes complete by it. */
  readonly partial: boolean
  readonly limits: Limits
}

export type Plan = {
  readonly kind: 'plan'
  readonly source: string
  readonly format: Format
  readonly partial: boolean
  /** Of the source's bytes, hexadecimal. */
  readonly sha256: string
  /** Of what was read of them: the same list, whatever file it came in. */
  readonly listSha256: string
  readonly entries: number
  readonly diff: Diff
  /** Why it is refused unless forced; empty: nothing speaks against it. */
  readonly guards: readonly Guard[]
  readonly badRows: { readonly count: number; readonly first: readonly BadRow[] }
  readonly duplicates: { readonly count: number; readonly first: readonly Duplicate[] }
  /** Rows of domains that are not ours, with how many each has (the first 100 domains). */
  readonly notServed: ReadonlyMap<string, number>
  /** Of those removed: who received mail in the last 30 days, and the first 100 of them. */
  readonly removedActive: { readonly count: number; readonly first: readonly ActiveRemoval[] }
  /** The first 100 of each, by address. */
  readonly samples: {
    readonly added: readonly ListedEntry[]
    readonly changed: readonly ListedEntry[]
    readonly removed: readonly string[]
  }
  /** Applied if it is still this. */
  readonly base: SourceState
  /** The entries, sorted. Whoever planned removes it at the end: `plan.sorted.remove()`. */
  readonly sorted: ScratchFile
}

export type Duplicate = { readonly key: string; readonly lines: readonly [number, number] }
export type ActiveRemoval = { readonly key: string; readonly seenOn: string }

/** What stopped the work before anything was known. */
export type Unplanned =
  /** The source cannot be read at all: wrong encoding, no such column, an unknown format. `where`: a line, from 1. */
  | { readonly kind: 'unreadable'; readonly line: number | null; readonly sentence: string }
  | { readonly kind: 'no-snapshot'; readonly sentence: string }
  | { readonly kind: 'interrupted'; readonly sentence: string }

/** What is known of a source: `directory/snapshots/SOURCE/state.json`. */
export type SourceState = {
  /** The last import that was finished. */
  readonly current: Snapshot | null
  /** Those that were begun since, and not finished. */
  readonly begun: readonly Snapshot[]
}

export type Snapshot = {
  readonly key: string
  /** Of the import. */
  readonly id: string
  readonly at: string
  /** Of the list: `listSha256` of its plan. */
  readonly sha256: string
  readonly entries: number
}

export type ApplyOptions = {
  /** Who does it, for the history and for others who want to. */
  readonly by: string
  readonly force: boolean
  readonly onProgress: (progress: Progress) => void
}

export type Progress = {
  readonly phase: 'adding' | 'removing' | 'settling'
  readonly done: number
  readonly of: number
}

export type Report = ImportCounts & {
  readonly kind: 'applied'
  readonly id: string
  readonly snapshot: string
}

export type Unapplied =
  | { readonly kind: 'refused'; readonly guards: readonly Guard[] }
  | { readonly kind: 'locked'; readonly holder: LockHolder }
  /** Another import of the source was done since the plan was made: plan again. */
  | { readonly kind: 'stale' }
  /** It stopped on the way. Nobody is unknown for that; running it again finishes it. */
  | { readonly kind: 'interrupted'; readonly sentence: string; readonly counts: ImportCounts }

export type ImportCounts = {
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** Addresses that a person or another source has in the table, left as they are. */
  readonly others: number
}

/** An entry of the history: `directory/history/TIME-ID.json`. */
export type HistoryEntry = ImportCounts & {
  readonly id: string
  readonly at: string
  readonly by: string
  readonly source: string
  readonly sha256: string
  readonly entries: number
  readonly forced: boolean
  readonly result: 'applied' | 'refused' | 'interrupted'
  /** Codes of the guards that spoke against it. */
  readonly guards: readonly string[]
}
