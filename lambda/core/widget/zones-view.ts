import { withoutKeys } from '../zone-keys.ts'
import type { ZoneCondition } from '../zone-state.ts'
import { badge, notice, type ShownIn, type Tone } from './frame.ts'
import { html, type Html } from './html.ts'
import { table } from './table.ts'
import { timeOf } from './time.ts'

/** What the probe of the lists knew when it was last asked. */
export type ZonesShown =
  | { readonly answer: 'unavailable' }
  | {
      readonly answer: 'states'
      /** In the order of the configuration. */
      readonly zones: readonly ZoneShown[]
      /** Addresses and domains of ours that are on a list. */
      readonly own: readonly OwnShown[]
      /** Since when the resolver takes answers in 127/8 away; null: it does not. */
      readonly resolverFiltersSince: string | null
      /** Since when nothing was heard of the probe although it should have run; null: it runs. */
      readonly probeSilentSince: string | null
    }

/** Times are ISO 8601 UTC. */
export type ZoneShown = {
  /** As the policy names it, keys in braces. */
  readonly zone: string
  /** Asked about the clients of mail, or about domains of ours alone. */
  readonly asksFor: 'clients' | 'own-domains'
  /** `untestable`: nobody can tell how it is, because it has no test entries. */
  readonly condition: ZoneCondition | 'untestable'
  readonly since: string | null
  readonly probedAt: string | null
  /** Until then it is left alone. */
  readonly retryAt: string | null
}

export type OwnShown = {
  readonly subject: string
  readonly zone: string
  /** Null: not known any more. */
  readonly since: string | null
  /** What the list answers, with its meaning where the catalogue has one. */
  readonly codes: readonly { readonly code: string; readonly meaning: string | null }[]
  /** The list's own page. */
  readonly url: string | null
}

/** *Zones*: how each list of the configuration is, since when, and what that means. */
export function zonesView(shown: ZonesShown, shownIn: ShownIn): Html {
  if (shown.answer === 'unavailable') {
    return notice(
      'bad',
      'The states of the lists could not be read. No decision depends on them: each listing is checked when it is heard. Try again; see ProbeFailures in docs/operations.md.',
    )
  }
  const { zones, own } = shown
  if (zones.length === 0) return html`<p>The configuration has no lists (dnsbl.zones, outbound.domainZones).</p>`
  const sick = zones.filter(({ condition }) => stateWords[condition].tone === 'bad').length
  return html`
    ${alarming(shown, shownIn)}
    <p>${sick === 0 ? 'No list is known to be broken.' : `${sick} of ${zones.length} lists count for nothing now.`}</p>
    ${table({
      caption: 'The lists of the configuration',
      heads: ['list', 'state', 'since', 'last asked', 'what it means, and what to do'],
      rows: zones.map((zone) => rowOf(zone, shownIn)),
      empty: '',
      octets: 100_000,
      more: 'quietgate dnsbl health',
    })}
    ${table({
      caption: 'Addresses and domains of ours that are on a list',
      heads: ['ours', 'list', 'since', 'what the list says'],
      rows: own.map((one) => [
        one.subject,
        withoutKeys(one.zone),
        one.since === null ? 'not known' : timeOf(one.since, shownIn),
        codesOf(one),
      ]),
      empty: 'None of our own addresses and domains (outbound) is known to be on a list.',
      octets: 60_000,
      more: 'see the events below events/ in the record bucket',
    })}
    ${
      own.length === 0
        ? null
        : html`<p>
            Nothing is done about it here. Whoever asks that list may refuse our mail; see OwnAddressesListed in
            docs/operations.md.
          </p>`
    }
  `
}

type States = Extract<ZonesShown, { answer: 'states' }>

function alarming({ resolverFiltersSince, probeSilentSince }: States, shownIn: ShownIn): readonly Html[] {
  return [
    ...(resolverFiltersSince === null
      ? []
      : [
          notice(
            'bad',
            `The resolver has taken answers in 127.0.0.0/8 away since ${timeOf(resolverFiltersSince, shownIn)}: all lists seem empty, and none counts. Allow 127.0.0.0/8 in it, or name another one (dns.servers); see ResolverFilters127 in docs/operations.md.`,
          ),
        ]),
    ...(probeSilentSince === null
      ? []
      : [
          notice(
            'warning',
            `The probe has not asked since ${timeOf(probeSilentSince, shownIn)}, although it should each minute: what stands here is old. Mail is judged without it; see ProbeFailures in docs/operations.md.`,
          ),
        ]),
  ]
}

function rowOf({ zone, asksFor, condition, since, probedAt, retryAt }: ZoneShown, shownIn: ShownIn) {
  const { word, tone, means, toDo } = stateWords[condition]
  const name = withoutKeys(zone)
  const next = retryAt === null ? '' : ` It is left alone until ${timeOf(retryAt, shownIn)}.`
  return [
    html`<code>${name}</code>${asksFor === 'own-domains' ? ' (for our own domains alone)' : null}`,
    badge(tone, word),
    since === null ? '' : timeOf(since, shownIn),
    probedAt === null ? 'never' : timeOf(probedAt, shownIn),
    `${means}${next}${toDo === null ? '' : ` ${toDo(name)}`}`,
  ]
}

function codesOf({ codes, url }: OwnShown): Html {
  const said = codes.map(({ code, meaning }) => (meaning === null ? code : `${code}: ${meaning}`)).join('; ')
  const isWeb = url?.startsWith('https://') ?? false
  const more = isWeb ? html` <a href="${url}" target="_blank" rel="noopener noreferrer">the list's own page</a>` : null
  return html`${said === '' ? 'not known' : said}${more}`
}

type StateWords = {
  readonly word: string
  readonly tone: Tone
  readonly means: string
  readonly toDo: ((zone: string) => string) | null
}

const health = (zone: string): string => `Ask it yourself: quietgate dnsbl health '${zone}'.`
const afterwards = (zone: string): string =>
  `Which mail did it touch before? quietgate dnsbl cost '${zone}' --from DAY.`

const stateWords: { readonly [C in ZoneShown['condition']]: StateWords } = {
  healthy: {
    word: 'healthy',
    tone: 'good',
    means: 'It passes its control questions: what it says counts.',
    toDo: null,
  },
  unknown: {
    word: 'not heard of yet',
    tone: 'quiet',
    means: 'It has not answered the probe so far, and was not silent for long enough to be called silent.',
    toDo: () => 'Look again in three minutes.',
  },
  untestable: {
    word: 'cannot be tested',
    tone: 'quiet',
    means: 'It has no test entries, so that nobody can tell whether it works: it is recorded, and stops nothing.',
    toDo: null,
  },
  empty: {
    word: 'empty',
    tone: 'bad',
    means:
      'It does not list the address that every list has to list (127.0.0.2): it was shut down, or answers are taken away on the way here. What it says counts for nothing.',
    toDo: (zone) => `${health(zone)} If it stays so, take it out of dnsbl.zones.`,
  },
  'lists-the-world': {
    word: 'lists the world',
    tone: 'bad',
    means:
      'It lists an address that no list may list (127.0.0.1): it was shut down, or its name was sold. From its first wrong answer on it counts for nothing.',
    toDo: (zone) => `${afterwards(zone)} If it stays so, take it out of dnsbl.zones.`,
  },
  silent: {
    word: 'silent',
    tone: 'bad',
    means:
      'It has left its control questions without an answer at least three times: it counts for nothing, and is not waited for.',
    toDo: health,
  },
  muted: {
    word: 'refuses us',
    tone: 'bad',
    means:
      'It answers that it does not answer us: no key or a wrong one, a public resolver, or too many questions. It counts for nothing.',
    toDo: (zone) => `Look at its key (dnsbl.keys) and at dns.servers. ${health(zone)}`,
  },
}
