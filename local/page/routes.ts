import { send, type Sent } from '../send.ts'
import type { samples as storedSamples } from '../samples.ts'
import type { Inbox } from '../inbox.ts'
import type { Alarms } from './alarms.ts'
import type { DashboardView, InboxAnswer, SampleView, SendAnswer, StackView } from './api.ts'
import { composed } from './compose.ts'
import type { Events } from './events.ts'
import { queryWidget } from './metric-query.ts'
import type { MetricsStore } from './metrics-store.ts'
import { readMetricsRequest, readSendRequest, readWidgetRequest, type Read } from './requests.ts'
import type { Answer, Routes } from './server.ts'
import type { Widgets } from './widgets.ts'

export type RoutesOptions = {
  readonly stack: StackView
  readonly dashboards: readonly DashboardView[]
  readonly store: MetricsStore
  readonly alarms: Alarms
  readonly widgets: Widgets
  readonly events: Events
  readonly samples: typeof storedSamples
  /** null: what is handed over goes elsewhere. */
  readonly inbox: Pick<Inbox, 'messages' | 'raw'> | null
}

/** What the page can ask; api.ts says what is answered. */
export function pageRoutes(options: RoutesOptions): Routes {
  const { stack, dashboards, store, alarms, widgets, events, inbox } = options
  const samples = options.samples.map(sampleView)
  return {
    get: {
      '/api/stack': () => json(stack),
      '/api/dashboards': () => json(dashboards),
      '/api/samples': () => json(samples),
      '/api/inbox': () => json((inbox?.messages() ?? []) satisfies InboxAnswer),
      '/api/events': () => ({ kind: 'stream', to: events.subscribe }),
    },
    post: {
      '/api/metrics': (body) =>
        withRead(readMetricsRequest(body), ({ dashboard, widget, start, end, period }) => {
          const found = dashboards.find(({ key }) => key === dashboard)?.widgets[widget]
          if (found?.type !== 'metric') return notFound(`The dashboard ${dashboard} has no chart ${widget}.`)
          return json(queryWidget(found.properties, { start, end }, period ?? null, store))
        }),
      '/api/alarms': () => json(alarms.all()),
      '/api/widget': (body) => withRead(readWidgetRequest(body), async (request) => json(await widgets.ask(request))),
      '/api/send': (body) =>
        withRead(readSendRequest(body), async (request) => {
          const sent = await send(stack.smtpPort, await composed(request))
          return json(sendAnswer(sent))
        }),
    },
    rawMail: (id) => {
      const octets = inbox?.raw(id) ?? null
      if (octets === null) return notFound('The inbox has no such message, or no more.')
      return { kind: 'octets', type: 'message/rfc822', octets, fileName: `${id}.eml` }
    },
  }
}

function withRead<T>(read: Read<T>, answer: (request: T) => Answer | Promise<Answer>): Answer | Promise<Answer> {
  if (read.answer === 'read') return answer(read.request)
  return { kind: 'refused', status: 400, sentence: read.sentence }
}

/** The listener's last word is SES's id of the message. */
function sendAnswer(sent: Sent): SendAnswer {
  if (sent.answer === 'refused') return sent
  return { answer: 'accepted', messageId: sent.reply.trim().split(' ').at(-1) ?? '', refusedRecipients: sent.refused }
}

function sampleView({ title, expected, message, reversePath, recipients, clientIp, helo }: Sample): SampleView {
  return { title, expected, raw: message.toString('base64'), from: reversePath, to: recipients, clientIp, helo }
}

type Sample = RoutesOptions['samples'][number]

function json(value: unknown): Answer {
  return { kind: 'json', value }
}

function notFound(sentence: string): Answer {
  return { kind: 'refused', status: 404, sentence }
}
