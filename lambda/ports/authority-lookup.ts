import type { AddressAnswer } from '../core/facts.ts'

/**
 * Asks a zone's own name servers for the A records of a name, so that no resolver's memory stands in between.
 *
 * Resolves with `null` where they cannot be found, or none of them answers: that says nothing of the zone. It rejects only
 * for a bug, and gives up when `signal` aborts.
 */
export type AuthorityLookup = (zone: string, name: string, signal: AbortSignal) => Promise<AddressAnswer | null>
