import type { ListedEntry } from '../../lambda/core/directory-import/entry.ts'
import type { Plan } from '../../lambda/import-directory/import.ts'
import { kindWords } from '../resolution.ts'

/** What an import would change, for people: `+`, `~` and `-` at the front, a tab before what it is. */
export function planLines(plan: Plan, from: string | null): readonly string[] {
  const { source, format, entries, base, diff, samples, removedActive } = plan
  const before =
    base.current === null
      ? 'It was never imported before.'
      : `The last import of it was at ${base.current.at}, with ${base.current.entries} entries.`
  const unfinished =
    base.begun.length === 0 ? [] : ['An import of it was begun and not finished: this one finishes it.']
  return [
    `${source}: ${counted(entries, 'entry', 'entries')} (${from ?? format}). ${before}`,
    ...unfinished,
    ...[...diff.domains].map(
      ([name, { after, added, changed, removed }]) =>
        `  ${name}: ${added} added, ${changed} changed, ${removed} removed; ${after} then`,
    ),
    ...sampleLines(samples.added.map(addedLine), diff.added, 'added'),
    ...sampleLines(samples.changed.map(changedLine), diff.changed, 'changed'),
    ...sampleLines(
      samples.removed.map((key) => removedLine(key, seenIn(removedActive.first, key))),
      diff.removed,
      'removed',
    ),
    ...(removedActive.count === 0 ? [] : [activeSentence(removedActive)]),
  ]
}

export function addedLine(entry: ListedEntry): string {
  return `+ ${entry.key}\t${entryWords(entry)}`
}

export function changedLine(entry: ListedEntry): string {
  return `~ ${entry.key}\t${entryWords(entry)}`
}

export function removedLine(key: string, seenOn: string | null): string {
  return seenOn === null ? `- ${key}` : `- ${key}\tlast mail on ${seenOn}`
}

export function entryWords({ kind, target }: ListedEntry): string {
  return kindWords({ kind, target, removedAt: null })
}

/** What was found in the source beside its entries: said, and no reason to stop. */
export function remarks(plan: Plan, where: string): readonly string[] {
  const { duplicates, notServed } = plan
  const [first] = duplicates.first
  const strangers = [...notServed]
  const rows = strangers.reduce((sum, [, count]) => sum + count, 0)
  const named = strangers.slice(0, 5).map(([name, count]) => `${name} (${count})`)
  return [
    ...(first === undefined
      ? []
      : [
          `${counted(duplicates.count, 'address comes', 'addresses come')} up again, and the first time counts: ` +
            `${first.key} in lines ${first.lines[0]} and ${first.lines[1]}.`,
        ]),
    ...(rows === 0
      ? []
      : [
          `${counted(rows, 'row is', 'rows are')} of domains that are not in the configuration, and passed over: ` +
            `${named.join(', ')}${strangers.length > named.length ? ', ...' : ''} (${where}, domains).`,
        ]),
  ]
}

export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

const linesShown = 10

function sampleLines(lines: readonly string[], count: number, what: string): readonly string[] {
  const more = count - Math.min(linesShown, lines.length)
  const rest = more > 0 ? [`  and ${more} more ${what}`] : []
  return [...lines.slice(0, linesShown), ...rest]
}

function activeSentence({ count, first }: Plan['removedActive']): string {
  const shown = first.slice(0, 5).map(({ key, seenOn }) => `${key} (${seenOn})`)
  const rest = count > shown.length ? ', ...' : ''
  return `${count} of the removed received mail in the last 30 days: ${shown.join(', ')}${rest}`
}

function seenIn(first: Plan['removedActive']['first'], key: string): string | null {
  return first.find((removal) => removal.key === key)?.seenOn ?? null
}
