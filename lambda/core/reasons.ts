import type { Kind, Sign } from './classify.ts'
import type { HeaderSign } from './classify/header-signs.ts'
import type { EntriesSilence } from './entries/entries-fact.ts'
import type { Place } from './entries/match.ts'
import type { AddressAnswer, Facts, NotAskedWhy, UnavailableCause } from './facts.ts'
import type { Counterproof, Hint, Proof, Silence, Unproven } from './judgement.ts'
import type { EventProblem, ScanStatus } from './message.ts'
import type { Action, Policy } from './policy.ts'
import type { Hop } from './protocol/hops.ts'

/**
 * Everything that a decision can give as a reason. The union is closed and `code` is a metric's dimension, so no code
 * ever carries data; the evidence stands beside it. `explain.ts` has a sentence for each, or it does not compile.
 */
export type Reason =
  /** The directory is complete and has no such recipient. */
  | { readonly code: 'recipient-unknown'; readonly address: string }
  /** The directory says on purpose that this address is not to be reached. */
  | { readonly code: 'recipient-denied'; readonly address: string; readonly key: string }
  /** It was removed from the directory a short while ago, and counts as known until the grace period ends. */
  | { readonly code: 'recipient-recently-removed'; readonly address: string; readonly removed_at: string }
  /** postmaster@ (RFC 5321 4.5.1) or abuse@ (RFC 2142): exists always. */
  | { readonly code: 'recipient-always-exists'; readonly address: string }
  /** A return path that is known by its form: SRS of a declared domain, or a declared bounce address. */
  | { readonly code: 'recipient-is-return-path'; readonly address: string; readonly form: 'srs' | 'bounce-address' }
  /** The directory did not answer: the recipients count as known. */
  | { readonly code: 'recipients-unavailable'; readonly cause: UnavailableCause }
  /** The domain has no complete directory yet: its recipients count as known. */
  | { readonly code: 'directory-incomplete'; readonly domain: string; readonly why: 'never-imported' | 'empty' }
  /** A recipient that no rule judges: its domain is not configured, is not checked, or its address cannot be read. */
  | { readonly code: 'recipient-not-checked'; readonly address: string; readonly why: NotAskedWhy }
  /** Three or more unknown recipients, and more than half: somebody tries out names. */
  | { readonly code: 'many-recipients-unknown'; readonly unknown: number; readonly of: number }
  /** The event names no recipient. */
  | { readonly code: 'no-recipients' }
  /** The client is listed in a zone, with a code that the policy counts. */
  | {
      readonly code: 'zone-listed'
      readonly zone: string
      readonly operator: string
      readonly return_codes: readonly string[]
      readonly weight: number
    }
  /** A zone answered with a code in 127/8 that the policy does not count. */
  | { readonly code: 'zone-code-undeclared'; readonly zone: string; readonly return_codes: readonly string[] }
  /** A zone gave no usable answer. It said nothing about the client, and is never counted against it. */
  | {
      readonly code: 'zone-silent'
      readonly zone: string
      readonly cause: Extract<AddressAnswer, { answer: 'failed' }>['cause'] | 'error-code' | 'not-a-dnsxl'
      readonly answer?: string
    }
  /** A zone lists the client, but did not pass its control questions: what it says counts neither way. */
  | {
      readonly code: 'zone-unsound'
      readonly zone: string
      readonly state: UnsoundState
      readonly return_codes: readonly string[]
    }
  /** A zone in safe mode lists the client: a hint about a bounce, which never adds to the sum. */
  | { readonly code: 'zone-hint'; readonly zone: string; readonly return_codes: readonly string[] }
  /** The sum of the weights reached the threshold of recording. */
  | { readonly code: 'dnsxl-recorded'; readonly score: number; readonly threshold: number }
  /** The sum of the weights reached the threshold of acting, and enough operators agree. */
  | {
      readonly code: 'dnsxl-stopped'
      readonly score: number
      readonly threshold: number
      readonly operators: readonly string[]
    }
  /** The threshold of acting was reached, but by one operator alone: recorded, not acted on. */
  | {
      readonly code: 'dnsxl-one-operator'
      readonly score: number
      readonly threshold: number
      readonly operator: string
    }
  /** A zone that could have spoken for the client was silent, so that no zone may speak against it. */
  | { readonly code: 'dnsxl-disarmed'; readonly zone: string; readonly score: number }
  /** No zone was asked, because it is not certain who connected. */
  | { readonly code: 'client-unknown'; readonly why: Extract<Hop, { kind: 'unknown' }>['why'] }
  /** What sort of automated mail it is. Nothing is done because of it. */
  | {
      readonly code: 'report-recognised'
      readonly kind: Exclude<Kind, 'none'>
      readonly evidence: readonly Sign[]
    }
  /** The bounce is about mail that we sent. No list and no flood counts against it. */
  | {
      readonly code: 'bounce-authentic'
      readonly address: string
      readonly proof: Proof['by']
      readonly d?: string
      readonly s?: string
      readonly key?: string
      readonly signed_at?: string
      readonly message_id?: string
      readonly sent_at?: string
      readonly last_day?: string
    }
  /** The bounce is about mail that we did not send. */
  | { readonly code: 'bounce-backscatter'; readonly address: string; readonly because: Counterproof }
  /** Nothing proves the bounce; it is delivered. */
  | {
      readonly code: 'bounce-unverified'
      readonly address: string
      readonly why: Unproven
      readonly hints: readonly Hint[]
    }
  /** Something looks wrong with a bounce that proves nothing, and the policy acts on that. */
  | { readonly code: 'bounce-suspected'; readonly address: string; readonly hints: readonly Hint[] }
  /** Whoever might have proven the bounce was silent; it is delivered. */
  | { readonly code: 'bounce-undecidable'; readonly address: string; readonly silent: readonly Silence[] }
  /** The raw mail of what looks like a bounce could not be read; it is delivered. */
  | { readonly code: 'bounce-unread'; readonly cause: string; readonly signs: readonly HeaderSign[] }
  /** Too many bounces without proof came for one recipient. */
  | {
      readonly code: 'bounce-burst'
      readonly address: string
      readonly in_window: number
      readonly limit: number
    }
  /** Earlier bounces could not be counted: the proof stands, and no flood is seen. */
  | { readonly code: 'bounce-memory-unavailable'; readonly address: string; readonly cause: UnavailableCause }
  /** An allow entry of the operator matches: lists, bounces and SES's spam verdict do not count. */
  | ({ readonly code: 'allow-entry' } & EntryEvidence)
  /** A block entry of the operator matches. */
  | ({ readonly code: 'block-entry' } & EntryEvidence)
  /** An allow entry matches, but nothing proves that the message comes from there: it counts for nothing. */
  | ({
      readonly code: 'allow-entry-unproven'
      readonly why: 'not-authenticated' | 'relayed' | 'several-from-fields'
    } & EntryEvidence)
  /** The entries could not be read. One of them might have allowed the message, so that it is judged as if one had. */
  | { readonly code: 'entries-unavailable'; readonly cause: EntriesSilence }
  /** SES found a virus. */
  | { readonly code: 'virus-found' }
  /** SES takes it for spam. */
  | { readonly code: 'spam-found' }
  /** DMARC failed, and the domain of the From field asks to reject such mail. */
  | { readonly code: 'dmarc-reject'; readonly from_field: string | null }
  /** SES could not scan, or did not say; an unscanned message is not a bad one. */
  | { readonly code: 'scan-missing'; readonly scan: 'spam' | 'virus'; readonly status: ScanStatus }
  /** The event was not as expected; what could be read was used. */
  | { readonly code: 'event-incomplete'; readonly problems: readonly EventProblem[] }
  /** The filter is switched off for this message. */
  | { readonly code: 'bypassed' }
  /** A bug: the message was delivered without a judgement. */
  | { readonly code: 'filter-failed'; readonly error: string }

/**
 * What the control questions found. `empty`: it does not list what every zone lists. `lists-the-world`: it lists what
 * nobody lists. `silent`: a question went unanswered. `refusing`: it answers that it does not answer. `untestable`: it is
 * declared to have no test entries.
 */
export type UnsoundState = 'empty' | 'lists-the-world' | 'silent' | 'refusing' | 'untestable'

/** Which entry of the operator, where it met the message, and what whoever added it said. */
type EntryEvidence = {
  readonly entry: string
  readonly place: Place
  readonly owner: string
  readonly entry_reason: string
  readonly expires_at: string
}

export type ReasonCode = Reason['code']

/** One rule's word on a message or on one of its recipients. */
export type Finding = {
  /** Where it stands in the order of precedence. */
  readonly by: Precedence
  /**
   * `deliver` only states the reason. `overrule` takes the effect of the findings that `overrules` names.
   * The others are what the rule wants done.
   */
  readonly effect: Action | 'overrule'
  /** The recipient's place in the envelope; `null`: the message, and so each of them. */
  readonly recipient: number | null
  readonly reason: Reason
}

/** Answers one question from what is known. It never asks the world, and never sees what another rule found. */
export type Rule = (facts: Facts, policy: Policy) => readonly Finding[]

/**
 * Who has the last word, first in the list first. Neither an allow entry nor proof makes an unknown recipient known: the
 * next server would refuse it, and bounce.
 */
export const precedence = [
  'virus',
  'block-entry',
  'unknown-recipient',
  'allow-entry',
  'authentic-bounce',
  'undecidable-bounce',
  'never-lose',
  'backscatter',
  'dnsxl',
  'scans',
] as const

export type Precedence = (typeof precedence)[number]

/**
 * Whose effect a finding takes away that overrules. A proof says who caused a message and nothing about what is in it, so
 * that SES's spam verdict on a bounce still counts by policy. Where a proof was only not heard of, it is as if it were there.
 */
export const overrules: { readonly [P in Precedence]?: readonly Precedence[] } = {
  'allow-entry': ['authentic-bounce', 'undecidable-bounce', 'never-lose', 'backscatter', 'dnsxl', 'scans'],
  'authentic-bounce': ['backscatter', 'dnsxl'],
  'undecidable-bounce': ['backscatter', 'dnsxl'],
  'never-lose': ['backscatter', 'dnsxl', 'scans'],
}
