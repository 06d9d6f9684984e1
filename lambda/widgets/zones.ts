import type { ZonePolicy } from '../core/policy.ts'
import { matchesText } from '../core/protocol/dnsxl.ts'
import type { WidgetPlan } from '../core/widget/plan.ts'
import type { OwnShown, ZoneShown, ZonesShown } from '../core/widget/zones-view.ts'
import { stateId, type StateItem, type ZoneItem, type ZoneStates } from '../ports/zone-states.ts'

/**
 * What the probe keeps of every list of the configuration: two reads of the table at most, the second only if something of ours is
 * listed. `now` in milliseconds since 1970.
 */
export async function readZones(
  { read }: Pick<ZoneStates, 'read'>,
  { policy, outbound, zones: notes }: WidgetPlan['probe'],
  now: number,
  signal: AbortSignal,
): Promise<ZonesShown> {
  const lists = [
    ...policy.dnsxl.zones.map((zone) => ({ zone, asksFor: 'clients' as const })),
    ...outbound.domainZones.map((zone) => ({ zone, asksFor: 'own-domains' as const })),
  ]
  const ids = lists.map(({ zone: { zone } }) => stateId({ kind: 'zone', zone }))
  const items = await read([...ids, stateId({ kind: 'resolver' })], signal)
  if (items === null) return { answer: 'unavailable' }
  const itemOf = (zone: string): ZoneItem | null => {
    const item = items.get(stateId({ kind: 'zone', zone }))
    return item?.kind === 'zone' ? item : null
  }
  const names = [...new Set(lists.map(({ zone: { zone } }) => zone))]
  const own = await ownListings(
    read,
    names.flatMap((zone) => itemOf(zone) ?? []),
    notes,
    signal,
  )
  if (own === null) return { answer: 'unavailable' }
  const resolver = items.get(stateId({ kind: 'resolver' }))
  const probed = lists.flatMap(({ zone }) => (zone.testEntries ? (itemOf(zone.zone) ?? []) : []))
  return {
    answer: 'states',
    zones: lists.map(({ zone, asksFor }) => zoneShown(zone, asksFor, itemOf(zone.zone))),
    own,
    resolverFiltersSince: resolver?.kind === 'resolver' && resolver.filters ? resolver.since : null,
    probeSilentSince: silentSince(probed, now),
  }
}

/** A list that is left alone is not asked for so long on purpose; any other is asked every minute. */
const lateMs = 15 * 60_000

/** The last time that any list was asked, where each of them should have been asked since. */
function silentSince(probed: readonly ZoneItem[], now: number): string | null {
  const inTime = probed.some(({ probedAt, state }) => now - Date.parse(state.retryAt ?? probedAt) < lateMs)
  const last = probed
    .map(({ probedAt }) => probedAt)
    .toSorted()
    .at(-1)
  return inTime ? null : (last ?? null)
}

function zoneShown({ zone, testEntries }: ZonePolicy, asksFor: ZoneShown['asksFor'], item: ZoneItem | null): ZoneShown {
  if (!testEntries) return { zone, asksFor, condition: 'untestable', since: null, probedAt: null, retryAt: null }
  if (item === null) return { zone, asksFor, condition: 'unknown', since: null, probedAt: null, retryAt: null }
  const { state, since, retryAt } = item.state
  return { zone, asksFor, condition: state, since, probedAt: item.probedAt, retryAt }
}

/** One request. Whoever has more of theirs on lists has seen enough after these. */
const mostOwn = 100

/** Null: since when could not be read. */
async function ownListings(
  read: ZoneStates['read'],
  items: readonly ZoneItem[],
  notes: WidgetPlan['probe']['zones'],
  signal: AbortSignal,
): Promise<readonly OwnShown[] | null> {
  const all = items.flatMap(({ zone, ownListed }) => ownListed.map((subject) => ({ zone, subject })))
  if (all.length === 0) return []
  const listed = all.slice(0, mostOwn)
  const found = await read(
    listed.map(({ zone, subject }) => stateId({ kind: 'own', subject, zone })),
    signal,
  )
  if (found === null) return null
  return listed.map(({ zone, subject }) => {
    const note = notes.find((one) => one.zone === zone)
    const { since = null, codes = [] } = listingOf(found.get(stateId({ kind: 'own', subject, zone })))
    const meaningOf = (code: string): string | null =>
      note?.codes.find(({ pattern }) => matchesText(pattern, code))?.meaning ?? null
    const read = codes.map((code) => ({ code, meaning: meaningOf(code) }))
    return { zone, subject, since, codes: read, url: note?.url ?? null }
  })
}

function listingOf(item: StateItem | undefined): { readonly since?: string; readonly codes?: readonly string[] } {
  return item?.kind === 'own' ? item.listing : {}
}
