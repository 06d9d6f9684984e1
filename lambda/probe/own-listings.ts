import type { AddressAnswer } from '../core/facts.ts'
import { codesAgainst, nextOwnListing, type OwnListing } from '../core/own-listing.ts'
import { ownListingEvent } from '../core/probe-events.ts'
import { stateId, type ZoneItem } from '../ports/zone-states.ts'
import { isoOf, keep, tell, type Run } from './run.ts'
import type { Own, Target } from './targets.ts'

export type OwnAnswer = Own & { readonly answer: AddressAnswer }

/** A list that we are looked for on more often than it changes would rightly call us abusive. */
const ownEveryMs = 15 * 60_000

export function isOwnDue({ own }: Target, previous: ZoneItem | null, at: number): boolean {
  const askedAt = previous?.ownAskedAt ?? null
  return own.length > 0 && (askedAt === null || at - Date.parse(askedAt) >= ownEveryMs - 10_000)
}

/** One after the other: the zones are asked at once, and a hundred addresses of ours would be a burst at each of them. */
export async function askOwn({ own }: Target, { ports, signal }: Run): Promise<readonly OwnAnswer[]> {
  const heard: OwnAnswer[] = []
  for (const one of own) heard.push({ ...one, answer: await ports.lookUp(one.name, signal) })
  return heard
}

/**
 * What a zone that works says of ourselves. An answer that says nothing leaves things as they were, and so does a run in
 * which nobody was asked: then `answers` is empty.
 */
export async function noteOwn(
  target: Target,
  answers: readonly OwnAnswer[],
  previous: ZoneItem | null,
  run: Run,
): Promise<Pick<ZoneItem, 'ownAskedAt' | 'ownListed'>> {
  const before = stillOurs(target, previous)
  const asBefore = { ownAskedAt: previous?.ownAskedAt ?? null, ownListed: before }
  if (answers.length === 0) return asBefore
  const { zone } = target.zone
  const ids = answers.map(({ subject }) => stateId({ kind: 'own', subject, zone }))
  const items = await run.ports.states.read(ids, run.signal)
  if (items === null) {
    run.ports.metrics.failed()
    return asBefore
  }
  const listed = new Set(before)
  let complete = true
  for (const { subject, answer } of answers) {
    const codes = codesAgainst(answer, target.zone)
    if (codes === null) continue
    const item = items.get(stateId({ kind: 'own', subject, zone }))
    const noted = await noteOne(zone, subject, codes, item?.kind === 'own' ? item.listing : null, run)
    complete &&= noted
    if (codes.length > 0) listed.add(subject)
    else listed.delete(subject)
  }
  return { ownAskedAt: complete ? isoOf(run.at) : null, ownListed: [...listed].sort() }
}

/** Whether all that changed was written down. */
async function noteOne(
  zone: string,
  subject: string,
  codes: readonly string[],
  previous: OwnListing | null,
  run: Run,
): Promise<boolean> {
  const { next, change } = nextOwnListing(previous, codes, run.at)
  if (change === null) return true
  const note = run.plan.zones.find((of) => of.zone === zone) ?? null
  const listing = next.listed || previous === null ? next : previous
  const told = await tell(ownListingEvent(change, subject, zone, listing, note, run.at), run)
  return told && (await keep({ kind: 'own', subject, zone, listing: next }, run))
}

/** What is no longer declared as ours is asked for no more, and must not be counted for ever. */
function stillOurs({ own }: Target, previous: ZoneItem | null): readonly string[] {
  const subjects = own.map(({ subject }) => subject)
  return previous?.ownListed.filter((subject) => subjects.includes(subject)) ?? []
}
