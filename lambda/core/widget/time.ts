import type { ShownIn } from './frame.ts'

/**
 * A time as whoever looks reads it, UTC beside it where that is not theirs: `2026-11-21 10:15:00 +01:00 (09:15:00 UTC)`. Whatever is no
 * time is shown as it stands.
 */
export function timeOf(iso: string, { offsetMinutes }: Pick<ShownIn, 'offsetMinutes'>): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return iso
  const utc = stamp(at)
  if (offsetMinutes === 0) return `${utc} UTC`
  const theirs = stamp(at + offsetMinutes * minuteMs)
  const isSameDay = utc.slice(0, 10) === theirs.slice(0, 10)
  return `${theirs} ${offsetOf(offsetMinutes)} (${isSameDay ? utc.slice(11) : utc} UTC)`
}

/** `+05:30` */
export function offsetOf(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** What a field of the type datetime-local shows: a whole minute, the next one when it rounds up, on the clock of whoever looks. */
export function clockTime(iso: string, offsetMinutes: number, rounds: 'down' | 'up' = 'down'): string {
  const at = Date.parse(iso) + offsetMinutes * minuteMs + (rounds === 'up' ? minuteMs - 1 : 0)
  return new Date(at).toISOString().slice(0, 16)
}

/** The same way back, to ISO 8601 UTC with milliseconds: a day alone is its beginning. Null: it is no such time. */
export function readClockTime(text: string, offsetMinutes: number): string | null {
  const [, day = '', time = '00:00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?$/.exec(text.trim()) ?? []
  const at = Date.parse(`${day}T${time}Z`)
  const isReal = !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
  const shifted = at - offsetMinutes * minuteMs
  return isReal && shifted >= 0 ? new Date(shifted).toISOString() : null
}

const minuteMs = 60_000

function stamp(milliseconds: number): string {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? 'outside of time' : date.toISOString().slice(0, 19).replace('T', ' ')
}
