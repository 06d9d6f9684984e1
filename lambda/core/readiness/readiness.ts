import type { Action, Mode } from '../policy.ts'
import type { ReasonCode } from '../reasons.ts'

/** What the records of some time say about enforcing one domain. */
export type Readiness = {
  readonly domain: string
  /** Of the youngest of its mail. */
  readonly mode: Mode
  /** When its first and its last message came, ISO 8601 UTC with milliseconds. */
  readonly first: string
  readonly last: string
  /** Days of UTC on which mail came. */
  readonly days: number
  /** Recipients, not messages: a message to five people is five. */
  readonly recipients: number
  /** Of these, those whom `enforce` stops mail to, by what is done and why; the most first. */
  readonly stops: readonly { readonly action: Action; readonly code: ReasonCode | null; readonly recipients: number }[]
  /** What somebody should look at before, the most telling first. */
  readonly lookAt: readonly LookAt[]
  /** More of these than are told, or than could be held. */
  readonly lookAtMore: number
  /** How often something could not be found out, for how many recipients. Each of them was delivered to, or judged by less. */
  readonly blind: readonly { readonly code: ReasonCode; readonly recipients: number }[]
  readonly verdict: ReadinessVerdict
}

/**
 * `too-early`: mail of fewer than `daysNeeded` days was seen. `not-yet`: the filter could not judge in a way that enforcing would not
 * mend: the directory is not complete, or the filter failed. `look-first`: something may be wrong. `ready`: nothing speaks against it.
 */
export type ReadinessVerdict = 'too-early' | 'not-yet' | 'look-first' | 'ready'

/** Mail that would be stopped, and looks as if somebody wanted it. */
export type LookAt =
  /** An address that the directory does not know, to which authenticated senders write. Is it missing? */
  | {
      readonly kind: 'unknown-recipient'
      readonly address: string
      /** From senders whom DMARC confirms. */
      readonly messages: number
      readonly days: number
      /** Domains of their From fields. */
      readonly senders: number
      /** Of these, those that write to existing people of the domain, too. */
      readonly correspondents: number
      /** SES's id of the latest. */
      readonly example: string
    }
  /** A confirmed sender who writes to existing people, and whose mail would be stopped. */
  | {
      readonly kind: 'sender'
      /** The domain of the From field. */
      readonly domain: string
      readonly code: ReasonCode | null
      readonly messages: number
      /** Recipients of the same sender who would get their mail. */
      readonly delivered: number
      readonly example: string
    }

/** A week has the mail of a weekend, and of the first of a month at times. */
export const daysNeeded = 7
