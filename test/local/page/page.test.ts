import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDirectoryEditor } from '../../../lambda/adapters/directory-editor.ts'
import { sampleRecords } from '../../../local/dns/sample-zones.ts'
import { createFaultPlan } from '../../../local/faults.ts'
import { handingOverTo } from '../../../local/hand-over-to-inbox.ts'
import { createInbox, type Inbox } from '../../../local/inbox.ts'
import { createLocalRecords } from '../../../local/local-records.ts'
import type {
  AlarmsAnswer,
  DashboardsAnswer,
  DecisionEvent,
  InboxAnswer,
  InboxMessage,
  MetricsAnswer,
  MetricsRequest,
  SamplesAnswer,
  SendAnswer,
  SendForm,
  StackView,
  WidgetAnswer,
} from '../../../local/page/api.ts'
import { pageHtml } from '../../../local/page/bundle.ts'
import { startCounting, startPage, type Page, type PageOptions } from '../../../local/page/page.ts'
import { sampleConfig, sampleDirectory, samples } from '../../../local/samples.ts'
import { startStack, type LocalStack } from '../../../local/stack.ts'

const assets = { html: pageHtml, js: '', css: '' }
const letter: SendForm = {
  from: 'carol@partner.example',
  to: ['alice@example.com'],
  subject: 'Grüße <script>alert(1)</script>',
  body: 'Yours',
  clientIp: '198.51.100.10',
}

/** What the issue promises of the page. */
const promisedMs = 2000

describe('the page of a running stack', () => {
  let world: World
  beforeAll(async () => {
    world = await aWorld()
  })
  afterAll(() => world.close())

  it('says what runs, and has the samples to send again', async () => {
    const stack = await world.get<StackView>('/api/stack')
    expect(stack).toMatchObject({ region: 'us-east-1', smtpPort: world.stack.smtpPort, inbox: true })
    const found = await world.get<SamplesAnswer>('/api/samples')
    expect(found.map(({ title }) => title)).toEqual(samples.map(({ title }) => title))
    expect(found.map(({ raw }) => Buffer.from(raw, 'base64'))).toEqual(samples.map(({ message }) => message))
  })

  it('shows a decision with its explanation, and a chart that has moved, within two seconds of it', async () => {
    const before = await world.numbers()
    const messageId = await world.sent(letter)
    const { record, explanation } = await world.decision(messageId)
    // From the decision on: how long the filter takes, and to be started, is not the page's.
    const since = (): number => Date.now() - Date.parse(record.decided_at)
    expect(since()).toBeLessThan(promisedMs)
    expect(record).toMatchObject({ action: 'deliver', mail_from: letter.from, subject: letter.subject })
    expect(explanation.length).toBeGreaterThan(0)
    // Whoever sent it by SMTP finds the record as well, though the page was told first.
    expect(await world.records.of(messageId)).toEqual(record)
    const after = await world.until(async () => {
      const numbers = await world.numbers()
      return numbers['came'] === (before['came'] ?? 0) + 1 ? numbers : null
    })
    expect(since()).toBeLessThan(promisedMs)
    expect(after['delivered']).toBe((before['delivered'] ?? 0) + 1)
  })

  it('tells the story of each kind of test message', async () => {
    const actions = new Map<string, string>()
    for (const kind of ['plain', 'html', 'eicar', 'bounce', 'backscatter'] as const) {
      const { record } = await world.decision(await world.sent({ ...letter, kind }))
      actions.set(kind, `${record.action} ${record.reasons.map(({ code }) => code).join(' ')}`.trim())
    }
    expect(Object.fromEntries(actions)).toEqual({
      plain: 'deliver',
      html: 'deliver',
      eicar: 'quarantine virus-found',
      bounce: 'deliver report-recognised bounce-authentic',
      backscatter: 'quarantine report-recognised bounce-backscatter',
    })
  })

  it('says what the listener answered where it refuses', async () => {
    const answer = await world.post<SendAnswer>('/api/send', { ...letter, to: ['alice@elsewhere.example'] })
    expect(answer).toMatchObject({ answer: 'refused', reply: expect.stringMatching(/^550 /) as string })
  })

  it('has what was handed over in its inbox, to the octet', async () => {
    const message = Buffer.from(
      'From: a@partner.example\r\nTo: bob@example.com\r\nSubject: As it is\r\n\r\n\xff\r\n',
      'latin1',
    )
    const raw = {
      raw: message.toString('base64'),
      from: 'a@partner.example',
      to: ['bob@example.com'],
      clientIp: '198.51.100.10',
    }
    await world.decision(await world.sent(raw))
    const arrived = await world.until(() => {
      const found = world.heard('inbox').find(({ message }) => (message as InboxMessage).to.includes('bob@example.com'))
      return found?.['message'] as InboxMessage | undefined
    })
    expect(await world.get<InboxAnswer>('/api/inbox')).toContainEqual(arrived)
    const octets = Buffer.from(await (await world.fetch(`/api/inbox/${arrived.id}/raw`)).arrayBuffer())
    expect(sha256(octets)).toBe(sha256(world.inbox.raw(arrived.id) ?? Buffer.alloc(0)))
    expect(octets.includes(message.subarray(message.indexOf('Subject: As it is')))).toBe(true)
  })

  it('asks the very functions of the widgets', async () => {
    const dashboards = await world.get<DashboardsAnswer>('/api/dashboards')
    for (const { key, widgets } of dashboards) {
      for (const { index, type, properties } of widgets) {
        if (type !== 'custom') continue
        const answer = await world.post<WidgetAnswer>('/api/widget', {
          dashboard: key,
          widget: index,
          timeRange: { start: Date.now() - 3_600_000, end: Date.now() + 60_000 },
          theme: 'light',
          width: 800,
          height: 400,
          forms: {},
        })
        expect([properties.title, answer]).toEqual([properties.title, { html: expect.stringContaining('<') as string }])
      }
    }
  })

  it('counts the invocations of the functions, as AWS Lambda does', async () => {
    const chart = await world.chart('Health', 'Does SES get through to the filter?')
    const asked = chart.series.find(({ label }) => label === 'asked')
    const failed = chart.series.find(({ label }) => label === 'ended without an answer')
    const total = (values: readonly (number | null)[] | undefined) =>
      values?.reduce<number>((sum, value) => sum + (value ?? 0), 0)
    expect(total(asked?.values)).toBeGreaterThan(0)
    expect(total(failed?.values)).toBe(0)
  })

  it('tells of an alarm that goes off, within two seconds', async () => {
    const isOff = (alarms: AlarmsAnswer) => alarms.find(({ name }) => name.includes('FilterErrors'))?.state
    expect(isOff(await world.post<AlarmsAnswer>('/api/alarms', {}))).toBe('ok')
    world.counting.onInvoked({ functionName: world.filterName, at: Date.now(), ms: 5, failed: true, atOnce: 1 })
    const begun = performance.now()
    const told = await world.until(() =>
      world.heard('alarm').find(({ alarm }) => (alarm as AlarmsAnswer[number]).name.includes('FilterErrors')),
    )
    expect(performance.now() - begun).toBeLessThan(promisedMs)
    expect(told).toMatchObject({ alarm: { state: 'alarm' } })
    expect(isOff(await world.post<AlarmsAnswer>('/api/alarms', {}))).toBe('alarm')
  })

  it('tells a page that is opened later of what happened before, and ends with saying that this was all', async () => {
    const earlier = world.heard('decision').length
    const late = await listenTo(world.page.url)
    await world.until(() => late.heard('ready')[0])
    expect(late.heard('decision')).toEqual(world.heard('decision'))
    expect(late.heard('ready')).toEqual([{ decisions: earlier }])
    late.stop()
  })

  it('takes another port where its own is taken, and says so', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const port = (other.address() as { readonly port: number }).port
    const reports: string[] = []
    const page = await startPage({ ...world.options, port, onReport: (sentence) => void reports.push(sentence) })
    expect(reports).toEqual([`Port ${port} is taken, so the page takes another one: --page-port names one.`])
    expect((await fetch(`${page.url}/api/stack`)).status).toBe(200)
    await page.close()
    await new Promise((resolve) => other.close(resolve))
  })
})

type Heard = Readonly<Record<string, unknown>>

async function aWorld() {
  const dataDir = mkdtempSync(join(tmpdir(), 'quietgate-page-'))
  const reports: string[] = []
  const onReport = (sentence: string): void => void reports.push(sentence)
  const inbox = await createInbox({ dataDir, onReport })
  const records = createLocalRecords()
  const counting = startCounting()
  const started = await startStack({
    config: handingOverTo(inbox.port, sampleConfig),
    region: 'us-east-1',
    dataDir,
    smtpPort: 0,
    records: sampleRecords(),
    faults: createFaultPlan(),
    onReceived: (message) => {
      counting.onReceived(message)
      records.received(message)
    },
    onReport,
    onLog: counting.onLog,
    onInvoked: counting.onInvoked,
  })
  if (started.answer === 'refused') throw new Error(started.sentence)
  const { stack } = started
  records.attach(stack)
  const editor = createDirectoryEditor(stack.clients.dynamoDb, stack.outputs['DirectoryTable'] ?? '')
  for (const [key, entry] of sampleDirectory) await editor.add(key, 'example.com', entry)
  await editor.complete('example.com', '2026-11-21T10:00:00.000Z')
  const options: PageOptions = { stack, counting, records, inbox, knownRecipients: [], port: 0, onReport, assets }
  const page = await startPage(options)
  const events = await listenTo(page.url)
  const close = async (): Promise<void> => {
    events.stop()
    await page.close()
    await stack.close()
    await inbox.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return {
    ...asking(page, events.heard),
    options,
    stack,
    inbox,
    records,
    counting,
    page,
    heard: events.heard,
    close,
    filterName: filterNameOf(stack),
  }
}

type World = Awaited<ReturnType<typeof aWorld>> & { readonly inbox: Inbox }

function asking({ url }: Page, heard: (kind: string) => readonly Heard[]) {
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as T
  }
  const get = async <T>(path: string): Promise<T> => (await (await fetch(url + path)).json()) as T
  const chart = async (dashboard: string, title: string): Promise<MetricsAnswer> => {
    const found = (await get<DashboardsAnswer>('/api/dashboards')).find(({ key }) => key === dashboard)
    const widget = found?.widgets.find(({ type, properties }) => type === 'metric' && properties.title === title)
    const request: MetricsRequest = {
      dashboard,
      widget: widget?.index ?? -1,
      start: Date.now() - 600_000,
      end: Date.now() + 1000,
    }
    return post<MetricsAnswer>('/api/metrics', request)
  }
  return {
    get,
    post,
    chart,
    until,
    fetch: (path: string) => fetch(url + path),
    sent: async (message: object): Promise<string> => {
      const answer = await post<SendAnswer>('/api/send', message)
      if (answer.answer !== 'accepted') throw new Error(JSON.stringify(answer))
      return answer.messageId
    },
    decision: (messageId: string): Promise<DecisionEvent> =>
      until(() =>
        (heard('decision') as unknown as readonly DecisionEvent[]).find(
          ({ record }) => record.message_id === messageId,
        ),
      ),
    numbers: async (): Promise<Readonly<Record<string, number | null>>> => {
      const { values = [] } = await chart('Flow', 'How much mail came, and what became of it?')
      return Object.fromEntries(values.map(({ label, value }) => [label, value]))
    },
  }
}

/** The events that a browser would hear, read as the HTML Standard says. */
async function listenTo(url: string) {
  const ending = new AbortController()
  const response = await fetch(`${url}/api/events`, { signal: ending.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const events: { readonly kind: string; readonly data: Heard }[] = []
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      const blocks = (rest + Buffer.from(chunk).toString('utf8')).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, kind, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
        if (kind !== undefined && data !== undefined) events.push({ kind, data: JSON.parse(data) as Heard })
      }
    }
  }
  // Ends with the connection, on purpose.
  read().catch(() => undefined)
  return {
    heard: (kind: string): readonly Heard[] => events.filter((event) => event.kind === kind).map(({ data }) => data),
    stop: () => ending.abort(),
  }
}

/** Looks again and again, because what is waited for comes over a connection. */
async function until<T>(look: () => T | null | undefined | Promise<T | null | undefined>): Promise<T> {
  const limit = performance.now() + 20_000
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined) return found
    if (performance.now() > limit) throw new Error('It did not happen in 20 seconds.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function filterNameOf({ template, functions }: LocalStack): string {
  const name = [...functions.keys()]
    .map((arn) => arn.split(':').at(-1) ?? '')
    .find((one) => one.includes('FilterFunction'))
  if (name === undefined) throw new Error(`${template.file} has no filter`)
  return name
}

function sha256(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex')
}
