import type { ProofKeyUse } from '../core/policy.ts'
import type { TagKey } from '../core/protocol/keyed-hash.ts'

/**
 * The secrets that check tags and the header field Quietgate-Proof, all of one use at once. Null if one of them cannot be
 * read: what it made cannot be told from what a stranger made. Empty if the policy has none. It resolves for everything that
 * the network can do, and gives up when `signal` aborts.
 */
export type ProofKeys = (use: ProofKeyUse, signal: AbortSignal) => Promise<readonly TagKey[] | null>
