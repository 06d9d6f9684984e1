import type { Entry } from '../entries/entry.ts'
import type { ProbeEvent } from '../probe-events.ts'
import { withoutKeys } from '../zone-keys.ts'
import { harmlessAddress, harmlessWords } from './harmless.ts'
import type { PolicySpan } from './tally.ts'

/** What was changed on a day, by people and by others, beside the mail. */
export type Changes = {
  readonly policies: readonly PolicySpan[]
  readonly imports: readonly ImportLine[]
  readonly events: readonly ProbeEvent[]
  readonly entries: readonly Entry[]
}

/** What a digest says of an import; the names are those of lambda/import-directory/import.ts. */
export type ImportLine = {
  readonly at: string
  readonly source: string
  readonly by: string
  readonly result: string
  readonly added: number
  readonly changed: number
  readonly removed: number
}

/** More than these nobody reads; the others are counted. */
const mostLines = 50

/** One line each, those of one kind together, in the order of time. `day` is the one that is meant: `2026-11-21`. */
export function changeLines({ policies, imports, events, entries }: Changes, day: string): readonly string[] {
  const lines = [
    ...policyLines(policies),
    ...imports.map(importLine),
    ...events.map(eventLine),
    ...entries.flatMap((entry) => entryLines(entry, day)),
  ]
  const more = lines.length - mostLines
  return more > 0 ? [...lines.slice(0, mostLines), `and ${more} more`] : lines
}

/** A configuration that stays the same is no change. Mail of the same moments may still have been decided by the one before. */
function policyLines(policies: readonly PolicySpan[]): readonly string[] {
  if (policies.length < 2) return []
  return policies.map(({ hash, first, last }) => `policy ${hash} decided from ${clock(first)} to ${clock(last)}`)
}

function importLine({ at, source, by, result, added, changed, removed }: ImportLine): string {
  const who = harmlessWords(by, 60)
  return `${clock(at)} import of ${harmlessWords(source, 64)} by ${who}: ${harmlessWords(result, 20)}, ${added} added, ${changed} changed, ${removed} removed`
}

function eventLine(event: ProbeEvent): string {
  const at = clock(event.at)
  switch (event.kind) {
    case 'zone-state':
      return `${at} list ${withoutKeys(event.zone)}: ${event.from} -> ${event.to}`
    case 'own-listed':
      return `${at} ${event.subject} is on the list ${withoutKeys(event.zone)}`
    case 'own-delisted':
      return `${at} ${event.subject} is no longer on the list ${withoutKeys(event.zone)}`
    case 'resolver-filters-127':
      return `${at} the resolver takes answers of lists away`
    case 'resolver-passes-127':
      return `${at} the resolver lets answers of lists through again`
  }
}

function entryLines({ list, value, owner, reason, added_at, expires_at }: Entry, day: string): readonly string[] {
  const what = `${list} entry ${harmlessAddress(value, 200)}`
  const until = expires_at.slice(0, 10)
  const added = `${clock(added_at)} ${what} by ${harmlessWords(owner, 60)} until ${until}: ${harmlessWords(reason, 100)}`
  return [
    ...(added_at.startsWith(day) ? [added] : []),
    ...(expires_at.startsWith(day) ? [`${clock(expires_at)} ${what} has ended`] : []),
  ]
}

/** `10:15` */
function clock(iso: string): string {
  return iso.slice(11, 16)
}
