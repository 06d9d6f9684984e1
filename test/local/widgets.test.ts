import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drained, handingOverTo } from '../../local/hand-over-to-inbox.ts'
import { createInbox, type Inbox } from '../../local/inbox.ts'
import { sampleConfig, samples } from '../../local/samples.ts'
import { elementsIn, tablesIn, textOf, textsOf } from '../core/widget/text-of.ts'
import { problemsIn } from '../widgets/allowed-html.ts'
import { startedStack, type StartedStack } from './started-stack.ts'

/** The very functions of the widgets, as they are bundled, with what the template gives them. */
let inbox: Inbox
let started: StartedStack
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quietgate-widgets-'))
  inbox = await createInbox({ dataDir: folder })
  started = await startedStack({ config: handingOverTo(inbox.port, sampleConfig), queueSecondMs: 10 })
})
afterAll(async () => {
  await started.close()
  await inbox.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the widgets of the dashboards, on the laptop', () => {
  const spam = samples.find(({ expected }) => expected.reasons.includes('dnsxl-stopped'))
  const subject = 'An "invoice" <script>alert(1)</script>'
  const message = Buffer.from(`From: offers@spammer.example\r\nSubject: ${subject}\r\n\r\nPay <b>now</b>.\r\n`)

  it('find a stopped message, show why and what it says, and release it, once', async () => {
    const { messageId } = await started.deliver({ ...spam, message, recipients: ['bob@example.com'] })
    const found = await ask('trace', { does: 'search' }, { 'qg-recipient': 'bob@example.com' })
    expect(textsOf(found, 'qg-headline')[0]).toContain(
      'was put into quarantine: the client that sent it is on DNS lists',
    )

    const list = await ask('quarantine')
    const [, row] = tablesIn(list)['In quarantine, the newest first'] ?? []
    expect(row?.slice(1, 4)).toEqual([spam?.reversePath, 'bob@example.com', subject])

    const opened = await ask(
      'quarantine',
      callsOn(list).find(({ does }) => does === 'open'),
    )
    expect(
      elementsIn(opened)
        .filter(({ tagName }) => tagName === 'pre')
        .map(textOf),
    ).toEqual(['Pay <b>now</b>.'])
    expect(opened).toContain('&#60;script&#62;')

    const button = callsOn(opened).find(({ does, days }) => does === 'release' && days === '7')
    const typed = { 'qg-owner': 'Dora', 'qg-why': 'TICKET-7' }
    const released = await ask('quarantine', button, typed, 'WidgetRelease')
    expect(textsOf(released, 'qg-notice')[0]).toContain('it is queued for the hand-over.')
    expect(textsOf(released, 'qg-notice')[1]).toContain('is allowed until')
    expect(await drained(started.stack, 10_000)).toBe(true)
    expect(inbox.messages().map(({ to, subject: of }) => ({ to, of }))).toEqual([
      { to: ['bob@example.com'], of: subject },
    ])

    const again = await ask('quarantine', button, typed, 'WidgetRelease')
    expect(textsOf(again, 'qg-notice')[0]).toBe('It had been released before: nothing was done now.')
    expect(await drained(started.stack, 10_000)).toBe(true)
    expect(inbox.messages()).toHaveLength(1)

    const traced = await ask('trace', { does: 'search' }, { 'qg-id': messageId })
    expect(textsOf(traced, 'qg-headline')[0]).toMatch(/It was released at \S+Z\.$/)
  })

  it('show the lists and the imports', async () => {
    expect(textOf(elementsIn(await ask('zones'))[1] ?? lost())).toContain('bl.example')
    expect(textOf(elementsIn(await ask('imports'))[1] ?? lost())).toContain('example.com')
  })

  it('say what they are, and what is wrong with an event', async () => {
    expect(await send('WidgetRead', { describe: true })).toContain('## Quietgate')
    expect(await send('WidgetRelease', { describe: true })).toContain('## Quietgate')
    expect(await send('WidgetRead', 5)).toContain('is one of trace, quarantine, zones, imports')
  })
})

/** Asks as a dashboard does, of the last hour. */
async function ask(
  view: string,
  asks: Readonly<Record<string, string>> = {},
  typed: Readonly<Record<string, string>> = {},
  name: 'WidgetRead' | 'WidgetRelease' = 'WidgetRead',
): Promise<string> {
  const { WidgetRead: read, WidgetRelease: release } = started.stack.outputs
  const timeRange = { mode: 'relative', start: Date.now() - 3_600_000, end: Date.now() + 60_000 }
  const context = { params: { view, read, release }, forms: { all: typed }, timeRange, theme: 'dark' }
  const page = await send(name, { ...asks, widgetContext: context })
  expect(problemsIn(page)).toEqual([])
  return page
}

async function send(name: 'WidgetRead' | 'WidgetRelease', event: unknown): Promise<string> {
  const answer = await started.stack.invoke(started.stack.outputs[name] ?? '', event)
  if (answer.answer !== 'returned') throw new Error(`${name}: ${JSON.stringify(answer)}`)
  return answer.payload as string
}

function callsOn(page: string): readonly Readonly<Record<string, string>>[] {
  const actions = elementsIn(page).filter(({ tagName }) => tagName === 'cwdb-action')
  return actions.map((action) => JSON.parse(textOf(action)) as Record<string, string>)
}

function lost(): never {
  throw new Error('The page has no element.')
}
