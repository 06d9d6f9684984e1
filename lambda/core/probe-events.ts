import type { AddressAnswer } from './facts.ts'
import type { ZoneNote } from './probe-plan.ts'
import { matchesText } from './protocol/dnsxl.ts'
import type { OwnListing } from './own-listing.ts'
import type { ZoneCondition, ZoneTransition } from './zone-state.ts'

/**
 * Something changed that an operator may want to know. One JSON object each, described in docs/event.schema.json; within
 * schema_version 1 fields are only added. Times are ISO 8601 UTC with milliseconds.
 */
export type ProbeEvent = ZoneStateEvent | ResolverEvent | OwnListingEvent

export type ZoneStateEvent = {
  readonly schema_version: 1
  readonly kind: 'zone-state'
  readonly at: string
  readonly zone: string
  readonly from: ZoneCondition
  readonly to: ZoneCondition
  /** Since when it had been in the state that it left. */
  readonly since: string
  readonly evidence: readonly HeardQuestion[]
}

export type ResolverEvent = {
  readonly schema_version: 1
  readonly kind: 'resolver-filters-127' | 'resolver-passes-127'
  readonly at: string
  readonly resolver: string
  readonly zones: readonly string[]
}

export type OwnListingEvent = {
  readonly schema_version: 1
  readonly kind: 'own-listed' | 'own-delisted'
  readonly at: string
  /** The address or domain of ours. */
  readonly subject: string
  readonly zone: string
  /** Since when it was listed, as far as the probe saw. */
  readonly since: string
  readonly codes: readonly { readonly code: string; readonly meaning?: string }[]
  /** The list's own page. */
  readonly url?: string
}

/** A question and its answer as it was heard: how it ended, and the addresses if there were any. */
export type HeardQuestion = { readonly asked: string; readonly heard: string; readonly addresses: readonly string[] }

export function heardQuestion(asked: string, answer: AddressAnswer): HeardQuestion {
  if (answer.answer === 'addresses') return { asked, heard: 'addresses', addresses: answer.addresses }
  return { asked, heard: answer.answer === 'none' ? answer.why : answer.cause, addresses: [] }
}

export function zoneStateEvent(
  zone: string,
  { from, to, since }: ZoneTransition,
  evidence: readonly HeardQuestion[],
  at: number,
): ZoneStateEvent {
  return { schema_version: 1, kind: 'zone-state', at: new Date(at).toISOString(), zone, from, to, since, evidence }
}

/** `servers` as the policy has them. */
export function resolverEvent(
  filters: boolean,
  servers: readonly string[] | null,
  zones: readonly string[],
  at: number,
): ResolverEvent {
  return {
    schema_version: 1,
    kind: filters ? 'resolver-filters-127' : 'resolver-passes-127',
    at: new Date(at).toISOString(),
    resolver: servers?.join(', ') ?? "the function's default resolver",
    zones,
  }
}

/** `listing` is the one that began, or the one that ended. */
export function ownListingEvent(
  kind: OwnListingEvent['kind'],
  subject: string,
  zone: string,
  listing: OwnListing,
  note: ZoneNote | null,
  at: number,
): OwnListingEvent {
  const codes = listing.codes.map((code) => {
    const meaning = note?.codes.find(({ pattern }) => matchesText(pattern, code))?.meaning
    return meaning === undefined ? { code } : { code, meaning }
  })
  const url = note?.url ?? null
  const head = { schema_version: 1, kind, at: new Date(at).toISOString(), subject, zone, since: listing.since } as const
  return { ...head, codes, ...(url === null ? {} : { url }) }
}

/** `events/dt=2026-11-21/2026-11-21T10:00:00.000Z-zone-bl.example.json`: an object for each event, by day. */
export function eventKey(event: ProbeEvent): string {
  return `${eventPrefix}dt=${event.at.slice(0, 10)}/${event.at}-${nameOf(event)}.json`
}

/** Where the events of the probe lie in the record bucket. infra/storage.ts names it, too. */
const eventPrefix = 'events/'

function nameOf(event: ProbeEvent): string {
  switch (event.kind) {
    case 'zone-state':
      return `zone-${encodeURIComponent(event.zone)}`
    case 'own-listed':
    case 'own-delisted':
      return `own-${encodeURIComponent(event.subject)}-${encodeURIComponent(event.zone)}`
    case 'resolver-filters-127':
    case 'resolver-passes-127':
      return 'resolver'
  }
}
