import type { TraceQuestion } from '../core/trace/question.ts'

/**
 * Says which compacted objects can hold an answer, so that not all have to be read. It decides nothing: whoever asks reads those objects
 * and compares, and an object that is not named here is read, too. Asked after the objects were listed.
 */
export type RecordIndex = {
  /**
   * `days` are days of receipt, `2026-11-21`, the oldest first. Resolves whatever happens, within the time that the
   * index was given; `signal` ends what was begun.
   */
  readonly narrow: (question: TraceQuestion, days: readonly string[], signal: AbortSignal) => Promise<Narrowed>
}

export type Narrowed =
  | {
      readonly answer: 'objects'
      /** By key. Objects without a row, and those that came meanwhile, are not among them. */
      readonly rows: ReadonlyMap<string, RowsOfObject>
      /** Octets, as they are billed. */
      readonly scanned: number
    }
  | {
      readonly answer: 'failed'
      /** For people: what kept it from answering. Part of it may be text of a sender. */
      readonly cause: string
      readonly scanned: number
    }

export type RowsOfObject = {
  /** All that it holds. */
  readonly rows: number
  /** At least those that the question can be about; whatever is no record is among them. */
  readonly hits: number
}
