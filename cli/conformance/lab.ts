/**
 * Somewhere that mail can be received and watched: an account of AWS with a spare domain, or an emulation of one.
 *
 * It has two receipt rules, in this order. The first is for `stop@` the domain, and its function answers STOP_RULE_SET; the
 * second is for `watch@`, and its function answers CONTINUE. Both keep the event that they are given.
 */
export type Lab = {
  readonly region: string
  /** Rejects for what AWS does; `tearDown` is called after that as well. */
  readonly setUp: () => Promise<SetUp>
  /** Resolves with what the server answered; a connection that failed is `unreachable`. */
  readonly send: (probe: Probe) => Promise<Answered>
  /** The events of the message with this subject, so far. */
  readonly events: (subject: string) => Promise<readonly unknown[]>
  /** Takes everything away again, and says what could not be. */
  readonly tearDown: () => Promise<readonly string[]>
}

export type SetUp = { readonly answer: 'ready' } | { readonly answer: 'refused'; readonly sentence: string }

export type Probe = {
  /** null: MAIL FROM:<> */
  readonly reversePath: string | null
  readonly recipients: readonly string[]
  readonly helo: string
  readonly message: string
}

export type Answered =
  | { readonly answer: 'taken'; readonly refused: readonly Refusal[] }
  | { readonly answer: 'refused'; readonly refused: readonly Refusal[] }
  | { readonly answer: 'unreachable'; readonly why: string }

/** One recipient, and what the server said to it. */
export type Refusal = { readonly recipient: string; readonly reply: string }

export const stopRecipient = 'stop'
export const watchRecipient = 'watch'
