import { dueDay, type DigestPlan } from './core/digest/plan.ts'
import { createTally, type Tally } from './core/digest/tally.ts'
import { digestMessage } from './core/digest/text.ts'
import type { Changes } from './core/digest/changes.ts'
import { eachRecord } from './digest/each-record.ts'
import { begin, finish, isOpen, readMarks, type Marks } from './digest/marks.ts'
import { readChanges } from './digest/read-changes.ts'
import type { DigestMetrics } from './ports/digest-metrics.ts'
import type { DigestTopic } from './ports/digest-topic.ts'
import { RecordsInterrupted, type RecordObjects } from './ports/record-objects.ts'

export type DigestPorts = {
  readonly objects: RecordObjects
  readonly publish: DigestTopic
  readonly measure: DigestMetrics
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** What a run did. */
export type Digested = {
  /** The day that the digests are of, `2026-11-21`. */
  readonly day: string
  readonly sent: number
  /** Domains whose digest is due and has not gone out; the next run tries again. */
  readonly missing: number
  /** Why not, a sentence each. */
  readonly failures: readonly string[]
}

/**
 * Sends the digests that are due and were not sent. Run every hour, so that what fails once is tried again, and counted every time: a
 * digest that stops without a word is believed to be a day without mail. Nothing is sent of a day that could not be read whole.
 */
export async function digest(plan: DigestPlan, ports: DigestPorts, signal: AbortSignal): Promise<Digested> {
  const day = dueDay(ports.clock(), plan.atMinute)
  const done = await sendAll(plan, day, ports, signal).catch((error: unknown) => {
    if (!(error instanceof RecordsInterrupted)) throw error
    return { sent: 0, missing: plan.domains.length, failures: [error.message] }
  })
  ports.measure({ sent: done.sent, missing: done.missing })
  return { day, ...done }
}

async function sendAll(
  { domains, ...plan }: DigestPlan,
  day: string,
  ports: DigestPorts,
  signal: AbortSignal,
): Promise<Omit<Digested, 'day'>> {
  const marks = await readMarks(ports.objects, day, signal)
  const open = domains.filter((domain) => isOpen(marks, domain, ports.clock()))
  const wereSent = domains.filter((domain) => marks.sent.has(domain)).length
  const failures: string[] = []
  let sent = 0
  if (open.length > 0) {
    const tally = createTally(open)
    let unreadable = 0
    await eachRecord(
      ports.objects,
      day,
      (record) => {
        if (record === null) unreadable += 1
        else tally.take(record)
      },
      signal,
    )
    const changes = { ...(await readChanges(ports.objects, day, signal)), policies: tally.policies() }
    for (const domain of open) {
      const failure = await sendOne({ domain, day, tally, changes, unreadable, marks, plan }, ports, signal)
      if (failure === null) sent += 1
      else failures.push(failure)
    }
  }
  return { sent, missing: domains.length - wereSent - sent, failures }
}

type One = {
  readonly domain: string
  readonly day: string
  readonly tally: Tally
  readonly changes: Changes
  readonly unreadable: number
  readonly marks: Marks
  readonly plan: Omit<DigestPlan, 'domains'>
}

/** Null: it went out. Else why it did not. One domain's trouble must not take the digest from the others. */
async function sendOne(
  { domain, day, tally, changes, unreadable, marks, plan }: One,
  { objects, publish, clock }: DigestPorts,
  signal: AbortSignal,
): Promise<string | null> {
  const at = (): string => new Date(clock()).toISOString()
  try {
    const isAbandoned = marks.begun.has(domain)
    if (!(await begin(objects, { day, domain, at: at(), isAbandoned }, signal))) {
      return `${domain}: another run is at it`
    }
    const message = digestMessage({ domain, day, tally: tally.of(domain), changes, unreadable }, plan)
    const answer = await publish(message, signal)
    if (answer.answer === 'failed') return `${domain}: the topic did not take it: ${answer.cause}`
    await finish(objects, { day, domain, at: at() }, signal)
    return null
  } catch (error) {
    if (!(error instanceof RecordsInterrupted)) throw error
    return `${domain}: ${error.message}`
  }
}
