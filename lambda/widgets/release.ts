import { RecordsInterrupted, type RecordObjects } from '../ports/record-objects.ts'
import type { EntryList } from '../ports/entry-list.ts'
import type { ReleaseOutcome, ReleaseRequest } from '../core/release/request.ts'
import { frame, notice } from '../core/widget/frame.ts'
import { html } from '../core/widget/html.ts'
import { backButton } from '../core/widget/message-view.ts'
import { readReleaseRequest } from '../core/widget/release-request.ts'
import { releaseView, type AllowNote } from '../core/widget/release-view.ts'
import { fieldOf, readWidgetRequest, type WidgetRequest } from '../core/widget/request.ts'
import { releaseWords } from '../core/widget/words.ts'
import { allowSender } from '../quarantine/allow-sender.ts'
import { findRecord } from '../release/find-record.ts'

export type ReleaseWidgetPorts = {
  /** `release` of lambda/release.ts over its own ports. */
  readonly release: (request: ReleaseRequest, signal: AbortSignal) => Promise<ReleaseOutcome>
  readonly objects: RecordObjects
  readonly entries: EntryList
  readonly mailDays: number
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/**
 * A button of the widget asks to release a message. The answer is a page that says what was done, with the way back to the message;
 * a page that CloudWatch asks for twice does nothing twice.
 */
export async function releaseByWidget(
  event: unknown,
  requestId: string,
  ports: ReleaseWidgetPorts,
  signal: AbortSignal,
): Promise<string> {
  const read = readWidgetRequest(event, ports.clock())
  if (read.answer === 'describe') return releaseWords
  if (read.answer === 'problem')
    return frame(null, notice('bad', `Nothing was released. ${read.problem}`), read.shownIn)
  const { request } = read
  const body = await carriedOut(request, requestId, ports, signal)
  return frame(null, html`${body} ${wayBack(request)}`, request.shownIn)
}

async function carriedOut(request: WidgetRequest, requestId: string, ports: ReleaseWidgetPorts, signal: AbortSignal) {
  const asked = readReleaseRequest(request, requestId)
  if (asked.answer === 'problem') return notice('bad', `Nothing was released. ${asked.problem}`)
  const { order, allowDays } = asked
  const outcome = await ports.release(order, signal)
  const isReleased = outcome.answer === 'released' || outcome.answer === 'already-released'
  const allow = isReleased && allowDays !== null ? await allowed(order, allowDays, ports, signal) : null
  return releaseView(outcome, allow, request.shownIn)
}

/** After the release: an entry alone would let mail in that nobody has looked at. */
async function allowed(
  { message_id, day, reason, by }: ReleaseRequest,
  days: number,
  { objects, entries, mailDays, clock }: ReleaseWidgetPorts,
  signal: AbortSignal,
): Promise<AllowNote> {
  try {
    const record = await findRecord(objects, message_id, { day, mailDays, now: clock() }, signal)
    if (record === null) return { isDone: false, sentence: 'The sender was not allowed: the record is gone.' }
    return await allowSender(record, { days, owner: by.owner ?? '', reason }, entries, clock(), signal)
  } catch (error) {
    if (!(error instanceof RecordsInterrupted)) throw error
    return { isDone: false, sentence: `The sender was not allowed: the record could not be read (${error.message}).` }
  }
}

function wayBack(request: WidgetRequest) {
  const [id, at] = [fieldOf(request.asks, 'id'), fieldOf(request.asks, 'at')]
  const message =
    id === null || at === null ? null : backButton('Back to the message', { does: 'open', id, at }, request)
  return html`${message} ${backButton('Back to the beginning', { does: 'list' }, request)}`
}
