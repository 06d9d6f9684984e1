import { explain } from '../../lambda/core/explain.ts'
import type { Invoked } from '../functions.ts'
import type { Inbox } from '../inbox.ts'
import type { LocalRecords } from '../local-records.ts'
import { samples } from '../samples.ts'
import type { ReceivedMessage } from '../ses/outcome.ts'
import type { LocalStack } from '../stack.ts'
import { createAlarms, type Alarms } from './alarms.ts'
import { countInvocation, countQueues, countRules } from './aws-metrics.ts'
import { bundlePage, type PageAssets } from './bundle.ts'
import { dashboardsOf } from './dashboards.ts'
import { isEmf, readEmf } from './emf.ts'
import { createEvents, type Events } from './events.ts'
import { createMetricsStore, type MetricsStore } from './metrics-store.ts'
import { pageRoutes } from './routes.ts'
import { servePage, type PageServer } from './server.ts'
import { createWidgets } from './widgets.ts'

/** What counts from before the stack is started until it is closed. */
export type Counting = {
  readonly store: MetricsStore
  readonly since: number
  /** For the stack: see its options of the same names. */
  readonly onLog: (line: string) => void
  readonly onInvoked: (invoked: Invoked) => void
  readonly onReceived: (message: ReceivedMessage) => void
}

/** Counts as CloudWatch would: what the functions write in its format, and what AWS's services count themselves. */
export function startCounting(): Counting {
  const store = createMetricsStore()
  return {
    store,
    since: Date.now(),
    onLog: (line) => {
      if (isEmf(line)) for (const datum of readEmf(line)) store.add(datum)
    },
    onInvoked: (invoked) => countInvocation(store, invoked),
    onReceived: (message) => countRules(store, message),
  }
}

export type PageOptions = {
  readonly stack: LocalStack
  readonly counting: Counting
  readonly records: Pick<LocalRecords, 'onRecord'>
  /** null: what is handed over goes elsewhere. */
  readonly inbox: Pick<Inbox, 'messages' | 'raw' | 'onMessage'> | null
  /** Who may be written to, to be offered. */
  readonly knownRecipients: readonly string[]
  /** 0 for any that is free; one that is taken is said to be, and another is taken. */
  readonly port: number
  /** Something that the operator must hear of. */
  readonly onReport: (sentence: string) => void
  /** @default those of client/, bundled */
  readonly assets?: PageAssets
}

export type Page = { readonly url: string; readonly close: () => Promise<void> }

/** How long after something was counted the alarms are looked at again: not once for each of the lines of a message. */
const settleMs = 250
const everyMs = 15_000

/** The page of a running stack: its dashboards, its decisions as they are made, and its inbox. */
export async function startPage(options: PageOptions): Promise<Page> {
  const { stack, counting, records, inbox, knownRecipients, onReport } = options
  const { template } = stack
  const dashboards = dashboardsOf(template)
  const { accountId, region, stackName } = template
  const { store, since } = counting
  const alarms = createAlarms(template, store, since)
  const events = createEvents()
  const routes = pageRoutes({
    stack: {
      region,
      accountId,
      stackName,
      smtpPort: stack.smtpPort,
      knownRecipients,
      inbox: inbox !== null,
    },
    dashboards,
    store,
    alarms,
    widgets: createWidgets({ dashboards, accountId, invoke: stack.invoke }),
    events,
    samples,
    inbox,
  })
  const server = await listen(options.assets ?? (await bundlePage()), routes, options.port, onReport)
  records.onRecord((record, messageId) => {
    if (record === null) events.tell({ kind: 'undecided', messageId })
    else events.tell({ kind: 'decision', record, explanation: explain(record) })
  })
  inbox?.onMessage((message) => events.tell({ kind: 'inbox', message }))
  const stopWatching = watch(alarms, events, counting, stack)
  return {
    url: server.url,
    close: async () => {
      stopWatching()
      events.close()
      await server.close()
    },
  }
}

async function listen(
  assets: PageAssets,
  routes: ReturnType<typeof pageRoutes>,
  port: number,
  onReport: (sentence: string) => void,
): Promise<PageServer> {
  const onBug = (error: unknown): void =>
    onReport(`A bug of the page: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const listening = await servePage(assets, routes, port, onBug)
  if (listening.answer === 'listening') return listening.server
  onReport(`Port ${port} is taken, so the page takes another one: --page-port names one.`)
  const anywhere = await servePage(assets, routes, 0, onBug)
  if (anywhere.answer === 'listening') return anywhere.server
  throw new Error('127.0.0.1 has no free port for the page.')
}

/** Tells of every alarm that changes. What waits in a queue changes without anybody counting it, so it is looked at as well. */
function watch(alarms: Alarms, events: Events, { store }: Counting, { queues }: LocalStack): () => void {
  let known = new Map(alarms.all().map(({ arn, state }) => [arn, state]))
  const look = (): void => {
    const now = alarms.all()
    for (const alarm of now) if (known.get(alarm.arn) !== alarm.state) events.tell({ kind: 'alarm', alarm })
    known = new Map(now.map(({ arn, state }) => [arn, state]))
  }
  let soon: NodeJS.Timeout | null = null
  store.onAdded(() => {
    soon ??= setTimeout(() => {
      soon = null
      look()
    }, settleMs).unref()
  })
  const regularly = setInterval(() => {
    countQueues(store, queues, Date.now())
    look()
  }, everyMs).unref()
  return () => {
    clearInterval(regularly)
    if (soon !== null) clearTimeout(soon)
  }
}
