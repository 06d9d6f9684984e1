import type { BadRow } from './entry.ts'
import type { Diff } from './diff.ts'

/** Where a source ends too early, and how that shows. */
export type CutShort = {
  readonly how: 'no-final-newline' | 'unclosed-quote' | 'broken-json' | 'fewer-bytes' | 'row-too-short'
  /** From 1; null where only the number of bytes tells. */
  readonly line: number | null
}

/** Why an import is not applied. All but the bad rows can be forced; those are left out with `skipBad`. */
export type Guard =
  | { readonly code: 'source-empty' }
  | { readonly code: 'source-cut-short'; readonly cut: CutShort }
  /** Denied is removed, and at once. */
  | { readonly code: 'removes-too-many'; readonly removed: number; readonly of: number; readonly most: number }
  /** Entries of the source were in the domain, and now there is none. */
  | { readonly code: 'domain-emptied'; readonly domain: string; readonly removed: number }
  | { readonly code: 'bad-rows'; readonly count: number; readonly first: BadRow }

export type Limits = {
  /** Of the entries of the source, 0 to 1. */
  readonly removedShare: number
  /** How many may be removed at most, instead of the share; null: the share counts. */
  readonly removedCount: number | null
}

/** A tenth of a list does not go at once, unless the list was cut. */
export const usualLimits: Limits = { removedShare: 0.1, removedCount: null }

export type SourceFindings = {
  readonly entries: number
  readonly badRows: { readonly count: number; readonly first: readonly BadRow[] }
  readonly cut: CutShort | null
}

/** What speaks against an import. `skipBad`: bad rows are left out instead. */
export function guardsOf(source: SourceFindings, diff: Diff, limits: Limits, skipBad: boolean): readonly Guard[] {
  const most = limits.removedCount ?? Math.max(1, Math.floor(diff.before * limits.removedShare))
  const removed = diff.removed + diff.denied
  const [firstBad] = source.badRows.first
  const emptied = [...diff.domains].filter(([, { before, after }]) => before > 0 && after === 0).slice(0, mostDomains)
  return [
    ...(source.entries === 0 ? [{ code: 'source-empty' } as const] : []),
    ...(source.cut === null ? [] : [{ code: 'source-cut-short', cut: source.cut } as const]),
    ...(removed > most ? [{ code: 'removes-too-many', removed, of: diff.before, most } as const] : []),
    ...emptied.map(([domain, { before }]) => ({ code: 'domain-emptied', domain, removed: before }) as const),
    ...(firstBad !== undefined && !skipBad
      ? [{ code: 'bad-rows', count: source.badRows.count, first: firstBad } as const]
      : []),
  ]
}

/** In a report: who empties a hundred domains has seen enough after these. */
const mostDomains = 20
