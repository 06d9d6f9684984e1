import type { Action, Mode } from './policy.ts'
import type { Reason } from './reasons.ts'

/** What is to be done with a message, for each recipient and as a whole, with all reasons. */
export type Verdict = {
  /** The mode that governs the message: the mildest of its recipients' modes. */
  readonly mode: Mode
  /** What happens. A message is stopped only when every recipient is. */
  readonly action: Action
  /** What would happen if every domain were in `enforce`. */
  readonly wouldBeAction: Action
  readonly recipients: readonly RecipientVerdict[]
  /** Every reason of every rule, also those that changed nothing. */
  readonly reasons: readonly Reason[]
}

export type RecipientVerdict = {
  readonly address: string
  readonly answer: 'known' | 'unknown' | 'unavailable'
  /** How the address was found; `null` when it was not. */
  readonly matchedBy: MatchedBy | null
  readonly mode: Mode
  readonly action: Action
  readonly wouldBeAction: Action
  /** The reasons that concern this recipient alone. */
  readonly reasons: readonly Reason[]
}

export type MatchedBy =
  | 'exact'
  | 'sub-address'
  | 'pattern'
  | 'catch-all'
  | 'alias'
  | 'always-exists'
  | 'return-path'
  | 'recently-removed'
  | 'not-checked'
