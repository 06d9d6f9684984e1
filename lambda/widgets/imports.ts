import type { DomainShown, ImportShown, ImportsShown } from '../core/widget/imports-view.ts'
import type { DomainList, DomainLists } from '../ports/domain-lists.ts'
import { ImportInterrupted } from '../ports/import-ports.ts'

export type ImportsPorts = {
  /** The last imports, the newest first. Rejects with an `ImportInterrupted` for what the store does. */
  readonly history: (most: number, signal: AbortSignal) => Promise<readonly ImportShown[]>
  readonly domainLists: DomainLists
}

/** So many imports are read: one request each. */
export const importsShown = 20

/** What there is to say of the lists of `domains`, and of the last imports. What cannot be read is null. */
export async function readImports(
  { history, domainLists }: ImportsPorts,
  domains: readonly string[],
  signal: AbortSignal,
): Promise<ImportsShown> {
  const [imports, lists] = await Promise.all([
    history(importsShown, signal).catch(nullIfInterrupted),
    domainLists(domains, signal),
  ])
  const applied = appliedAt(imports ?? [])
  const shown = lists === null ? null : [...lists].map(([domain, list]) => domainShown(domain, list, applied))
  return { imports, domains: shown }
}

function nullIfInterrupted(error: unknown): null {
  if (error instanceof ImportInterrupted) return null
  throw error
}

/** When each source was last applied. */
function appliedAt(imports: readonly ImportShown[]): ReadonlyMap<string, string> {
  const applied = imports.filter(({ result }) => result === 'applied').toSorted((a, b) => (a.at < b.at ? -1 : 1))
  return new Map(applied.map(({ source, at }) => [source, at]))
}

function domainShown(
  domain: string,
  { isComplete, entries, completedAt, sources }: DomainList,
  applied: ReadonlyMap<string, string>,
): DomainShown {
  return {
    domain,
    isComplete,
    entries,
    completedAt,
    sources: sources.map((one) => ({ ...one, appliedAt: applied.get(one.source) ?? null })),
  }
}
