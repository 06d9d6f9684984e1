import type { EntryAnswer, NotAskedWhy, UnavailableCause } from './answers.ts'
import type { BounceFact } from './bounce-facts.ts'
import type { EntriesFact } from './entries/entries-fact.ts'
import type { Message } from './message.ts'

export type { DirectoryEntry, EntryAnswer, NotAskedWhy, UnavailableCause } from './answers.ts'

/**
 * All that a verdict may depend on. Plain JSON, and every answer of the world stands in it as it was heard, so that a
 * recorded decision can be decided again later, under any policy, with no network.
 *
 * No fact is a boolean: the world answers yes, no, or not at all, and a question that was not needed was not asked.
 */
export type Facts = {
  readonly message: Message
  /** One for each envelope recipient, in the order of the envelope. */
  readonly recipients: readonly RecipientFact[]
  /** One for each zone of the policy. */
  readonly zones: readonly ZoneFact[]
  /** What the message returns, if it is a bounce, and what proves that it is ours. */
  readonly bounce: BounceFact
  /** The operator's allow and block entries that match the message. */
  readonly entries: EntriesFact
}

export type RecipientFact = {
  readonly address: string
  /** The address's domain as A-label; `null` if the address cannot be read. */
  readonly domainName: string | null
  /** The candidates of the address, in the order in which they count, each with the directory's answer. */
  readonly entries: readonly { readonly key: string; readonly form: CandidateForm; readonly answer: EntryAnswer }[]
  /** What the directory says of the domain: may it say that somebody does not exist? */
  readonly domain: DomainAnswer
}

/** How a candidate was made from the address. */
export type CandidateForm =
  | 'as-written'
  /** Without the tag that BATV, or SRS as Exchange Online writes it, puts into the local part of a return path. */
  | 'without-tag'
  /** A return path that is known by its form alone. */
  | 'srs'
  | 'bounce-address'
  | 'without-sub-address'
  | 'catch-all'

/**
 * What the directory says of a domain. `patterns`: local parts that exist by their form, such as `invoice-*`. Only `complete` allows "unknown": a list that nobody finished proves nothing.
 */
export type DomainAnswer =
  | { readonly answer: 'complete'; readonly patterns?: readonly string[] }
  | { readonly answer: 'incomplete'; readonly why: 'never-imported' | 'empty'; readonly patterns?: readonly string[] }
  | { readonly answer: 'unavailable'; readonly cause: UnavailableCause }
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }

/** What the DNS says of a name (RFC 1034 4.3.2); what the addresses mean is for a rule. */
export type AddressAnswer =
  | { readonly answer: 'addresses'; readonly addresses: readonly string[]; readonly ttlSeconds: number }
  | { readonly answer: 'none'; readonly why: 'no-such-name' | 'no-data' }
  | {
      readonly answer: 'failed'
      /** `muted`: it was not asked, because it refused us or was found dead a short while ago. `no-key`: its key is missing. */
      readonly cause: 'timeout' | 'servfail' | 'refused' | 'unreachable' | 'malformed' | 'aborted' | 'muted' | 'no-key'
    }

export type ZoneFact = {
  readonly zone: string
  readonly answer: AddressAnswer | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  /** What the zone said of addresses that everybody knows, asked after that answer was heard. */
  readonly control: ControlFact
}

/** The control questions of a zone (RFC 5782 5), each with its answer as it was heard. */
export type ControlFact =
  | {
      readonly answer: 'heard'
      /** Of the entry that every zone lists: 127.0.0.2, or ::ffff:127.0.0.2. */
      readonly listed: AddressAnswer
      /** Of the entry that no zone lists: 127.0.0.1, or ::ffff:127.0.0.1. */
      readonly unlisted: AddressAnswer
      /** Of an address that nobody has and nobody asked for before: no resolver can have its answer from earlier. */
      readonly unheardOf: AddressAnswer
    }
  | { readonly answer: 'not-asked'; readonly why: 'nothing-to-count' | 'no-test-entries' }
