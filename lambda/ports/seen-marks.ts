/**
 * Remembers on which day an entry of the directory last received mail, so that whoever removes it can be warned. Days are UTC,
 * `YYYY-MM-DD`, and kept for 400 days. `test/contract/seen-marks.ts` states this as tests.
 */
export type SeenMarks = {
  /**
   * Marks the keys for a day, each at most once a day; an earlier day than the one that stands there changes nothing. It
   * resolves for everything that the network can do, and gives up when `signal` aborts.
   */
  readonly mark: (keys: readonly string[], day: string, signal: AbortSignal) => Promise<'marked' | 'failed'>
}
