import type { StoredEntry } from '../../lambda/ports/import-ports.ts'
import type { DirectoryEntry, RecipientFact } from '../../lambda/core/facts.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import type { Resolution } from '../../lambda/core/rules/recipients.ts'
import { domainWords, entryWords, formWords, kindWords } from '../resolution.ts'

/** What stands beside an entry, and decides nothing. */
export type EntryDetail = { readonly source: string | null; readonly seenOn: string | null }

export type LookedUp = {
  readonly fact: RecipientFact
  readonly resolution: Resolution
  readonly policy: Policy
  /** The domain whose list was asked; null: none was. */
  readonly listedUnder: string | null
  readonly details: ReadonlyMap<string, EntryDetail>
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Every candidate of an address with what was there, and which one decided, as lines for people. */
export function lookUpLines(looked: LookedUp): readonly string[] {
  const { fact, resolution, listedUnder } = looked
  const { domain, domainName, entries } = fact
  const alias = listedUnder !== null && domainName !== null && listedUnder !== domainName
  const decisive = decisiveKey(resolution)
  const at = entries.findIndex(({ key }) => key === decisive)
  const lines = entries.map(({ key, form, answer }, index) => {
    const decides = index === at ? '; this decides' : ''
    const late = at !== -1 && index > at && answer.answer === 'found' ? '; not needed any more' : ''
    const words = entryWords(answer, (entry) => foundWords(looked, key, entry))
    return `${index + 1}. ${key} (${formWords[form]}): ${words}${decides}${late}`
  })
  const patterns = domain.answer === 'complete' || domain.answer === 'incomplete' ? (domain.patterns ?? []) : []
  const matched = resolution.matchedBy === 'pattern' ? '; one matches, and this decides' : ''
  const list = domainWords(domain, listedUnder ?? domainName ?? '')
  return [
    ...(alias ? [`${domainName} is an alias of ${listedUnder}, whose list is asked (domains[].aliasOf).`] : []),
    ...lines,
    ...(patterns.length === 0 ? [] : [`Patterns of ${listedUnder ?? ''}: ${patterns.join(', ')}${matched}.`]),
    ...(list === null ? [] : [list]),
  ]
}

/** A removal with the moments at which it began and will cease to count. */
export function graceEnd(removedAt: string, { recipients }: Policy): string | null {
  const since = Date.parse(removedAt)
  return Number.isNaN(since) ? null : new Date(since + recipients.graceDays * 86_400_000).toISOString()
}

/** The entries' sources and days by their keys. */
export function detailsOf(
  stored: ReadonlyMap<string, StoredEntry>,
  days: ReadonlyMap<string, string>,
): ReadonlyMap<string, EntryDetail> {
  return new Map([...stored].map(([key, { source }]) => [key, { source, seenOn: days.get(key) ?? null }]))
}

/** The entry that the resolution names, alive or denied. */
function decisiveKey({ key, finding }: Resolution): string | null {
  return key ?? (finding?.reason.code === 'recipient-denied' ? finding.reason.key : null)
}

function foundWords(looked: LookedUp, key: string, entry: DirectoryEntry): string {
  return [
    kindWords({ ...entry, removedAt: null }),
    ...removalWords(entry, looked),
    ...detailWords(looked.details.get(key)),
  ].join(', ')
}

function removalWords({ removedAt }: DirectoryEntry, { policy, now }: LookedUp): readonly string[] {
  if (removedAt === null) return []
  const end = graceEnd(removedAt, policy)
  if (end === null) return [`removed at ${removedAt}, which is no time, so that it counts for ever`]
  return [`removed at ${removedAt}, ${Date.parse(end) < now ? 'counted' : 'counts'} until ${end}`]
}

function detailWords(detail: EntryDetail | undefined): readonly string[] {
  if (detail === undefined) return []
  return [
    ...(detail.source === null ? ['added by hand'] : [`from ${detail.source}`]),
    ...(detail.seenOn === null ? [] : [`last mail on ${detail.seenOn}`]),
  ]
}
