import type { TraceQuestion } from '../../lambda/core/trace/question.ts'
import { readSinceUntil } from '../records/time-range.ts'

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
  const range = readSinceUntil(since, until, now)
  if (typeof range === 'string') return problem(range)
  return {
    answer: 'question',
    question: { recipient: trimmed(to), sender: trimmed(fromAddress), messageId: trimmed(id), words, ...range },
  }
}

function trimmed(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text.trim()
}

function problem(sentence: string): ReadQuestion {
  return { answer: 'problem', problem: sentence }
}
