import type { KeyAnswer } from '../core/protocol/dkim/key-record.ts'

/**
 * Asks the DNS for the TXT records of a name: the public keys of our own domains, which prove that a returned message is
 * ours.
 *
 * An implementation resolves for everything that the network can do: no such name is an answer, and so is a failure. It
 * rejects only for a bug. All records of the answer are given, each with its strings in their order and not joined,
 * whatever they hold: which of them is a key is for the core.
 *
 * A failure is never turned into `none`. What cannot be asked leaves a bounce undecidable, and delivered; a key that is
 * gone leaves it unproven, so that a resolver in trouble would otherwise take the proof from every genuine bounce.
 *
 * It gives up at once when `signal` aborts, answers `aborted`, and leaves nothing running; it asks nothing if the
 * signal has aborted already. It has a limit of its own in time, and answers `timeout` when that is over. An
 * implementation that remembers keys may answer a name that is gone with the records that stood there, but never one whose
 * `p=` was emptied since: that key is revoked.
 */
export type KeyLookup = (name: string, signal: AbortSignal) => Promise<KeyAnswer>
