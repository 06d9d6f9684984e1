import { chosenOf, releasableOf, releaseJob, unknownNote, type Releasable } from './core/release/releasable.ts'
import type { Released, ReleaseOutcome, ReleaseRefusal, ReleaseRequest } from './core/release/request.ts'
import type { SendToQueue } from './ports/hand-over-queue.ts'
import type { MailStat } from './ports/mail-stat.ts'
import { RecordsInterrupted, type RecordObjects } from './ports/record-objects.ts'
import { findRecord } from './release/find-record.ts'
import { isQueued, markQueued, writeOnce } from './release/trail.ts'

export type ReleasePorts = {
  /** The record bucket. */
  readonly objects: RecordObjects
  readonly mail: MailStat
  /** The queue of the hand-over. */
  readonly queue: SendToQueue
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** For so many days raw mail is kept. */
  readonly mailDays: number
}

/** The request of one message of which is known already what a release needs. */
export type ReleaseOrder = Pick<ReleaseRequest, 'recipients' | 'reason' | 'by' | 'even_virus'>

/** More of a reason is cut off. */
export const longestReason = 1000

/**
 * Hands a stopped message to recipients of its envelope after all. It is checked, written into the record trail, queued, and marked as
 * queued, in this order.
 *
 * It may end after each of these steps, and can be asked for again: the trail is written once for a recipient, and a line of it that
 * is not marked as queued is queued again. A job that is queued twice is delivered once, since the worker of the hand-over remembers
 * who has a message for longer than the raw mail is kept.
 */
export async function release(
  request: ReleaseRequest,
  ports: ReleasePorts,
  signal: AbortSignal,
): Promise<ReleaseOutcome> {
  const { message_id, day } = request
  if (request.reason.trim() === '') return withoutReason
  if (!/^[\x21-\x7e]{1,200}$/.test(message_id)) return refused('no-record', "This is no id of SES's.")
  if (day !== null && !/^\d{4}-\d\d-\d\d$/.test(day)) return refused('no-record', 'The day of receipt is YYYY-MM-DD.')
  return unlessInterrupted(async () => {
    const { mailDays } = ports
    const record = await findRecord(ports.objects, message_id, { day, mailDays, now: ports.clock() }, signal)
    if (record !== null) return releaseKnown(releasableOf(record), request, ports, signal)
    const where = day === null ? `in the ${mailDays} days for which mail is kept` : `of mail received on ${day}`
    return refused('no-record', `There is no record of ${message_id} ${where}.`)
  })
}

/** The same for a message whose record was read already. */
export async function releaseKnown(
  message: Releasable,
  order: ReleaseOrder,
  ports: ReleasePorts,
  signal: AbortSignal,
): Promise<ReleaseOutcome> {
  if (order.reason.trim() === '') return withoutReason
  const chosen = chosenOf(message, order)
  if (chosen.answer === 'refused') return chosen
  return unlessInterrupted(async () => {
    if (message.kept_key === null) return gone(message, ports)
    const kept = await ports.mail(message.kept_key, signal)
    if (kept.answer === 'missing') return gone(message, ports)
    if (kept.answer === 'failed') return failed(`whether the raw mail is there could not be seen: ${kept.cause}`)
    return carryOut(message, message.kept_key, chosen.recipients, order, ports, signal)
  })
}

async function carryOut(
  message: Releasable,
  keptKey: string,
  recipients: readonly string[],
  { reason, by }: ReleaseOrder,
  ports: ReleasePorts,
  signal: AbortSignal,
): Promise<ReleaseOutcome> {
  const { objects } = ports
  const { message_id, received_at } = message
  const at = new Date(ports.clock()).toISOString()
  const now: string[] = []
  const before: Released[] = []
  const unqueued: string[] = []
  for (const recipient of recipients) {
    const line: Released = {
      schema_version: 1,
      message_id,
      recipient,
      released_at: at,
      reason: reason.trim().slice(0, longestReason),
      by,
    }
    const { written, stands } = await writeOnce(objects, received_at, line, signal)
    if (written) now.push(recipient)
    else before.push(stands)
    if (written || !(await isQueued(objects, message, recipient, signal))) unqueued.push(recipient)
  }
  if (unqueued.length > 0) {
    const sent = await ports.queue(releaseJob(message, keptKey, unqueued), signal)
    if (sent.answer === 'failed') {
      return failed(`it is written down, but the queue of the hand-over did not take it: ${sent.cause}`)
    }
    await noteQueued(message, unqueued, by.request_id, ports, signal)
  }
  if (now.length === 0) return { answer: 'already-released', before }
  const note = unknownNote(message, now)
  return { answer: 'released', at, recipients: now, before, ...(note === null ? {} : { notes: [note] }) }
}

/** The job is out, whatever becomes of the note: where it is missing, the next request queues once more. */
async function noteQueued(
  { message_id, received_at }: Releasable,
  recipients: readonly string[],
  request_id: string,
  { objects, clock }: ReleasePorts,
  signal: AbortSignal,
): Promise<void> {
  const queued = { schema_version: 1, message_id, queued_at: new Date(clock()).toISOString(), request_id } as const
  try {
    for (const recipient of recipients) await markQueued(objects, received_at, { ...queued, recipient }, signal)
  } catch (error) {
    if (!(error instanceof RecordsInterrupted)) throw error
  }
}

/** What the store did is an answer, and that the release can be asked for again belongs to it. */
async function unlessInterrupted(work: () => Promise<ReleaseOutcome>): Promise<ReleaseOutcome> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RecordsInterrupted)) throw error
    return failed(error.message)
  }
}

function gone({ message_id, received_at }: Releasable, { clock, mailDays }: ReleasePorts): ReleaseOutcome {
  const until = Date.parse(received_at) + mailDays * 86_400_000
  const day = new Date(until).toISOString().slice(0, 10)
  const kept =
    until < clock()
      ? `it was kept for ${mailDays} days, until ${day}`
      : `it was to be kept until ${day}, and is not there`
  return refused('no-mail', `The raw mail of ${message_id} is gone: ${kept}. Nobody can release it any more.`)
}

const withoutReason = refused('no-reason', 'Say why it is released: the reason stands in the record trail.')

function refused(why: ReleaseRefusal, sentence: string): ReleaseOutcome {
  return { answer: 'refused', why, sentence }
}

function failed(cause: string): ReleaseOutcome {
  return { answer: 'failed', cause }
}
