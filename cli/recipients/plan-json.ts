import type { ListedEntry } from '../../lambda/core/directory-import/entry.ts'
import type { Plan, Report, Unapplied, Unplanned } from '../../lambda/import-directory/import.ts'

/** A plan, and what became of it, for programs. `outcome` is `planned` where nothing was to be changed. */
export function planObject(plan: Plan, outcome: Report | Unapplied | { readonly kind: 'planned' }): object {
  const { source, format, partial, sha256, entries, diff, samples, removedActive } = plan
  return {
    source,
    format,
    partial,
    sha256,
    entries,
    last_import: plan.base.current === null ? null : { id: plan.base.current.id, at: plan.base.current.at },
    diff: { ...diff, domains: Object.fromEntries(diff.domains) },
    added: samples.added.map(entryObject),
    changed: samples.changed.map(entryObject),
    removed: samples.removed,
    removed_active: {
      count: removedActive.count,
      first: removedActive.first.map(({ key, seenOn }) => ({ address: key, seen_on: seenOn })),
    },
    bad_rows: plan.badRows,
    duplicates: plan.duplicates,
    not_served: Object.fromEntries(plan.notServed),
    guards: plan.guards,
    outcome,
  }
}

export function unplannedObject(source: string, outcome: Unplanned): object {
  return { source, outcome }
}

export function entryObject({ key, kind, target }: ListedEntry): object {
  return { address: key, kind, ...(target === null ? {} : { target }) }
}
