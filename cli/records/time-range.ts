/** A stretch of time, both ends as ISO 8601 UTC with milliseconds, so that they compare as text. */
export type TimeRange = {
  readonly from: string
  /** The first moment that is no longer in it. */
  readonly until: string
}

/** One end of a stretch of time, as it was asked for: `--since 2026-11-21`. */
export type TimeOption = {
  readonly option: string
  /** Null: not given. */
  readonly text: string | null
  /** What is meant then, and how it is said. */
  readonly usual: { readonly at: Date; readonly words: string }
}

/**
 * Reads both ends: a day, or a moment of RFC 3339 whose seconds and offset may be left out. Without an offset it is UTC, as in the
 * records. A day at the end is meant as a whole. A problem is a sentence.
 */
export function readTimeRange(start: TimeOption, end: TimeOption): TimeRange | string {
  const [from, to] = [readTimeOption(start), readTimeOption(end)]
  if (from === null) return unreadable(start)
  if (to === null) return unreadable(end)
  const until = to.isDay ? new Date(to.at.getTime() + dayMs) : to.at
  if (until > from.at) return { from: from.at.toISOString(), until: until.toISOString() }
  return `${end.option} ${end.text ?? end.usual.words} is not after ${start.option} ${start.text ?? start.usual.words}.`
}

/** Reads --since and --until: the last week, or as many days as are usual, where nothing is said. */
export function readSinceUntil(
  since: string | null,
  until: string | null,
  now: Date,
  usualDays = 7,
): TimeRange | string {
  const ago = new Date(now.getTime() - usualDays * dayMs)
  return readTimeRange(
    {
      option: '--since',
      text: since,
      usual: { at: ago, words: usualDays === 7 ? 'a week ago' : `${usualDays} days ago` },
    },
    { option: '--until', text: until, usual: { at: now, words: 'now' } },
  )
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

function readTimeOption({ text, usual }: TimeOption): Time | null {
  return text === null ? { at: usual.at, isDay: false } : readTime(text)
}

function unreadable({ option, text }: TimeOption): string {
  const found = JSON.stringify((text ?? '').length > 60 ? `${text?.slice(0, 57)}...` : text)
  return `${option} is 2026-11-21 or 2026-11-21T10:00Z, found ${found}.`
}
