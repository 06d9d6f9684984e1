import type { AddressAnswer } from '../core/facts.ts'

/**
 * Asks the DNS for the A records of a name. The only question the filter asks it.
 *
 * An implementation resolves for everything that the network can do: no such name is an answer, and so is a failure.
 * A name that does not fit the DNS (a label of 64 octets) is a failure too, `malformed`: names are made from what
 * senders write. It rejects only for a bug.
 *
 * It gives up at once when `signal` aborts, answers `aborted`, and leaves nothing running; it asks nothing if the
 * signal has aborted already. It has a limit of its own in time, and answers `timeout` when that is over.
 *
 * It does not interpret what it finds: every address of the answer is given, in or outside 127/8, because what
 * 127.0.0.4 means is for the core. `ttlSeconds` is the shortest TTL on the way to them.
 *
 * `test/contract/address-lookup.ts` states this as tests; every implementation runs them.
 */
export type AddressLookup = (name: string, signal: AbortSignal) => Promise<AddressAnswer>
