import type { AddressAnswer } from '../core/facts.ts'

/**
 * Asks the DNS for the A records of a name. The only question the filter asks it.
 *
 * An implementation resolves for everything the network can do: no such name is an answer, and so is a failure.
 * It rejects only for a bug, gives up when `signal` aborts, and does not interpret what it finds: what 127.0.0.4
 * means is for the core. `test/contract/address-lookup.ts` states this as tests; every implementation runs them.
 */
export type AddressLookup = (name: string, signal: AbortSignal) => Promise<AddressAnswer>
