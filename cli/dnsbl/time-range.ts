/** A stretch of time, both ends as ISO 8601 UTC with milliseconds, so that they compare as text. */
export type TimeRange = {
  readonly from: string
  /** The first moment that is no longer in it. */
  readonly until: string
}

export type ReadTimeRange =
  { readonly answer: 'range'; readonly range: TimeRange } | { readonly answer: 'problem'; readonly problem: string }

/**
 * Reads `--from` and `--to`: a day, or a moment of RFC 3339 whose seconds and offset may be left out. Without an offset it
 * is UTC, as in the records. A day at the end is meant as a whole; `to: null` is `now`.
 */
export function readTimeRange(from: string, to: string | null, now: Date): ReadTimeRange {
  const start = readTime(from)
  if (start === null) return unreadable('--from', from)
  const end = to === null ? { at: now, isDay: false } : readTime(to)
  if (end === null) return unreadable('--to', to ?? '')
  const until = end.isDay ? new Date(end.at.getTime() + dayMs) : end.at
  if (until <= start.at) {
    return { answer: 'problem', problem: `--to ${to ?? 'now'} is not after --from ${from}.` }
  }
  return { answer: 'range', range: { from: start.at.toISOString(), until: until.toISOString() } }
}

const dayMs = 24 * 60 * 60 * 1000

export type Time = { readonly at: Date; readonly isDay: boolean }

export function readTime(text: string): Time | null {
  const parts = timeForm.exec(text)
  if (parts === null) return null
  const [, day = '', clock, seconds = ':00', offset = 'Z'] = parts
  // The engine takes 31 February for 3 March.
  const midnight = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return null
  if (clock === undefined) return { at: midnight, isDay: true }
  const at = new Date(`${day}T${clock}${seconds}${offset}`)
  return Number.isNaN(at.getTime()) ? null : { at, isDay: false }
}

/** Each part has a fixed width but the fraction, and what follows a fraction is no digit: nothing to backtrack over. */
const timeForm = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/

function unreadable(option: string, text: string): ReadTimeRange {
  const found = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
  return { answer: 'problem', problem: `${option} is 2026-11-21 or 2026-11-21T10:00Z, found ${found}.` }
}
