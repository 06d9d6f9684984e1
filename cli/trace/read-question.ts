import type { TraceQuestion } from '../../lambda/core/trace/question.ts'
import { readTime } from '../dnsbl/time-range.ts'

/** The options as they were given; null: not given. */
export type TraceInput = {
  readonly to: string | null
  readonly fromAddress: string | null
  readonly id: string | null
  readonly subject: string
  readonly since: string | null
  readonly until: string | null
}

export type ReadQuestion =
  | { readonly answer: 'question'; readonly question: TraceQuestion }
  | { readonly answer: 'problem'; readonly problem: string }

/** Where nothing is said of the time, the last week is meant. */
export function readQuestion({ to, fromAddress, id, subject, since, until }: TraceInput, now: Date): ReadQuestion {
  const words = subject.split(/\s+/).filter((word) => word !== '')
  if (to === null && fromAddress === null && id === null && words.length === 0) {
    return problem('Say what to look for: --to ADDRESS, --from-address ADDRESS, --id ID or --subject WORDS.')
  }
  const range = readRange(since, until, now)
  if (typeof range === 'string') return problem(range)
  return {
    answer: 'question',
    question: { recipient: trimmed(to), sender: trimmed(fromAddress), messageId: trimmed(id), words, ...range },
  }
}

/** Reads --since and --until: the last week where nothing is said. A problem is a sentence. */
export function readRange(
  since: string | null,
  until: string | null,
  now: Date,
): { readonly from: string; readonly until: string } | string {
  const start = since === null ? { at: new Date(now.getTime() - 7 * dayMs), isDay: false } : readTime(since)
  if (start === null) return timeProblem('--since', since ?? '')
  const end = until === null ? { at: now, isDay: false } : readTime(until)
  if (end === null) return timeProblem('--until', until ?? '')
  const last = end.isDay ? new Date(end.at.getTime() + dayMs) : end.at
  if (last <= start.at) return `--until ${until ?? 'now'} is not after --since ${since ?? 'a week ago'}.`
  return { from: start.at.toISOString(), until: last.toISOString() }
}

const dayMs = 86_400_000

function trimmed(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text.trim()
}

function timeProblem(option: string, text: string): string {
  const found = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
  return `${option} is 2026-11-21 or 2026-11-21T10:00Z, found ${found}.`
}

function problem(sentence: string): ReadQuestion {
  return { answer: 'problem', problem: sentence }
}
