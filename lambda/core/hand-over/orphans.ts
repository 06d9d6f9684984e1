/** A message whose raw mail lies in the bucket and about which no decision was recorded. */
export type Orphan = {
  readonly schema_version: 1
  readonly message_id: string
  /** When SES stored it, ISO 8601 UTC with milliseconds. */
  readonly stored_at: string
  /** `s3://bucket/key` */
  readonly kept_key: string
  readonly found_at: string
}

/** Raw mail as a listing of the bucket shows it. */
export type StoredMail = { readonly messageId: string; readonly key: string; readonly storedAt: string }

/**
 * How far the sweep has come. A listing has no order in time, so that one pass looks through the whole bucket, in as many runs
 * as that takes, for mail that was stored between `from` and `to`; the next pass begins where this one ended.
 */
export type SweepState = {
  /** ISO 8601 UTC with milliseconds; exclusive. */
  readonly from: string
  /** Inclusive. */
  readonly to: string
  /** The key after which the next run goes on; null: the pass is over. */
  readonly after: string | null
}

/** The filter has that long: a run that tries again still comes in between. Every orphan is found before it is 15 minutes old. */
export const youngestMs = 10 * 60_000
/** Where nothing is known of an earlier pass, mail of the last two days is looked at. */
export const oldestMs = 48 * 3_600_000

/** What this run goes on with: the pass that is under way, or a new one. */
export function passOf(state: SweepState | null, now: number): SweepState {
  if (state !== null && state.after !== null) return state
  const to = new Date(now - youngestMs).toISOString()
  const from = state?.to ?? new Date(now - oldestMs).toISOString()
  return { from, to, after: null }
}

export function isDue({ storedAt }: StoredMail, { from, to }: SweepState): boolean {
  return storedAt > from && storedAt <= to
}

/**
 * The days under which the record of a message may lie, the likeliest first. It lies under the day of receipt, and SES tries
 * to store a message for up to 36 hours.
 */
export function recordDays(storedAt: string): readonly string[] {
  const stored = Date.parse(storedAt)
  return [0, 1, 2].map((days) => new Date(stored - days * 86_400_000).toISOString().slice(0, 10))
}

export function orphanKey(messageId: string): string {
  return `orphans/${encodeURIComponent(messageId)}.json`
}
