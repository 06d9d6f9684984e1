import type { KeyAnswer } from '../core/protocol/dkim/key-record.ts'
import type { KeyLookup } from '../ports/key-lookup.ts'
import { createQuestions, type QuestionOptions } from './dns/questions.ts'

export type KeyLookupOptions = QuestionOptions & {
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number
}

/**
 * The key look-up on the resolver of node:dns, which remembers what it heard: keys for five minutes, so that one that was
 * revoked is soon believed no more, and that there is none for one. It never remembers a failure: the next bounce may find
 * the resolver well. Takes at most `timeoutMs * (1 + retries)` milliseconds a question; throws when it is made if a server
 * is not an address.
 */
export const createKeyLookup = ({ clock = Date.now, ...options }: KeyLookupOptions): KeyLookup => {
  const ask = createQuestions(options, {
    resolve: (resolver, name) => resolver.resolveTxt(name),
    syscall: 'queryTxt',
  })
  const memory = createKeyMemory(clock)
  return async (name, signal) => {
    if (signal.aborted) return { answer: 'failed', cause: 'aborted' }
    const remembered = memory.recall(name)
    if (remembered !== null) return remembered
    const heard = await ask(name, signal)
    if (heard.answer === 'failed') return heard
    const answer: KeyAnswer = heard.answer === 'heard' ? { answer: 'records', records: heard.records } : heard
    memory.keep(name, answer)
    return answer
  }
}

/** Names. A forger chooses the selectors that are asked for. */
const MOST_NAMES = 1000
const RECORDS_FOR_MS = 300_000
const NONE_FOR_MS = 60_000

/** Answers by name. The one that was not used for longest makes room, so that made-up selectors do not push out real ones. */
const createKeyMemory = (clock: () => number) => {
  const entries = new Map<string, { readonly answer: KeyAnswer; readonly heardAt: number; readonly forMs: number }>()
  return {
    recall: (name: string): KeyAnswer | null => {
      const key = name.toLowerCase()
      const entry = entries.get(key)
      if (entry === undefined) return null
      entries.delete(key)
      const age = clock() - entry.heardAt
      // Negative when the clock was set back: then nobody knows how old it is.
      if (age < 0 || age >= entry.forMs) return null
      entries.set(key, entry)
      return entry.answer
    },
    keep: (name: string, answer: KeyAnswer): void => {
      const forMs = answer.answer === 'records' ? RECORDS_FOR_MS : NONE_FOR_MS
      entries.delete(name.toLowerCase())
      entries.set(name.toLowerCase(), { answer, heardAt: clock(), forMs })
      for (const oldest of entries.keys()) {
        if (entries.size <= MOST_NAMES) break
        entries.delete(oldest)
      }
    },
  }
}
