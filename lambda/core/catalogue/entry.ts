import type { ZonePolicy } from '../policy.ts'

/** What is known of a list that anybody may ask. Facts of its operator; how much it counts is for the policy. */
export type CatalogueEntry = Pick<
  ZonePolicy,
  'zone' | 'operator' | 'families' | 'listingCodes' | 'errorCodes' | 'definesLoopback' | 'testEntries'
> & {
  readonly title: string
  readonly use: Use
  /** The list's own page. */
  readonly url: string
  /** The list's page about one address, which stands for `{ip}`; `null` where it has none. */
  readonly lookupUrl: string | null
  /** What is published. A code that is missing here is recorded as it was heard. */
  readonly codes: readonly CodeMeaning[]
  /** A sentence. */
  readonly termsOfUse: string
  /** Whether it answers resolvers of clouds, of which AWS's is one: `limited` means only some, or only few questions. */
  readonly cloudResolvers: 'refused' | 'limited' | 'not-known'
  /** The name of the key that stands in the zone's name. */
  readonly key: string | null
  /** Terms that are safe to start with: no list stops mail by itself, and one of collateral damage is no second opinion. */
  readonly defaultTerms: readonly string[]
}

/**
 * What a list is good for. `score`: single addresses that sent junk. `allow`: it speaks for the client. `hint`: not about
 * junk; asked in safe mode alone. `collateral`: whole networks, the innocent included.
 */
export type Use = 'score' | 'hint' | 'allow' | 'collateral'

export type CodeMeaning = { readonly pattern: string; readonly meaning: string }

/** A list that must not be asked any more, or never was of use here. `zones`: it and everything below it. */
export type DeadList = {
  readonly title: string
  readonly zones: readonly string[]
  /** The first day without it, as precisely as it is known: YYYY, YYYY-MM or YYYY-MM-DD. */
  readonly died: string
  /** What it answered afterwards, as far as it was seen. */
  readonly after: 'empty' | 'lists-the-world'
}

export type RefusedList = {
  readonly zones: readonly string[]
  /** What follows "is refused: ". */
  readonly why: string
  /** A name below it with a key in it is something else. */
  readonly unlessKeyed: boolean
}

/** What most lists have in common. Where nobody says that a list has IPv6 addresses, it is not asked for them. */
export const ordinary = {
  families: 'ipv4',
  lookupUrl: null,
  codes: [{ pattern: '127.0.0.2', meaning: 'Listed.' }],
  listingCodes: ['127.0.0.2'],
  errorCodes: [],
  definesLoopback: false,
  testEntries: true,
  cloudResolvers: 'not-known',
  key: null,
} as const
