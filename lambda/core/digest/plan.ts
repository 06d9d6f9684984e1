/** What the digest knows of the configuration. Plain JSON, made at synth and shipped in the function's asset. */
export type DigestPlan = {
  /** Minutes after midnight, UTC, at which the digest of the day before is due. */
  readonly atMinute: number
  /** Each gets a message of its own: A-labels. */
  readonly domains: readonly string[]
  /** For so many days raw mail is kept. */
  readonly mailDays: number
  /** Whether there is a hand-over: without one, mail can be saved and not released. */
  readonly handsOver: boolean
}

/** The last day whose digest is due at `now` (milliseconds since 1970): yesterday, or before the hour the day before. `2026-11-21` */
export function dueDay(now: number, atMinute: number): string {
  return new Date(now - atMinute * 60_000 - dayMs).toISOString().slice(0, 10)
}

/** The day after `day`. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + dayMs).toISOString().slice(0, 10)
}

const dayMs = 86_400_000
