/**
 * A line of Postfix's log, as far as it says what left: the four kinds that name a message by its queue id. Only what stands
 * right behind the queue id is read. Further on stands what senders wrote (`warning: header Subject: message-id=<...>`),
 * and it must not become an entry.
 */
import { endOfQuotedString } from '../protocol/lexical.ts'

export type PostfixFact =
  | { readonly kind: 'message-id'; readonly messageId: string }
  | { readonly kind: 'from'; readonly reversePath: string | null }
  /** An attempt, whatever came of it. Both forms of the recipient, because a report may name either. */
  | { readonly kind: 'to'; readonly recipients: readonly string[] }
  | { readonly kind: 'removed' }

export type PostfixLine = { readonly time: string; readonly queueId: string; readonly fact: PostfixFact }

/** Characters. Postfix cuts its own lines at 2000 (syslog) or before. */
export const MAX_LOG_LINE_LENGTH = 8192

/** Null for every other line, and for one that is too long. The time is as the line has it; `readLogTime` reads it. */
export const readPostfixLine = (line: string): PostfixLine | null => {
  if (line.length > MAX_LOG_LINE_LENGTH) return null
  const time = TIME.exec(line)?.[0]
  if (time === undefined) return null
  const closing = line.indexOf(']: ', time.length)
  const open = line.lastIndexOf('[', closing)
  const program = PROGRAM.exec(line.slice(line.lastIndexOf(' ', open) + 1, Math.max(open, 0)))?.[1]
  if (program === undefined || closing < 0) return null
  const start = closing + 3
  const colon = line.indexOf(': ', start)
  const queueId = line.slice(start, colon)
  if (colon < 0 || !QUEUE_ID.test(queueId)) return null
  const fact = factOf(program, line.slice(colon + 2))
  return fact === null ? null : { time, queueId, fact }
}

/**
 * The time of a line as ISO 8601 UTC; null if it cannot be one. The classic form (RFC 3164) has neither year nor offset: it
 * is read in `offsetMinutes` east of UTC, in the latest year that does not lie after `now` (ISO 8601) by more than a day.
 */
export const readLogTime = (time: string, now: string, offsetMinutes: number): string | null => {
  if (time.charAt(4) === '-') return isoOf(Date.parse(time.trim()))
  const month = MONTHS.indexOf(time.slice(0, 3))
  const [day = NaN, hour = NaN, minute = NaN, second = NaN] = time.slice(4).trim().split(/[ :]+/).map(Number)
  if (hour > 23 || minute > 59 || second > 60) return null
  const latest = Date.parse(now) + 24 * 60 * 60 * 1000
  const thisYear = new Date(latest).getUTCFullYear()
  // A leap day may lie eight years back, over a century that has none.
  for (let year = thisYear; year >= thisYear - 8; year--) {
    const at = Date.UTC(year, month, day, hour, minute, second) - offsetMinutes * 60_000
    if (at <= latest && new Date(Date.UTC(year, month, day)).getUTCMonth() === month) return isoOf(at)
  }
  return null
}

const factOf = (program: string, text: string): PostfixFact | null => {
  if (program === 'cleanup') {
    return text.startsWith('message-id=') ? { kind: 'message-id', messageId: text.slice(11) } : null
  }
  if (program === 'qmgr') {
    if (text.trimEnd() === 'removed') return { kind: 'removed' }
    const from = pathAt(text, 'from=')
    return from === null ? null : { kind: 'from', reversePath: from.path === '' ? null : from.path }
  }
  const to = pathAt(text, 'to=')
  if (to === null || to.path === '') return null
  const original = pathAt(text.slice(to.end), ', orig_to=')
  return { kind: 'to', recipients: original === null || original.path === '' ? [to.path] : [to.path, original.path] }
}

/** The path in angle brackets behind the words that the text begins with. A quoted local part may hold a bracket. */
const pathAt = (text: string, words: string): { readonly path: string; readonly end: number } | null => {
  const start = words.length + 1
  if (!text.startsWith(`${words}<`)) return null
  const quoted = text.charAt(start) === '"' ? endOfQuotedString(text, start) : start
  const close = quoted === null ? -1 : text.indexOf('>', quoted)
  if (close < 0 || !(close + 1 === text.length || text.charAt(close + 1) === ',')) return null
  return { path: text.slice(start, close), end: close + 1 }
}

const isoOf = (at: number): string | null => (Number.isNaN(at) ? null : new Date(at).toISOString())

const MONTHS: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** RFC 3164 4.1.2, or RFC 3339 as rsyslog and journald write it; the blank behind it belongs to it. */
const TIME =
  /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) /
/** `postfix/smtp`, `postfix-out/smtp`, `postfix/submission/smtpd`: the last name counts. */
const PROGRAM = /^postfix[\w.-]*(?:\/[\w.-]+)*\/([\w.-]+)$/
/** The short form is hexadecimal, the long one letters without vowels and digits. */
const QUEUE_ID = /^(?:[0-9A-F]{6,20}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20})$/
