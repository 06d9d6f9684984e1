/** The date of a message: RFC 5322 3.3, and the old zones of 4.3. */
import { endOfComment } from './lexical.ts'

/** Characters; more is no date. */
export const MAX_DATE_LENGTH = 200

/** Milliseconds since 1970; null if it cannot be read, or if there is no such day. `Date.parse` reads more than dates. */
export const parseDateTime = (value: string): number | null => {
  if (value.length > MAX_DATE_LENGTH) return null
  const read = DATE_TIME.exec(withoutComments(value))
  if (read === null) return null
  const [, day = '', month = '', year = '', hour = '', minute = '', second = '0', zone = ''] = read
  const midnight = midnightOf(Number(day), MONTHS.indexOf(month.toLowerCase()), fullYear(year))
  const minutes = minutesOf(Number(hour), Number(minute))
  const east = zoneMinutes(zone)
  // 60 is a leap second.
  if (midnight === null || minutes === null || east === null || Number(second) > 60) return null
  return midnight + ((minutes - east) * 60 + Number(second)) * 1000
}

const midnightOf = (day: number, month: number, year: number): number | null => {
  const midnight = new Date(Date.UTC(year, month, day))
  return month >= 0 && midnight.getUTCDate() === day ? midnight.getTime() : null
}

const minutesOf = (hour: number, minute: number): number | null =>
  hour > 23 || minute > 59 ? null : hour * 60 + minute

const withoutComments = (value: string): string => {
  let bare = ''
  for (let at = 0; at < value.length;) {
    const end = value[at] === '(' ? (endOfComment(value, at) ?? value.length) : at + 1
    bare += end === at + 1 ? value.charAt(at) : ' '
    at = end
  }
  return bare.replace(/[ \t\r\n]+/g, ' ').trim()
}

/** RFC 5322 4.3: two digits below 50 are of this century, other two and all three count from 1900. */
const fullYear = (written: string): number => {
  const year = Number(written)
  if (written.length > 3) return year
  return written.length === 2 && year < 50 ? 2000 + year : 1900 + year
}

/** Minutes east of UTC. A zone that nobody knows is UTC (RFC 5322 4.3). */
const zoneMinutes = (written: string): number | null => {
  if (!/^[+-]/.test(written)) return (ZONES.get(written.toUpperCase()) ?? 0) * 60
  const minutes = Number(written.slice(1, 3)) * 60 + Number(written.slice(3))
  if (Number(written.slice(3)) > 59) return null
  return written.startsWith('-') ? -minutes : minutes
}

const DATE_TIME =
  /^(?:[a-z]{3,9} ?, ?|[a-z]{3} )?(\d{1,2}) ([a-z]{3}) (\d{2,4}) (\d{1,2}) ?: ?(\d{2})(?: ?: ?(\d{2}))?(?: ?([+-]\d{4}|[a-z]{1,5}))?$/i
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** Hours east of UTC. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ['EST', -5],
  ['EDT', -4],
  ['CST', -6],
  ['CDT', -5],
  ['MST', -7],
  ['MDT', -6],
  ['PST', -8],
  ['PDT', -7],
])
