import { setTimeout as delay } from 'node:timers/promises'

export type Tried<T> =
  | { readonly answer: 'done'; readonly value: T; readonly attempts: number }
  | { readonly answer: 'gave-up'; readonly reason: string; readonly attempts: number }

export type Attempt<T> =
  { readonly answer: 'done'; readonly value: T } | { readonly answer: 'failed'; readonly reason: string }

export type RetrySchedule = {
  /** Milliseconds before the second try, the third, and so on. */
  readonly delaysMs: readonly number[]
  /** Ends the waiting: the next failure is the last. */
  readonly signal: AbortSignal
  readonly onRetry: (reason: string, attempts: number) => void
}

/** Tries until it is done, or the schedule is over. */
export async function retry<T>(attempt: () => Promise<Attempt<T>>, schedule: RetrySchedule): Promise<Tried<T>> {
  for (let attempts = 1; ; attempts += 1) {
    const tried = await attempt()
    if (tried.answer === 'done') return { ...tried, attempts }
    const wait = schedule.delaysMs[attempts - 1]
    if (wait === undefined || schedule.signal.aborted) return { answer: 'gave-up', reason: tried.reason, attempts }
    schedule.onRetry(tried.reason, attempts)
    const waited = await delay(wait, true, { signal: schedule.signal }).catch(() => false)
    if (!waited) return { answer: 'gave-up', reason: tried.reason, attempts }
  }
}
