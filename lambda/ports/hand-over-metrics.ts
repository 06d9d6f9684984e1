/** Counts of handing over. They return at once, never fail, and take no value that a sender chose. */
export type HandOverMetrics = {
  /** Recipients of one try. */
  readonly tried: (recipients: { readonly taken: number; readonly refused: number; readonly later: number }) => void
  /** A message stays in the queue; it has been there for so many seconds. */
  readonly waiting: (seconds: number) => void
  /** What lay in the queue could not be read; it is a dead letter. */
  readonly unread: () => void
}
