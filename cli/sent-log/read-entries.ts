import { MAX_JSON_LINE_LENGTH, readSentLine } from '../../lambda/core/sent-log/json-line.ts'
import { readPostfixLog, type PostfixLogOptions } from '../../lambda/core/sent-log/postfix-log.ts'
import type { SentEntry } from '../../lambda/core/sent-log.ts'

export type SentLogFormat = 'json' | 'postfix'

export type EntryReader = {
  /** A new file begins: its format is seen anew. A message of Postfix may begin in one file and end in the next. */
  readonly begin: () => void
  readonly read: (line: string) => ReadEntries
  /** What was still in the making when the last file ended. */
  readonly end: () => readonly SentEntry[]
  readonly counts: () => EntryCounts
}

export type ReadEntries = { readonly entries: readonly SentEntry[]; readonly problem: string | null }

export type EntryCounts = {
  /** Lines that were taken for those of Postfix, and the messages and pieces of messages that were found in them. */
  readonly postfixLines: number
  readonly postfixMessages: number
  /** Messages of others in Postfix's log. */
  readonly notOurs: number
  readonly incomplete: number
}

export const longestLine = MAX_JSON_LINE_LENGTH

/** Reads either format; `format` is null where each file's first line with something in it says which it is. */
export function createEntryReader(format: SentLogFormat | null, options: PostfixLogOptions): EntryReader {
  const postfix = readPostfixLog(options)
  let seen = format
  return {
    begin: () => {
      seen = format
    },
    read: (line) => {
      if (line.trim() === '') return nothing
      seen ??= line.trimStart().startsWith('{') ? 'json' : 'postfix'
      if (seen === 'postfix') return { entries: postfix.read(line), problem: null }
      const read = readSentLine(line)
      return read.answer === 'entry' ? { entries: [read.entry], problem: null } : { entries: [], problem: read.problem }
    },
    end: () => postfix.end(),
    counts: () => {
      const { lines, entries, notOurs, incomplete } = postfix.counts()
      return { postfixLines: lines, postfixMessages: entries + notOurs + incomplete, notOurs, incomplete }
    },
  }
}

const nothing: ReadEntries = { entries: [], problem: null }
