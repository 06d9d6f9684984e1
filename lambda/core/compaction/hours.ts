/**
 * Which fresh records belong into which compacted object.
 *
 * A fresh record lies at `in/dt=DAY/ID.json`, where DAY is the day of receipt. It is written once, so that the hour in which
 * the store took it never changes, and when that hour is over, no record can join it any more. The records of one day of receipt and one
 * hour of writing are therefore a closed set, and each record is in exactly one: `records/dt=DAY/HOUR.ndjson.gz`. A late one, about which
 * SES asked again for a day, is in the object of its own day of receipt and of the later hour.
 */
export type Batch = {
  /** The day of receipt, `2026-11-21`. */
  readonly day: string
  /** The hour of writing, `2026-11-21T10`. */
  readonly hour: string
}

export function freshPrefix(day: string): string {
  return `in/dt=${day}/`
}

/** Where compacted records lie; infra/compact-records.ts names it, too. */
export const compactedRecords = 'records/'

export function compactedPrefix(day: string): string {
  return `${compactedRecords}dt=${day}/`
}

export function compactedKey({ day, hour }: Batch): string {
  return `${compactedPrefix(day)}${hour}.ndjson.gz`
}

/** Null for what is no key of a compacted object. */
export function batchOfKey(key: string): Batch | null {
  const parts = /^records\/dt=(\d{4}-\d\d-\d\d)\/(\d{4}-\d\d-\d\dT\d\d)\.ndjson\.gz$/.exec(key)
  return parts === null ? null : { day: parts[1] ?? '', hour: parts[2] ?? '' }
}

/** `2026-11-21T10` of a moment in ISO 8601 UTC. */
export function hourOf(writtenAt: string): string {
  return writtenAt.slice(0, 13)
}

/** Whether nothing can be written in the hour any more. The clocks of the store and of whoever asks may differ by minutes. */
export function isFinished(hour: string, now: number): boolean {
  return Date.parse(`${hour}:00:00.000Z`) + hourMs + marginMs <= now
}

/** Whether the hour is so young that its object is compared with what lies there, in case something came in all the same. */
export function isWatched(hour: string, now: number): boolean {
  return Date.parse(`${hour}:00:00.000Z`) >= now - watchedMs
}

/**
 * The days of receipt to look at, the oldest first: those that a record of the watched hours can have, since SES asks for up to
 * 36 hours; and once a day all for which fresh records are kept, in case nothing was compacted for longer.
 */
export function daysToLookAt(now: number): readonly string[] {
  const back = new Date(now).getUTCHours() === 0 ? freshRecordDays * dayMs : watchedMs + retriedMs
  const days: string[] = []
  for (let at = Math.floor((now - back) / dayMs) * dayMs; at <= now; at += dayMs) {
    days.push(new Date(at).toISOString().slice(0, 10))
  }
  return days
}

/** All days of receipt that meet a stretch of time, the oldest first, and at most `most` of them, the youngest ones. */
export function daysBetween(from: string, until: string, most: number): readonly string[] {
  const last = Math.floor((Date.parse(until) - 1) / dayMs)
  const first = Math.max(Math.floor(Date.parse(from) / dayMs), last - most + 1)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    new Date((first + i) * dayMs).toISOString().slice(0, 10),
  )
}

/**
 * For so many days fresh records are kept, where they are compacted. Two would do for SES, which asks about a message for up to 36
 * hours and must find the first decision; the others are the time to mend a compaction that fails.
 */
export const freshRecordDays = 14

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const marginMs = 10 * 60_000
const watchedMs = 48 * hourMs
/** SES Developer Guide, "Email receiving concepts": SES tries for up to 36 hours. */
const retriedMs = 36 * hourMs
