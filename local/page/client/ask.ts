import type {
  AlarmsAnswer,
  DashboardsAnswer,
  InboxAnswer,
  MetricsAnswer,
  MetricsRequest,
  Refusal,
  SamplesAnswer,
  SendAnswer,
  SendRequest,
  StackView,
  WidgetAnswer,
  WidgetRequest,
} from '../api.ts'

/*
 * The server's answers. Each of these rejects with a sentence for people where the server refuses or is gone.
 */

export const askStack = (): Promise<StackView> => get('/api/stack')
export const askDashboards = (): Promise<DashboardsAnswer> => get('/api/dashboards')
export const askSamples = (): Promise<SamplesAnswer> => get('/api/samples')
export const askInbox = (): Promise<InboxAnswer> => get('/api/inbox')
export const askAlarms = (): Promise<AlarmsAnswer> => post('/api/alarms', {})
export const askMetrics = (request: MetricsRequest): Promise<MetricsAnswer> => post('/api/metrics', request)
export const askWidget = (request: WidgetRequest): Promise<WidgetAnswer> => post('/api/widget', request)
export const send = (request: SendRequest): Promise<SendAnswer> => post('/api/send', request)

/** Where the very bytes of a message in the inbox can be had. */
export function rawAddress(id: string): string {
  return `/api/inbox/${encodeURIComponent(id)}/raw`
}

/** The beginning of a message in the inbox as text, byte for byte one character: mail is older than any other reading. */
export async function askRaw(id: string): Promise<string> {
  const answer = await reach(rawAddress(id))
  return new TextDecoder('utf-8').decode(await answer.arrayBuffer())
}

/** The sentence of whatever was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function get<A>(path: string): Promise<A> {
  return (await (await reach(path)).json()) as A
}

async function post<A>(path: string, body: unknown): Promise<A> {
  const headers = { 'content-type': 'application/json' }
  return (await (await reach(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as A
}

async function reach(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, init).catch(() => {
    throw new Error('The server does not answer. Is `npm start` still running?')
  })
  if (answer.ok) return answer
  const refusal = (await answer.json().catch(() => ({}))) as Partial<Refusal>
  throw new Error(refusal.error ?? `The server answered ${answer.status} to ${path}.`)
}
