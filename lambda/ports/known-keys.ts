import type { LedgerFailure } from './bounce-history.ts'

/**
 * The public keys of our own that have verified a signature once. A key that was taken out of the DNS since still proves what
 * it signed; a forger cannot put one here, because nothing is learnt from a signature that fails.
 *
 * Names are `selector._domainkey.domain` in lower case; records as the DNS gave them, each with its strings. It resolves for
 * everything that the network can do. `test/contract/known-keys.ts` states this as tests.
 */
export type KnownKeys = {
  /** Those of the names that are known. A name that is missing was never seen. */
  readonly recall: (names: readonly string[], signal: AbortSignal) => Promise<Recalled>
  /** Keeps the records of a name for 400 days from now on; doing it again changes nothing but that. */
  readonly remember: (name: string, records: KeyRecords, signal: AbortSignal) => Promise<'kept' | 'failed'>
  /** As `remember`, but only where the name is known: a key that was revoked (`p=`) replaces the one that proved. */
  readonly replace: (
    name: string,
    records: KeyRecords,
    signal: AbortSignal,
  ) => Promise<'replaced' | 'unknown' | 'failed'>
}

export type KeyRecords = readonly (readonly string[])[]

export type Recalled =
  | { readonly answer: 'known'; readonly keys: ReadonlyMap<string, KeyRecords> }
  | { readonly answer: 'unavailable'; readonly cause: LedgerFailure }
