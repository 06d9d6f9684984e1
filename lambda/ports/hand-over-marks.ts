/**
 * Remembers for each message who has it, so that a message that comes again is not handed over twice.
 *
 * `begin` says what is settled and reserves the message until `until` (milliseconds since 1970); while somebody else has it,
 * the answer is `busy`. `finish` adds to what is settled and gives the message back. A worker that ends in between leaves a
 * reservation that ends by itself, and nobody knows what it has handed over: those recipients may get the message twice.
 * All of it is forgotten when the raw mail is gone, and no job for it can be in the queue any more. Both resolve for everything that the network can do,
 * and give up when `signal` aborts. `test/contract/hand-over-marks.ts` states this as tests.
 */
export type HandOverMarks = {
  readonly begin: (messageId: string, now: number, until: number, signal: AbortSignal) => Promise<Begun>
  readonly finish: (
    messageId: string,
    settled: readonly string[],
    now: number,
    signal: AbortSignal,
  ) => Promise<'marked' | 'failed'>
}

export type Begun =
  | { readonly answer: 'begun'; readonly settled: ReadonlySet<string> }
  | { readonly answer: 'busy' }
  | { readonly answer: 'failed'; readonly cause: string }
