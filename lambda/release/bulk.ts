import type { DecisionRecord } from '../core/record.ts'
import { latestFirst } from '../core/trace/latest-first.ts'
import { questionOf, recipientsMeant, type ReleaseQuery } from '../core/release/query.ts'
import { releasableOf, type Releasable } from '../core/release/releasable.ts'
import type { ReleasedBy, ReleaseOutcome } from '../core/release/request.ts'
import type { RecordObjects } from '../ports/record-objects.ts'
import { releaseKnown, type ReleasePorts } from '../release.ts'
import { scanRecords, type SearchOptions } from '../trace.ts'

/** One message of a plan, and those of its recipients who are to get it. */
export type Planned = { readonly message: Releasable; readonly recipients: readonly string[] }

export type ReleasePlan = {
  /** The earliest first; at most `mostPlanned`. */
  readonly messages: readonly Planned[]
  /** With a virus: they are released one by one, or not at all. */
  readonly viruses: number
  /** There are more than `mostPlanned`: those in `messages` are not all. */
  readonly more: boolean
  /** How many records were looked through. */
  readonly looked: number
  /** What could not be read, a sentence each. */
  readonly unread: readonly string[]
}

/** Some hundred octets each are held. Whoever means more splits the stretch of time. */
export const mostPlanned = 100_000

/** Finds what a query means, and releases nothing. Memory has a bound, whatever the number of records. */
export async function planRelease(
  objects: RecordObjects,
  query: ReleaseQuery,
  options: SearchOptions,
  signal: AbortSignal,
): Promise<ReleasePlan> {
  const planned = new Map<string, Planned>()
  const viruses = new Set<string>()
  const unread: string[] = []
  let more = false
  let looked = 0
  const complain = (sentence: string): void => {
    if (unread.length < mostSentences) unread.push(sentence)
  }
  const take = (record: DecisionRecord | null, from: string): void => {
    if (record === null) {
      complain(`${from} holds something that is no record.`)
      return
    }
    const recipients = recipientsMeant(query, record)
    if (recipients.length === 0 || planned.has(record.message_id)) return
    const message = releasableOf(record)
    if (message.virus) viruses.add(message.message_id)
    else if (planned.size < mostPlanned) planned.set(message.message_id, { message, recipients })
    else more = true
  }
  const sink = { take, unread: complain, looked: (count: number) => void (looked += count) }
  await scanRecords(objects, questionOf(query), sink, options, signal)
  const messages = [...planned.values()].sort((a, b) => latestFirst(b.message, a.message))
  return { messages, viruses: viruses.size, more, looked, unread }
}

const mostSentences = 20

export type ReleaseCounts = {
  /** Messages that are in the queue now. */
  readonly released: number
  /** Those that had been released to all who were meant. */
  readonly before: number
  /** Their raw mail is gone, above all. */
  readonly refused: number
  readonly failed: number
  /** Not tried any more, because the store or the queue did not answer again and again. */
  readonly left: number
}

export type BulkOrder = { readonly reason: string; readonly by: ReleasedBy }

/**
 * Releases all messages of a plan, some at a time, and tells of each. It can be ended and asked for again at any point: nothing is
 * done twice.
 */
export async function releaseAll(
  { messages }: ReleasePlan,
  { reason, by }: BulkOrder,
  ports: ReleasePorts,
  onOutcome: (planned: Planned, outcome: ReleaseOutcome) => void,
  signal: AbortSignal,
): Promise<ReleaseCounts> {
  const counts = { released: 0, before: 0, refused: 0, failed: 0 }
  let failedInARow = 0
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < messages.length && failedInARow < mostFailures && !signal.aborted) {
      const planned = messages[next++] as Planned
      const order = { recipients: planned.recipients, reason, by, even_virus: false }
      const outcome = await releaseKnown(planned.message, order, ports, signal)
      failedInARow = outcome.answer === 'failed' ? failedInARow + 1 : 0
      counts[counterOf[outcome.answer]] += 1
      onOutcome(planned, outcome)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return { ...counts, left: messages.length - next }
}

const counterOf = { released: 'released', 'already-released': 'before', refused: 'refused', failed: 'failed' } as const

const atOnce = 16

/** A store that is down stays down, and the rest would wait for it one by one. */
const mostFailures = 32
