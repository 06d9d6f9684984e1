import { deadLetterOf, type HandOverJob, type Refused } from './core/hand-over/job.ts'
import { giveUpAfterMs, secondsUntilNext } from './core/hand-over/replies.ts'
import { survivorsOf, type Survivor } from './core/hand-over/survivors.ts'
import type { HandOverMarks } from './ports/hand-over-marks.ts'
import type { HandOverMetrics } from './ports/hand-over-metrics.ts'
import type { SendToQueue } from './ports/hand-over-queue.ts'
import type { HandOverTarget, RecipientOutcome } from './ports/hand-over-target.ts'
import type { RecordReader } from './ports/record-reader.ts'

export type HandOverPorts = {
  readonly readRecord: RecordReader
  readonly marks: HandOverMarks
  readonly target: HandOverTarget
  readonly deadLetters: SendToQueue
  readonly metrics: HandOverMetrics
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** What the queue knows of a job. */
export type Delivery = {
  readonly job: HandOverJob
  /** How often it has come out of the queue, this time included. */
  readonly tries: number
  /** When it went into the queue, milliseconds since 1970. */
  readonly queuedAt: number
}

export type HandOverPolicy = {
  readonly postmaster: string | null
  /** For so long nobody else works on the message: above the time that a worker may take. */
  readonly reservedMs: number
}

/** `later`: the job stays in the queue and comes again after so many seconds. */
export type HandedOver =
  { readonly answer: 'done' } | { readonly answer: 'later'; readonly seconds: number; readonly why: string }

/**
 * Hands one message over to those recipients whom its record does not stop.
 *
 * Whatever is not known to have been taken or refused stays in the queue. A refusal becomes a dead letter and is told to
 * nobody else: the sender of a message that a filter let through may be forged like any other.
 */
export async function handOver(
  { job, tries, queuedAt }: Delivery,
  policy: HandOverPolicy,
  ports: HandOverPorts,
  signal: AbortSignal,
): Promise<HandedOver> {
  const later = (why: string): HandedOver => ({ answer: 'later', seconds: secondsUntilNext(tries), why })
  const read = await ports.readRecord(job, signal)
  if (read.answer === 'failed') return later(`the record could not be read: ${read.cause}`)
  const record = read.answer === 'record' ? read.record : null
  const survivors = survivorsOf(job, record, policy.postmaster)
  if (survivors.length === 0) return done

  const now = ports.clock()
  const begun = await ports.marks.begin(job.message_id, now, now + policy.reservedMs, signal)
  if (begun.answer === 'failed') return later(`who has it already could not be read: ${begun.cause}`)
  if (begun.answer === 'busy') return later('another worker has it')
  const pending = survivors.filter((survivor) => !isSettled(survivor, job, begun.settled))
  const heard = pending.length === 0 ? [] : await ports.target({ job, record, survivors: pending }, signal)
  const isOld = ports.clock() - queuedAt > giveUpAfterMs
  const outcomes = isOld ? heard.map(givenUp) : heard
  const refused = outcomes.filter(({ outcome }) => outcome === 'refused')
  const buried = await bury(job, refused, ports)
  const taken = outcomes.filter(({ outcome }) => outcome === 'taken')
  const settled = [
    ...taken.map(({ recipient }) => recipient),
    ...(buried ? refused : []).map(({ recipient }) => refusedMark(recipient, job)),
  ]
  // Not `signal`: what was taken must be remembered, above all when the time is up.
  await ports.marks.finish(job.message_id, settled, ports.clock(), AbortSignal.timeout(markingMs))
  ports.metrics.tried({
    taken: taken.length,
    refused: refused.length,
    later: outcomes.length - taken.length - refused.length,
  })
  const waiting = outcomes.find(({ outcome }) => outcome === 'later')
  if (waiting !== undefined) return later(waiting.reply)
  return buried ? done : later('the dead letter could not be written')
}

const done: HandedOver = { answer: 'done' }

/** Milliseconds, kept free below the function's timeout. */
export const markingMs = 5000

/** A refusal counts in its own round alone: whoever puts a dead letter back wants it tried again. */
function isSettled({ recipient }: Survivor, job: HandOverJob, settled: ReadonlySet<string>): boolean {
  return settled.has(recipient) || settled.has(refusedMark(recipient, job))
}

function refusedMark(recipient: string, { round }: HandOverJob): string {
  return `refused ${round} ${recipient}`
}

function givenUp(heard: RecipientOutcome): RecipientOutcome {
  return heard.outcome === 'later' ? { ...heard, outcome: 'refused', reply: `given up after: ${heard.reply}` } : heard
}

/** True when there is nothing to bury, too. */
async function bury(job: HandOverJob, refused: readonly Refused[], ports: HandOverPorts): Promise<boolean> {
  if (refused.length === 0) return true
  const letters = refused.map(({ recipient, reply }) => ({ recipient, reply }))
  const failedAt = new Date(ports.clock()).toISOString()
  const sent = await ports.deadLetters(deadLetterOf(job, letters, failedAt), AbortSignal.timeout(markingMs))
  return sent.answer === 'sent'
}
