import type { Entry } from './entry.ts'
import { MAX_OWNER_LENGTH, MAX_REASON_LENGTH } from './file.ts'
import { readValue } from './value.ts'

export type NewEntry =
  | { readonly answer: 'entry'; readonly entry: Entry }
  /** What was expected and what was found. `guard`: it can be read, and would do harm. */
  | { readonly answer: 'refused'; readonly why: 'unreadable' | 'guard'; readonly sentence: string }

export type Wanted = {
  readonly list: Entry['list']
  /** As somebody wrote it: an address, a domain or a network. */
  readonly value: string
  readonly owner: string
  readonly reason: string
  /** From when on it counts for nothing: so many days from now, or a moment in milliseconds since 1970. */
  readonly until: { readonly days: number } | { readonly at: number }
}

export const DEFAULT_DAYS = 30

/** Entries that nobody looks at any more let strangers in for years. */
export const MAX_DAYS = 366

/** Makes an entry of what somebody wants. `now` is in milliseconds since 1970. */
export function newEntry({ list, value, owner, reason, until }: Wanted, now: number): NewEntry {
  const read = readValue(list, value)
  if (read.kind === 'refused') return { answer: 'refused', why: read.why, sentence: read.sentence }
  const problem = problemOf('owner', owner, MAX_OWNER_LENGTH) ?? problemOf('reason', reason, MAX_REASON_LENGTH)
  if (problem !== null) return { answer: 'refused', why: 'unreadable', sentence: problem }
  const expires = 'at' in until ? until.at : now + until.days * dayMilliseconds
  if (!(expires > now)) {
    return { answer: 'refused', why: 'unreadable', sentence: 'an entry ends in the future, and not before now' }
  }
  if (expires > now + MAX_DAYS * dayMilliseconds) {
    return {
      answer: 'refused',
      why: 'guard',
      sentence: `an entry ends after at most ${MAX_DAYS} days; add it again when it does`,
    }
  }
  const entry: Entry = {
    list,
    kind: read.of,
    value: read.value,
    owner: owner.trim(),
    reason: reason.trim(),
    added_at: new Date(now).toISOString(),
    expires_at: new Date(expires).toISOString(),
  }
  return { answer: 'entry', entry }
}

const dayMilliseconds = 86_400_000

/** Both are shown to people, in tables and in terminals: one line; what else steers a terminal is taken away when it is shown. */
function problemOf(name: string, text: string, most: number): string | null {
  const written = text.trim()
  if (written === '') return `${name}: some words are expected, and there are none`
  if (written.length > most) return `${name}: at most ${most} characters are expected, and there are ${written.length}`
  return /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(written) ? `${name}: one line without control characters is expected` : null
}
