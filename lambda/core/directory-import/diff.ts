import { compareKeys, domainOf, sameEntry, type ListedEntry, type SnapshotEntry } from './entry.ts'

/** What an import would change, in numbers. */
export type Diff = {
  /** Entries of the source before, and after. */
  readonly before: number
  readonly after: number
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** Of those changed: who existed, and is denied now. No grace is given to them. */
  readonly denied: number
  readonly domains: ReadonlyMap<string, DomainDiff>
}

export type DomainDiff = {
  readonly before: number
  readonly after: number
  readonly added: number
  readonly changed: number
  readonly removed: number
}

/**
 * One thing to do. `put` is done for what is new, for what differs, and for what an earlier import may have left undone;
 * `tombstone` for what is gone, and for what an import that was given up may have written.
 */
export type Step =
  | { readonly step: 'put'; readonly why: 'added' | 'changed' | 'again'; readonly entry: ListedEntry }
  | { readonly step: 'tombstone'; readonly why: 'removed' | 'leftover'; readonly key: string }
  | { readonly step: 'keep'; readonly entry: ListedEntry }

/**
 * What to do about one address.
 *
 * `wanted`: the source has it. `before`: the last import that was finished had it. `begun`: what imports that were begun
 * after it (`begunImports` of them), and never finished, wanted; nobody knows how far they came, so that everything they may
 * have touched is done again.
 */
export function stepFor(
  wanted: ListedEntry | null,
  before: SnapshotEntry | null,
  begun: readonly ListedEntry[],
  begunImports: number,
): Step | null {
  if (wanted === null) {
    if (before !== null && !before.others) return { step: 'tombstone', why: 'removed', key: before.key }
    const [first] = begun
    return first === undefined ? null : { step: 'tombstone', why: 'leftover', key: first.key }
  }
  if (before === null) return { step: 'put', why: 'added', entry: wanted }
  if (!sameEntry(wanted, before)) return { step: 'put', why: 'changed', entry: wanted }
  // One that did not want it may have removed it.
  const touched = begun.length < begunImports || begun.some((entry) => !sameEntry(entry, wanted))
  if (before.others || touched) {
    return { step: 'put', why: 'again', entry: wanted }
  }
  return { step: 'keep', entry: wanted }
}

/** Adds up what `stepFor` says. */
export type DiffCount = { readonly add: (before: SnapshotEntry | null, step: Step) => void; readonly diff: () => Diff }

export function createDiffCount(): DiffCount {
  const domains = new Map<string, { before: number; after: number; added: number; changed: number; removed: number }>()
  let denied = 0
  const of = (key: string) => {
    const name = domainOf(key)
    let counts = domains.get(name)
    if (counts === undefined) domains.set(name, (counts = { before: 0, after: 0, added: 0, changed: 0, removed: 0 }))
    return counts
  }
  return {
    add: (before, step) => {
      const counts = of(step.step === 'tombstone' ? step.key : step.entry.key)
      if (before !== null) counts.before += 1
      if (step.step !== 'tombstone') counts.after += 1
      if (step.step === 'put' && step.why === 'added') counts.added += 1
      if (step.step === 'put' && step.why === 'changed') {
        counts.changed += 1
        if (step.entry.kind === 'deny' && before?.kind !== 'deny') denied += 1
      }
      if (step.step === 'tombstone' && step.why === 'removed') counts.removed += 1
    },
    diff: () => {
      const sum = (field: 'before' | 'after' | 'added' | 'changed' | 'removed'): number =>
        [...domains.values()].reduce((total, counts) => total + counts[field], 0)
      return {
        before: sum('before'),
        after: sum('after'),
        added: sum('added'),
        changed: sum('changed'),
        removed: sum('removed'),
        denied,
        domains: new Map([...domains].sort(([a], [b]) => compareKeys(a, b))),
      }
    },
  }
}
