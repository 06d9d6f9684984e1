import { oneLine } from '../plain-text.ts'
import { badge, notice, type ShownIn } from './frame.ts'
import { html, type Html, type Shown } from './html.ts'
import { table } from './table.ts'
import { timeOf } from './time.ts'

/** What is known of the lists of recipients. Null: it could not be read. */
export type ImportsShown = {
  /** The last ones, the newest first. */
  readonly imports: readonly ImportShown[] | null
  readonly domains: readonly DomainShown[] | null
}

/** One line of the history; the names are those of lambda/import-directory/import.ts. */
export type ImportShown = {
  readonly id: string
  readonly at: string
  readonly by: string
  readonly source: string
  readonly entries: number
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly forced: boolean
  readonly result: 'applied' | 'refused' | 'interrupted'
  /** Codes of what spoke against it. */
  readonly guards: readonly string[]
}

export type DomainShown = {
  readonly domain: string
  readonly isComplete: boolean
  readonly entries: number
  readonly completedAt: string | null
  /** The imports that have entries in it, with when each was last applied; null: longer ago than the history that was read. */
  readonly sources: readonly { readonly source: string; readonly entries: number; readonly appliedAt: string | null }[]
}

const mostSources = 5

/** *Imports*: which domains know who exists, since when, and what became of the last lists. */
export function importsView({ imports, domains }: ImportsShown, shownIn: ShownIn): Html {
  return html`${domains === null ? unread('The state of the domains') : domainsOf(domains, shownIn)}
  ${imports === null ? unread('The history of the imports') : importsOf(imports, shownIn)}`
}

function unread(what: string): Html {
  return notice('bad', `${what} could not be read. That says nothing about the directory itself: try again.`)
}

function domainsOf(domains: readonly DomainShown[], shownIn: ShownIn): Html {
  const open = domains.filter((domain) => !knowsWho(domain))
  const sorted = [...open, ...domains.filter(knowsWho)]
  return html`
    ${
      open.length === 0
        ? null
        : notice(
            'warning',
            `Nobody is unknown in ${open.length === 1 ? 'one domain' : `${open.length} domains`}: mail to whoever does not exist is let through there until a whole list is imported (quietgate recipients import FILE).`,
          )
    }
    ${table({
      caption: 'Who exists, domain by domain',
      heads: ['domain', 'state', 'entries', 'complete since', 'imported from, and when last'],
      rows: sorted.map((domain) => domainRow(domain, shownIn)),
      empty: 'The configuration has no domain.',
      octets: 100_000,
      more: 'quietgate recipients list DOMAIN',
    })}
  `
}

function knowsWho({ isComplete, entries }: DomainShown): boolean {
  return isComplete && entries > 0
}

function domainRow(shown: DomainShown, shownIn: ShownIn): readonly Shown[] {
  const { domain, entries, completedAt, sources } = shown
  const from = sources
    .slice(0, mostSources)
    .map(
      ({ source, entries: some, appliedAt }) =>
        html`${source}: ${some} ${some === 1 ? 'entry' : 'entries'},
          ${appliedAt === null ? 'not lately' : timeOf(appliedAt, shownIn)}<br />`,
    )
  return [
    domain,
    stateOf(shown),
    entries,
    completedAt === null ? '' : timeOf(completedAt, shownIn),
    from.length === 0 ? 'no import' : from,
  ]
}

function stateOf(domain: DomainShown): Html {
  if (knowsWho(domain)) return badge('good', 'complete')
  if (domain.isComplete) return badge('warning', 'empty: nobody is unknown')
  return badge('warning', 'no whole list yet: nobody is unknown')
}

function importsOf(imports: readonly ImportShown[], shownIn: ShownIn): Html {
  return table({
    caption: 'The last imports',
    heads: ['when', 'source', 'what became of it', 'entries', 'added', 'changed', 'removed', 'by', 'id'],
    rows: imports.map((one) => [
      timeOf(one.at, shownIn),
      oneLine(one.source, 64),
      resultOf(one),
      one.entries,
      one.added,
      one.changed,
      one.removed,
      oneLine(one.by, 100),
      html`<code>${oneLine(one.id, 60)}</code>`,
    ]),
    empty: 'Nothing was imported yet: quietgate recipients import FILE.',
    octets: 60_000,
    more: 'quietgate recipients history',
  })
}

function resultOf({ result, forced, guards }: ImportShown): Html {
  const against = guards.map((code) => guardWords.get(code) ?? oneLine(code, 60)).join('; ')
  switch (result) {
    case 'applied':
      return html`${badge('good', 'applied')}${forced && against !== '' ? ` although ${against}` : null}`
    case 'refused':
      return html`${badge('bad', 'refused')}: ${against === '' ? 'it could not be read' : against}. Nothing was changed.`
    case 'interrupted':
      return html`${badge('warning', 'interrupted')}: nobody is unknown for that. Import it again, and it is finished.`
  }
}

/** What a guard found; `guardsOf` in lambda/core/directory-import/guards.ts has the codes. */
const guardWords: ReadonlyMap<string, string> = new Map([
  ['source-empty', 'the list has no entry'],
  ['source-cut-short', 'the list seems to be cut short'],
  ['removes-too-many', 'it removes too many at once'],
  ['domain-emptied', 'it removes all that it had in a domain'],
  ['bad-rows', 'some of its rows cannot be read'],
])
