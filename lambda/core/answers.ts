/** Answers of the world, and why a question was not put. Facts are made of these. */

/** What the directory says of one key. */
export type EntryAnswer =
  | { readonly answer: 'found'; readonly entry: DirectoryEntry }
  | { readonly answer: 'absent' }
  | { readonly answer: 'unavailable'; readonly cause: UnavailableCause }
  | { readonly answer: 'not-asked'; readonly why: NotAskedWhy }

export type DirectoryEntry = {
  /** `deny`: an address that must not be reached through a catch-all. */
  readonly kind: 'mailbox' | 'alias' | 'group' | 'catch-all' | 'deny'
  /** An alias's target, as imported. */
  readonly target: string | null
  /** When it was removed from the source, ISO 8601 UTC; `null` while it exists. */
  readonly removedAt: string | null
}

export type UnavailableCause = 'timeout' | 'throttled' | 'unprocessed' | 'refused' | 'unreachable' | 'aborted'

/** Why a question was not put. */
export type NotAskedWhy =
  | 'bypass'
  | 'always-exists'
  | 'address-unreadable'
  | 'domain-not-served'
  | 'domain-not-checked'
  | 'too-long-to-exist'
  | 'return-path'
  | 'no-recipient-left'
  | 'client-unknown'
  | 'client-not-public'
  | 'normal-sender'
  | 'address-family'
  /** Nothing in the header looks like a bounce. */
  | 'no-report'
  /** SES's own word about mail that we sent: there is nothing to prove. */
  | 'ses-feedback'
  /** It is automated mail, but no bounce. */
  | 'no-bounce'
  /** The bounce returns no header, or no signature of ours, or no Message-ID. */
  | 'nothing-returned'
  /** The policy has no key for it. */
  | 'no-key'
  /** The judgement does not hang on it. */
  | 'not-needed'
  /** The version of the code that asked did not know the question. */
  | 'not-known'
