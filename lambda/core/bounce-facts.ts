import type { EntryAnswer, NotAskedWhy, UnavailableCause } from './answers.ts'
import type { Kind, Sign } from './classify.ts'
import type { FailedRecipient } from './failed-recipients.ts'
import type { HmacHeaderCheck } from './protocol/hmac-header.ts'
import type { DkimOutcome } from './protocol/dkim-headers.ts'
import type { TagCheck } from './protocol/keyed-hash.ts'
import type { SentEntry } from './sent-log.ts'

/**
 * What is known of a message that may be a bounce: what it says, what it returns, and every proof that was looked for, each
 * with its answer as it was heard. Plain JSON, like all facts; of the returned header no more than a person asks for later.
 */
export type BounceFact =
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  /** The raw mail could not be read, so that nobody knows whether it is a bounce. */
  | { readonly answer: 'unread'; readonly cause: string }
  | {
      readonly answer: 'read'
      readonly report: ReportFact
      readonly dkim: DkimFact
      readonly header: HeaderProofFact
      readonly sent: SentFact
      /** One for each envelope recipient, in the order of the envelope. */
      readonly recipients: readonly RecipientBounceFact[]
      /** What the directory says of whoever wrote the returned message, where he has to be told from the recipient. */
      readonly author: AuthorFact
    }

export type ReportFact = {
  readonly kind: Kind
  readonly evidence: readonly Sign[]
  /** A bound was reached: the end of the message was not read. */
  readonly truncated: boolean
  /** RFC 3464 2.2.2, without its type. */
  readonly reportingMta: string | null
  /** At most `MAX_FAILED`. */
  readonly failed: readonly FailedRecipient[]
  /** Whom the message was first sent to, where the report says so; at most `MAX_FAILED`. */
  readonly originals: readonly string[]
  readonly returned: ReturnedFact | null
}

export type ReturnedFact = {
  readonly messageId: string | null
  readonly from: string | null
  readonly to: string | null
  readonly date: string | null
  /** The empty string for `<>`. */
  readonly returnPath: string | null
  /** From, Date, Message-ID and Received are there, and no bound was reached. */
  readonly complete: boolean
  readonly found: 'part' | 'nested-text' | 'text'
  readonly signatures: readonly { readonly d: string; readonly s: string }[]
  /** What shows that it went through SES. */
  readonly marksOfSes: readonly SesMark[]
  /** The host that took it first, by the lowest Received line. */
  readonly firstServer: string | null
}

export type SesMark = 'message-id' | 'outgoing-field' | 'feedback-id' | 'signature' | 'received' | 'return-path'

export type DkimFact =
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  | {
      readonly answer: 'heard'
      readonly outcome: DkimOutcome
      /** Keys that stand in the DNS now, or have proven something once: names such as `s1._domainkey.example.com`. */
      readonly keysSeen: readonly string[]
      /** Keys that are gone from the DNS and were remembered. */
      readonly keysRemembered: readonly string[]
    }

export type HeaderProofFact =
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  | { readonly answer: 'unavailable' }
  | { readonly answer: 'checked'; readonly check: HmacHeaderCheck }

export type SentFact =
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  | { readonly answer: 'unavailable'; readonly cause: UnavailableCause }
  | { readonly answer: 'entries'; readonly entries: readonly SentEntry[] }

export type RecipientBounceFact = {
  readonly tag: TagFact
  /** Whether there is still room for the proof that this recipient's bounce brings. */
  readonly replay: ReplayFact
  /** How many bounces without proof came for this recipient. */
  readonly burst: BurstFact
}

export type TagFact =
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  | { readonly answer: 'unavailable' }
  | { readonly answer: 'checked'; readonly use: 'prvs' | 'srs' | 'tag'; readonly check: TagCheck }

export type ReplayFact =
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  | { readonly answer: 'granted' | 'exhausted' }
  | { readonly answer: 'unavailable'; readonly cause: UnavailableCause }

export type BurstFact =
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  | { readonly answer: 'counted'; readonly inWindow: number; readonly burst: boolean }
  | { readonly answer: 'unavailable'; readonly cause: UnavailableCause }

export type AuthorFact =
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }
  | { readonly answer: 'heard'; readonly entries: readonly { readonly key: string; readonly answer: EntryAnswer }[] }

/** Failed recipients, signatures and sent entries that are kept in the facts; a report may name thousands. */
export const MAX_FAILED = 20

/** The kinds that are judged: only these can be backscatter. */
export const isBounce = (kind: Kind): boolean => kind === 'dsn' || kind === 'dsn-nonstandard'

export const noBounce = (why: NotAskedWhy): BounceFact => ({ answer: 'not-asked', why })
