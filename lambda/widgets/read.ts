import { answerOf } from '../core/trace/answer.ts'
import { mostOctets } from '../core/widget/fitting.ts'
import { frame, notice, type ShownIn } from '../core/widget/frame.ts'
import { html } from '../core/widget/html.ts'
import type { Html } from '../core/widget/html.ts'
import { backButton, messageView } from '../core/widget/message-view.ts'
import type { WidgetPlan } from '../core/widget/plan.ts'
import { quarantineView } from '../core/widget/quarantine-view.ts'
import { dayOf, isMessageId } from '../core/widget/release-request.ts'
import { fieldOf, readWidgetRequest, typedBefore, type WidgetRequest } from '../core/widget/request.ts'
import { readTraceForm, traceForm } from '../core/widget/trace-form.ts'
import { traceView } from '../core/widget/trace-view.ts'
import { readWords } from '../core/widget/words.ts'
import type { MailStore } from '../ports/mail-store.ts'
import { RecordsInterrupted, type RecordObjects } from '../ports/record-objects.ts'
import { keptMessage, unreadSentence } from '../quarantine/kept-message.ts'
import { quarantineList } from './quarantine-list.ts'
import type { Search } from './search.ts'

export type ReadWidgetPorts = {
  readonly plan: Pick<WidgetPlan, 'domains' | 'recordsDays' | 'mailDays'>
  readonly objects: RecordObjects
  readonly mail: MailStore
  readonly search: Search
  /** The other two views, which need other things of the world. */
  readonly zones: (shownIn: ShownIn, signal: AbortSignal) => Promise<Html>
  readonly imports: (shownIn: ShownIn, signal: AbortSignal) => Promise<Html>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/**
 * What a widget shows: a page of HTML of at most 256 KB, or Markdown where documentation is asked for. What the store and the network
 * do to it is a sentence on the page, and so is an event that makes no sense.
 */
export async function readWidget(event: unknown, ports: ReadWidgetPorts, signal: AbortSignal): Promise<string> {
  const read = readWidgetRequest(event, ports.clock())
  if (read.answer === 'describe') return readWords
  if (read.answer === 'problem') return frame(null, notice('bad', read.problem), read.shownIn)
  const { request } = read
  const body = await unlessInterrupted(() => bodyOf(request, ports, signal))
  const page = frame(null, body, request.shownIn)
  if (Buffer.byteLength(page) <= mostOctets) return page
  const sentence = 'There is more to show than a widget has room for: choose less, or ask on the command line.'
  return frame(null, html`${notice('bad', sentence)}${backTo(request)}`, request.shownIn)
}

function bodyOf(request: WidgetRequest, ports: ReadWidgetPorts, signal: AbortSignal): Promise<Html> {
  const does = request.asks.get('does')
  if (does === 'open' && (request.view === 'trace' || request.view === 'quarantine'))
    return open(request, ports, signal)
  switch (request.view) {
    case 'trace':
      return trace(request, ports, signal)
    case 'quarantine':
      return quarantineList(ports.objects, request, signal).then((list) => quarantineView(list, request))
    case 'zones':
      return ports.zones(request.shownIn, signal)
    case 'imports':
      return ports.imports(request.shownIn, signal)
  }
}

async function trace(request: WidgetRequest, ports: ReadWidgetPorts, signal: AbortSignal): Promise<Html> {
  const form = traceForm(request)
  if (request.asks.get('does') !== 'search') return form
  const read = readTraceForm(request.typed, request.range, request.shownIn.offsetMinutes, ports.clock())
  if (read.answer === 'problem') return html`${form}${notice('warning', read.problem)}`
  const { question } = read
  const { domains, recordsDays } = ports.plan
  const keptSince = new Date(ports.clock() - recordsDays * 86_400_000).toISOString()
  // Nothing is listed of the days of which nothing is kept.
  const kept = { ...question, from: question.from < keptSince ? keptSince : question.from }
  const found = await ports.search(kept, signal)
  const answer = answerOf(question, found, { domains, keptSince, now: new Date(ports.clock()).toISOString() })
  return html`${form}${traceView(question, answer, request)}`
}

async function open(request: WidgetRequest, ports: ReadWidgetPorts, signal: AbortSignal): Promise<Html> {
  const back = backTo(request)
  const id = fieldOf(request.asks, 'id') ?? ''
  const day = dayOf(fieldOf(request.asks, 'at'))
  if (!isMessageId(id) || day === null) return html`${back}${notice('bad', 'The button names no message.')}`
  const asked = { ...ports, mail: () => ports.mail, mailDays: ports.plan.mailDays }
  const message = await keptMessage({ id, day }, asked, signal)
  if (message === null) return html`${back}${notice('bad', `There is no record of ${id} on ${day}.`)}`
  const { record, told, mail } = message
  const preview = mail.answer === 'preview' ? mail.preview : unreadSentence(mail)
  return messageView({ record, told, preview }, request, back)
}

/** To the page of the list, or to the form with what was typed. */
function backTo(request: WidgetRequest): Html | null {
  if (request.view === 'trace')
    return backButton('Back to the search', { ...typedBefore(request.typed), does: 'form' }, request)
  const names = ['reason', 'older', 'newer'] as const
  const asks = names.flatMap((name) => {
    const value = request.asks.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return backButton('Back to the list', { does: 'list', ...Object.fromEntries(asks) }, request)
}

async function unlessInterrupted(work: () => Promise<Html>): Promise<Html> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RecordsInterrupted)) throw error
    return notice('bad', `The records could not be read: ${error.message}. This is no answer; try again.`)
  }
}
