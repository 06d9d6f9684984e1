import type { LedgerFailure } from '../../lambda/ports/bounce-history.ts'
import type { KeyRecords, KnownKeys } from '../../lambda/ports/known-keys.ts'

/** Keys that are known until the process ends. While `failWith` has given it a cause, it is unavailable for that cause. */
export type MemoryKnownKeys = KnownKeys & {
  readonly keys: ReadonlyMap<string, KeyRecords>
  readonly failWith: (cause: LedgerFailure | null) => void
}

export function createMemoryKnownKeys(initial: Iterable<readonly [string, KeyRecords]> = []): MemoryKnownKeys {
  const keys = new Map(initial)
  let failure: LedgerFailure | null = null
  return {
    keys,
    failWith: (cause) => {
      failure = cause
    },
    recall: (names, signal) => {
      const cause = signal.aborted ? 'aborted' : failure
      if (cause !== null) return Promise.resolve({ answer: 'unavailable', cause })
      const known = names.flatMap((name) => {
        const records = keys.get(name)
        return records === undefined ? [] : [[name, records] as const]
      })
      return Promise.resolve({ answer: 'known', keys: new Map(known) })
    },
    remember: (name, records, signal) => {
      if (signal.aborted || failure !== null) return Promise.resolve('failed')
      keys.set(name, records)
      return Promise.resolve('kept')
    },
    replace: (name, records, signal) => {
      if (signal.aborted || failure !== null) return Promise.resolve('failed')
      if (!keys.has(name)) return Promise.resolve('unknown')
      keys.set(name, records)
      return Promise.resolve('replaced')
    },
  }
}
