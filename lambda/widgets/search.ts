import type { TraceFound } from '../core/trace/answer.ts'
import type { TraceQuestion } from '../core/trace/question.ts'
import { RecordsInterrupted, type RecordObjects } from '../ports/record-objects.ts'
import { searchRecords, type SearchOptions } from '../trace.ts'

/** Looks for what a question is about. What could not be read is told in `unread`; throws `RecordsInterrupted` when `signal` aborts. */
export type Search = (question: TraceQuestion, signal: AbortSignal) => Promise<TraceFound>

export type SearchBudget = {
  /** Milliseconds, well below those after which the function is ended. */
  readonly milliseconds: number
  /** As `AbortSignal.timeout`. */
  readonly timer: (milliseconds: number) => AbortSignal
}

/**
 * A search that ends in time. What was not read until then is unread like anything else that could not be read, so that nobody takes
 * it for absent: the answer is then never "it never reached us".
 */
export function createTimedSearch(
  objects: RecordObjects,
  options: Omit<SearchOptions, 'onProgress'>,
  { milliseconds, timer }: SearchBudget,
): Search {
  return async (question, signal) => {
    const over = timer(milliseconds)
    let [done, of] = [0, 0]
    const onProgress = (octets: number, known: number): void => {
      ;[done, of] = [octets, known]
    }
    const found = await searchRecords(withinTime(objects, over), question, { ...options, onProgress }, signal)
    if (!over.aborted) return found
    const others = found.unread.filter((sentence) => !sentence.includes(outOfTime) && !moreUnread.test(sentence))
    return { ...found, unread: [outOfTimeSentence(milliseconds, done, of), ...others] }
  }
}

const outOfTime = 'out of time'

/** The end of the list of what could not be read (lambda/trace/collect.ts): what it counts is told once. */
const moreUnread = /^\d+ more could not be read\.$/

function outOfTimeSentence(milliseconds: number, done: number, of: number): string {
  const part =
    of === 0 ? 'before a record was read' : `after ${megabytes(done)} of at least ${megabytes(of)} MB of records`
  return (
    `The search was given ${Math.round(milliseconds / 1000)} s, which were over ${part}: ` +
    'choose a shorter time, or search on the command line with quietgate trace, which takes as long as it needs.'
  )
}

function megabytes(octets: number): string {
  return (octets / 1_000_000).toFixed(1)
}

/** The same objects, of which none can be read any more when the time is over. */
function withinTime(objects: RecordObjects, over: AbortSignal): RecordObjects {
  const check = (what: string): void => {
    if (over.aborted) throw new RecordsInterrupted(what, outOfTime)
  }
  /** What waits for the network when the time is over is given up; that is not what whoever asked has done. */
  const inTime = async <T>(what: string, signal: AbortSignal, work: (both: AbortSignal) => Promise<T>): Promise<T> => {
    check(what)
    try {
      return await work(AbortSignal.any([signal, over]))
    } catch (error) {
      if (error instanceof RecordsInterrupted && over.aborted && !signal.aborted) {
        throw new RecordsInterrupted(what, outOfTime, { cause: error })
      }
      throw error
    }
  }
  const chunks = async function* <T>(what: string, signal: AbortSignal, source: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = source[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await inTime(what, signal, () => iterator.next())
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return {
    ...objects,
    list: (prefix, signal) =>
      chunks(`listing ${prefix}`, signal, objects.list(prefix, AbortSignal.any([signal, over]))),
    read: async (key, signal) => {
      const what = `reading ${key}`
      const body = await inTime(what, signal, (both) => objects.read(key, both))
      return body === null ? null : chunks(what, signal, body)
    },
  }
}
