import type { HeldAddress } from '../core/scim/addresses.ts'

/**
 * What SCIM may do to the directory. It never removes an entry.
 *
 * An address exists for SCIM as long as one resource holds it, so that it may pass from one user to the next in either
 * order. An entry that another source made stays as it is, and SCIM's hold is only noted on it (`scim_holders`): whoever
 * removes entries of that source has to leave one that is held, and to make it one of source `scim`.
 *
 * Both may be repeated. They reject where AWS cannot do it, with the error of the SDK.
 * `test/adapters/dynamodb-scim-directory.test.ts` states this as tests.
 */
export type ScimDirectory = {
  /** The address exists from now on, if it did not. */
  readonly hold: (held: HeldAddress, holder: string) => Promise<'added' | 'known'>
  /** If nobody holds it any more and SCIM made it, it is removed as of `at` (ISO 8601 UTC): known for the grace period. */
  readonly release: (held: HeldAddress, holder: string, at: string) => Promise<'removed' | 'kept'>
}
