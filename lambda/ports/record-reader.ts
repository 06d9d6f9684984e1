import type { DecisionRecord } from '../core/record.ts'

/**
 * Finds the decision about a message. `none` is said only when it is certain that there is no record; everything else that
 * the network can do is `failed`. Gives up when `signal` aborts.
 */
export type RecordReader = (
  message: Pick<DecisionRecord, 'message_id' | 'received_at'>,
  signal: AbortSignal,
) => Promise<RecordRead>

export type RecordRead =
  | { readonly answer: 'record'; readonly record: DecisionRecord }
  | { readonly answer: 'none' }
  | { readonly answer: 'failed'; readonly cause: string }
