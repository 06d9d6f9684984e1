/** Somebody wants a message that was stopped to be handed over after all. */
export type ReleaseRequest = {
  /** SES's id. */
  readonly message_id: string
  /** The day on which it came, YYYY-MM-DD, where that is known; null: it is looked for. */
  readonly day: string | null
  /** Envelope recipients, as the record has them; `stopped`: all that were stopped. */
  readonly recipients: readonly string[] | 'stopped'
  /** Why, in the words of whoever asks. */
  readonly reason: string
  readonly by: ReleasedBy
  /** A virus is only released by somebody who says so. */
  readonly even_virus: boolean
}

/** `request_id`: of the invocation, or of the run of the command: CloudTrail knows who made it. */
export type ReleasedBy = {
  readonly kind: 'widget' | 'command'
  readonly request_id: string
  /** What the asking person says of themselves; null: nothing. It proves nothing. */
  readonly owner: string | null
}

export type ReleaseOutcome =
  /** It is written down and queued, for those that were not released before. */
  | {
      readonly answer: 'released'
      readonly at: string
      readonly recipients: readonly string[]
      readonly before: readonly Released[]
      /** What whoever asks should know of it, a sentence each. */
      readonly notes?: readonly string[]
    }
  /** All of them had been released. */
  | { readonly answer: 'already-released'; readonly before: readonly Released[] }
  /** A sentence for people: what was expected, what was found. Nothing was done. */
  | { readonly answer: 'refused'; readonly why: ReleaseRefusal; readonly sentence: string }
  /** It can be asked for again: nothing is done twice. */
  | { readonly answer: 'failed'; readonly cause: string }

export type ReleaseRefusal = 'no-record' | 'no-mail' | 'virus' | 'not-a-recipient' | 'nothing-stopped' | 'no-reason'

/** One line of the record trail: one recipient of one message. */
export type Released = {
  readonly schema_version: 1
  readonly message_id: string
  readonly recipient: string
  /** ISO 8601 UTC with milliseconds. */
  readonly released_at: string
  readonly reason: string
  readonly by: ReleasedBy
}

/** The same as whoever reads the trail sees it. */
export type ReleaseSeen = Released & {
  /** When its job went into the queue of the hand-over; null: nobody noted that it did. */
  readonly queued_at: string | null
}
