import { readTime } from './records/time-range.ts'

export type ReadMoment =
  { readonly answer: 'moment'; readonly at: Date } | { readonly answer: 'problem'; readonly problem: string }

/** Reads `--now`, a moment of RFC 3339 or the beginning of a day, in UTC without an offset. Null is the clock. */
export function readMoment(text: string | null): ReadMoment {
  if (text === null) return { answer: 'moment', at: new Date() }
  const time = readTime(text)
  if (time !== null) return { answer: 'moment', at: time.at }
  const found = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
  return { answer: 'problem', problem: `--now is 2026-11-21 or 2026-11-21T10:00Z, found ${found}.` }
}
