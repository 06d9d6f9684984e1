import type { DecisionRecord } from '../core/record.ts'
import type { TraceFound } from '../core/trace/answer.ts'
import { latestFirst } from '../core/trace/latest-first.ts'
import { relationOf, type TraceQuestion } from '../core/trace/question.ts'

/** Takes records as they are found, and keeps the latest of those that belong to the answer. */
export type Collector = {
  /** `from` is the object that it stands in; a null record is one that could not be read. */
  readonly take: (record: DecisionRecord | null, from: string) => void
  readonly unread: (sentence: string) => void
  readonly looked: (records: number) => void
  readonly found: () => TraceFound
}

/** So many are kept of each sort, and so many sentences: a question that fits everything must not hold everything. */
const mostKept = 500
const mostSentences = 20

export function createCollector(question: TraceQuestion): Collector {
  const matches = createLatest()
  const toOthers = createLatest()
  const unread: string[] = []
  let unreadCount = 0
  let looked = 0
  const complain = (sentence: string): void => {
    unreadCount += 1
    if (unread.length < mostSentences) unread.push(sentence)
  }
  return {
    take: (record, from) => {
      if (record === null) {
        complain(`${from} holds something that is no record.`)
        return
      }
      const relation = relationOf(question, record)
      if (relation === 'match') matches.add(record)
      else if (relation === 'to-others') toOthers.add(record)
    },
    unread: complain,
    looked: (records) => {
      looked += records
    },
    found: () => ({
      matches: matches.kept(),
      matched: matches.count(),
      toOthers: toOthers.kept(),
      looked,
      unread:
        unreadCount > unread.length ? [...unread, `${unreadCount - unread.length} more could not be read.`] : unread,
    }),
  }
}

/** The latest records, one for each message id. */
function createLatest() {
  const byId = new Map<string, DecisionRecord>()
  let dropped = 0
  const sorted = () => [...byId.values()].sort(latestFirst)
  return {
    add: (record: DecisionRecord): void => {
      if (byId.has(record.message_id)) return
      byId.set(record.message_id, record)
      if (byId.size < 2 * mostKept) return
      for (const { message_id } of sorted().slice(mostKept)) byId.delete(message_id)
      dropped += mostKept
    },
    kept: (): readonly DecisionRecord[] => sorted().slice(0, mostKept),
    count: (): number => byId.size + dropped,
  }
}
