/*
 * Numbers and times as the page writes them: in English, and in UTC as the dashboards say.
 */

const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const large = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, notation: 'compact' })

/** Four digits are as many as a dashboard is read for; null is a dash and never 0, which would be a measurement. */
export function numberWords(value: number | null): string {
  if (value === null) return '–'
  return Math.abs(value) >= 100_000 ? large.format(value) : plain.format(value)
}

/** Octets in the unit that keeps them short. */
export function sizeWords(octets: number): string {
  if (octets < 1000) return `${octets} B`
  if (octets < 1_000_000) return `${numberWords(octets / 1000)} KB`
  return `${numberWords(octets / 1_000_000)} MB`
}

/** `2026-11-22T10:05:33.120Z` as `10:05:33`; text that is no time as it is. */
export function clockWords(time: string): string {
  return /T\d\d:\d\d:\d\d/.test(time) ? time.slice(11, 19) : time
}

/** Seconds since 1970 as `2026-11-22 10:05`. */
export function minuteWords(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}
