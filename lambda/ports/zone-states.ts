import type { OwnListing } from '../core/own-listing.ts'
import type { ZoneState } from '../core/zone-state.ts'

/**
 * Keeps what the scheduled probe knows from one run to the next.
 *
 * `read` resolves with the items that are there, by their `stateId`, and with `null` if it cannot be known which are: a
 * probe that took that for "none" would forget since when a zone is dead. An item that a newer version wrote, and that
 * cannot be read, is left out. `write` replaces one item. Both resolve for everything that the network can do and give up
 * when `signal` aborts. `test/contract/zone-states.ts` states this as tests.
 */
export type ZoneStates = {
  readonly read: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, StateItem> | null>
  readonly write: (item: StateItem, signal: AbortSignal) => Promise<'written' | 'failed'>
}

/** Times are ISO 8601 UTC. Zones are named as the policy names them, keys in braces. */
export type StateItem = ZoneItem | OwnItem | ResolverItem

export type ZoneItem = {
  readonly kind: 'zone'
  readonly zone: string
  readonly state: ZoneState
  readonly probedAt: string
  /** Its own name servers have listed its test entry before. */
  readonly authorityLists: boolean
  /** When it was last asked for our own addresses and domains; `null`: never. */
  readonly ownAskedAt: string | null
  /** Those that it listed then. */
  readonly ownListed: readonly string[]
}

export type OwnItem = {
  readonly kind: 'own'
  readonly subject: string
  readonly zone: string
  readonly listing: OwnListing
}

/** Whether the resolver takes answers in 127.0.0.0/8 away. */
export type ResolverItem = { readonly kind: 'resolver'; readonly filters: boolean; readonly since: string }

export function stateId(of: IdentifyingPart): string {
  switch (of.kind) {
    case 'zone':
      return `zone#${of.zone}`
    case 'own':
      return `own#${of.subject}#${of.zone}`
    case 'resolver':
      return 'resolver'
  }
}

type IdentifyingPart =
  Pick<ZoneItem, 'kind' | 'zone'> | Pick<OwnItem, 'kind' | 'subject' | 'zone'> | Pick<ResolverItem, 'kind'>
