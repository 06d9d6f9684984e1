import type { QuarantinePointer } from '../core/effects.ts'
import type { DecisionRecord } from '../core/record.ts'

/**
 * Keeps decision records, each written once.
 *
 * `append` resolves when the record is durable (`written`), or when one stands there already: then `existed` carries the
 * first record, because that is the one that counts. It resolves with `failed` for everything the network can do, and when
 * `signal` aborts: the caller must then not act on the record. It never overwrites. `test/contract/record-store.ts` states
 * this as tests.
 */
export type RecordStore = {
  readonly append: (key: string, record: DecisionRecord, signal: AbortSignal) => Promise<Appended>
  /** Writes a pointer to a quarantined message; doing it again changes nothing. Resolves as `append` does. */
  readonly point: (key: string, pointer: QuarantinePointer, signal: AbortSignal) => Promise<'written' | 'failed'>
}

export type Appended =
  | { readonly answer: 'written' }
  | { readonly answer: 'existed'; readonly first: DecisionRecord }
  | { readonly answer: 'failed'; readonly cause: string }
