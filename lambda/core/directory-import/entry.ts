/** What a source of the directory says of one address, and how that lies in a snapshot: a JSON object a line, sorted by key. */

export type ListedKind = 'mailbox' | 'alias' | 'group' | 'catch-all' | 'deny'

export const listedKinds: readonly ListedKind[] = ['mailbox', 'alias', 'group', 'catch-all', 'deny']

export type ListedEntry = {
  /** As the filter looks for it: folded, the domain in A-labels; `@domain` for a catch-all. */
  readonly key: string
  readonly kind: ListedKind
  /** Of an alias. */
  readonly target: string | null
}

/** An entry of a source, and the line of it (from 1). */
export type SourceEntry = ListedEntry & { readonly line: number }

/**
 * An entry of a snapshot. `others`: somebody else (a person, another source) has the address in the table, so that the import
 * left it alone: it is not ours to remove, and it is tried again with every import.
 */
export type SnapshotEntry = ListedEntry & { readonly others: boolean }

/** A row that cannot be imported. */
export type BadRow = {
  /** From 1. */
  readonly line: number
  /** What stands there, cut short. */
  readonly value: string
  /** What was expected instead, as the end of a sentence. */
  readonly expected: string
}

/** By code units: the order in which sources and snapshots are sorted, everywhere. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function domainOf(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1)
}

export function sameEntry(a: ListedEntry, b: ListedEntry): boolean {
  return a.kind === b.kind && a.target === b.target
}

export function writeSnapshotLine({ key, kind, target, others }: SnapshotEntry): string {
  return JSON.stringify({ address: key, kind, ...(target === null ? {} : { target }), ...(others ? { others } : {}) })
}

/** Throws for what no import has written: a snapshot that was changed by hand is no ground to remove anybody on. */
export function readSnapshotLine(line: string): SnapshotEntry {
  const { address, kind, target, others } = JSON.parse(line) as Readonly<Record<string, unknown>>
  const known = listedKinds.find((name) => name === kind)
  if (typeof address !== 'string' || known === undefined) throw new SyntaxError(`no line of a snapshot: ${line}`)
  return { key: address, kind: known, target: typeof target === 'string' ? target : null, others: others === true }
}

/** Of a value in a report: enough to find it again. */
export function shown(value: string): string {
  return value.length <= longestShown ? value : `${value.slice(0, longestShown - 3)}...`
}

const longestShown = 100
