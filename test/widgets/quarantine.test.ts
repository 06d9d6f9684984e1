import { describe, expect, it } from 'vitest'
import type { Reason } from '../../lambda/core/reasons.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { queuedKey, trailKey } from '../../lambda/release/trail.ts'
import { elementsIn, tablesIn, textOf, textsOf } from '../core/widget/text-of.ts'
import { mail, stopped, to } from '../core/trace/builders.ts'
import { createWorld, eventOf, readArn, releaseArn } from './world.ts'

const listed: Reason = { code: 'dnsxl-stopped', score: 4, threshold: 3, operators: ['one', 'two'] }
const caption = 'In quarantine, the newest first'
const kept = (id: string, changes: Partial<DecisionRecord> = {}, reason: Reason = listed) =>
  stopped('quarantine', reason, { message_id: id, kept_key: `s3://mail/mail/${id}`, ...changes })

describe('the list of the widget "Quarantine"', () => {
  it('shows the time of the dashboard, the newest first, with why in words', async () => {
    const world = createWorld([
      kept('first', { subject: 'Hello' }),
      kept('second', { received_at: '2026-11-16T11:00:00.000Z' }, { code: 'spam-found' }),
      kept('later', { received_at: '2026-11-17T00:00:00.000Z' }),
      mail([to('alice@example.com')], { message_id: 'delivered' }),
    ])
    const page = await world.show(eventOf({ view: 'quarantine' }))
    const [, ...rows] = tablesIn(page)[caption] ?? []
    expect(rows.map((row) => row.slice(0, 5))).toEqual([
      [
        '2026-11-16 11:00:00 UTC',
        'bob@partner.example',
        'alice@example.com',
        expect.any(String),
        'SES takes it for spam.',
      ],
      [
        '2026-11-16 10:00:00 UTC',
        'bob@partner.example',
        'alice@example.com',
        'Hello',
        'The listings add up to 4 (stopped from 3 on), by one and two.',
      ],
    ])
  })

  it('is narrowed to one reason', async () => {
    const world = createWorld([kept('listed'), kept('spam', {}, { code: 'spam-found' })])
    const event = eventOf({ view: 'quarantine', asks: { does: 'list' }, typed: { 'qg-filter': 'spam-found' } })
    expect(idsOn(await world.show(event))).toEqual(['spam'])
    const unknown = eventOf({ view: 'quarantine', asks: { does: 'list' }, typed: { 'qg-filter': 'nosuch' } })
    expect(idsOn(await world.show(unknown))).toHaveLength(2)
  })

  it('is turned page by page to its end and back, each message once', async () => {
    const at = (i: number): string => new Date(Date.parse('2026-11-16T00:00:00.000Z') + i * 60_000).toISOString()
    const world = createWorld(Array.from({ length: 120 }, (_, i) => kept(`id-${i}`, { received_at: at(i) })))
    const pages: string[] = [await world.show(eventOf({ view: 'quarantine' }))]
    for (let asks = callOf(pages[0] ?? '', 'Older'); asks !== null; asks = callOf(pages.at(-1) ?? '', 'Older')) {
      pages.push(await world.show(eventOf({ view: 'quarantine', asks })))
    }
    expect(pages.map((page) => idsOn(page).length)).toEqual([50, 50, 20])
    expect(pages.flatMap(idsOn)).toEqual(Array.from({ length: 120 }, (_, i) => `id-${119 - i}`))
    const back: string[] = []
    for (let asks = callOf(pages[2] ?? '', 'Newer'); asks !== null; asks = callOf(back.at(-1) ?? '', 'Newer')) {
      back.push(await world.show(eventOf({ view: 'quarantine', asks })))
    }
    expect(back.map(idsOn)).toEqual([idsOn(pages[1] ?? ''), idsOn(pages[0] ?? '')])
  })

  it('says that nothing is there, and does not fail over a place that is none', async () => {
    for (const older of ['', 'x', '2026-11-16T10:00:00.000Z ../../etc', 'NaN quarantine/2026-11-16/x.json']) {
      const page = await createWorld([]).show(eventOf({ view: 'quarantine', asks: { does: 'list', older } }))
      expect(page).toContain('Nothing was put into quarantine in this time.')
    }
  })

  it('shows what is known where the record is no longer on its own', async () => {
    const world = createWorld([kept('old')])
    const objects = { ...world.objects, read: withoutRecords(world.objects.read) }
    const page = await createWorld([], { objects }).show(eventOf({ view: 'quarantine' }))
    const [, row] = tablesIn(page)[caption] ?? []
    expect(row?.slice(1, 5)).toEqual(['-', '-', '-', 'dnsxl-stopped'])
  })
})

describe('a message that is opened', () => {
  const raw = [
    'From: =?utf-8?q?B=C3=B6b?= <bob@partner.example>',
    'Subject: =?utf-8?b?R3LDvMOfZQ==?=',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Gr=FC=DFe aus K=F6ln',
    '',
  ].join('\r\n')
  const open = { does: 'open', id: 'one', at: '2026-11-16T10:00:00.000Z' }

  it('shows why, its header and its text, decoded', async () => {
    const world = createWorld([kept('one')])
    world.raw.set('one', raw)
    const page = await world.show(eventOf({ view: 'quarantine', asks: open }))
    expect(textsOf(page, 'qg-headline')[0]).toContain('put into quarantine: the client that sent it is on DNS lists')
    expect(tablesIn(page)['Header, as its sender wrote it']?.slice(1, 3)).toEqual([
      ['From', 'Böb <bob@partner.example>'],
      ['Subject', 'Grüße'],
    ])
    expect(preOf(page)).toBe('Grüße aus Köln')
    expect(buttonsOf(page)).toEqual([
      'Back to the list',
      'Release for alice@example.com',
      'Release, and allow the sender for 7 days',
      'Release, and allow the sender for 30 days',
      'Release, and allow the sender for 90 days',
    ])
    expect(callOf(page, 'Release for alice@example.com')).toEqual({
      does: 'release',
      id: 'one',
      at: '2026-11-16T10:00:00.000Z',
      to: 'stopped',
    })
    expect(attributeOf(page, 'Release for alice@example.com', 'endpoint')).toBe(releaseArn)
    expect(attributeOf(page, 'Back to the list', 'endpoint')).toBe(readArn)
    for (const button of buttonsOf(page).slice(1)) {
      expect(attributeOf(page, button, 'confirmation')).toContain('Hand this message over to alice@example.com')
    }
  })

  it('has a button for each stopped recipient and one for all of them', async () => {
    const recipients = [
      to('alice@example.com', { action: 'quarantine', reasons: [listed] }),
      to('carol@example.com', { action: 'quarantine', reasons: [listed] }),
      to('dan@example.com'),
    ]
    const world = createWorld([mail(recipients, { message_id: 'one' })])
    const page = await world.show(eventOf({ view: 'quarantine', asks: open }))
    expect(buttonsOf(page).filter((label) => label.startsWith('Release for'))).toEqual([
      'Release for all 2 stopped recipients',
      'Release for alice@example.com only',
      'Release for carol@example.com only',
    ])
    expect(callOf(page, 'Release for carol@example.com only')).toMatchObject({
      to: 'one',
      recipient: 'carol@example.com',
    })
  })

  it('has no button for a virus, and says the command', async () => {
    const page = await createWorld([kept('one', {}, { code: 'virus-found' })]).show(
      eventOf({ view: 'quarantine', asks: open }),
    )
    expect(buttonsOf(page)).toEqual(['Back to the list'])
    expect(page).toContain('quietgate quarantine release one --even-virus')
  })

  it('has no button where nothing is handed over, and says the command', async () => {
    for (const release of [undefined, 'arn:aws:s3:::bucket', 'javascript:alert(1)', 5]) {
      const params = { view: 'quarantine', read: readArn, release }
      const page = await createWorld([kept('one')]).show(eventOf({ view: 'quarantine', asks: open, params }))
      expect(buttonsOf(page)).toEqual(['Back to the list'])
      expect(page).toContain('quietgate quarantine save one message.eml')
    }
  })

  it('says by whom it was released, and has no button for them once it is queued', async () => {
    const world = createWorld([kept('one')])
    const by = { kind: 'widget', request_id: 'r-1', owner: 'Anna' } as const
    const line = { schema_version: 1, message_id: 'one', recipient: 'alice@example.com', reason: 'ticket 4711', by }
    const message = { message_id: 'one', received_at: '2026-11-16T10:00:00.000Z' }
    const at = '2026-11-16T12:00:00.000Z'
    world.objects.put(trailKey(message, line.recipient), JSON.stringify({ ...line, released_at: at }), at)
    const event = eventOf({ view: 'quarantine', asks: open })
    const unqueued = await world.show(event)
    expect(tablesIn(unqueued)['Recipients']?.[1]?.[3]).toBe(
      '2026-11-16 12:00:00 UTC by request r-1, for Anna: ticket 4711 Nobody noted that it went into the queue: release it again.',
    )
    expect(buttonsOf(unqueued)).toContain('Release for alice@example.com')
    world.objects.put(queuedKey(message, line.recipient), JSON.stringify({ ...line, queued_at: at }), at)
    const queued = await world.show(event)
    expect(tablesIn(queued)['Recipients']?.[1]?.[3]).toBe(
      '2026-11-16 12:00:00 UTC by request r-1, for Anna: ticket 4711',
    )
    expect(buttonsOf(queued)).toEqual(['Back to the list'])
  })

  it('says that its raw mail is gone, that it was never there, or that there is no record', async () => {
    expect(await createWorld([kept('one')]).show(eventOf({ view: 'quarantine', asks: open }))).toContain(
      'The raw mail is gone.',
    )
    for (const asks of [open, { ...open, id: '../x' }, { ...open, at: 'Monday' }, { does: 'open' }]) {
      const page = await createWorld([]).show(eventOf({ view: 'quarantine', asks }))
      expect(textsOf(page, 'qg-notice')[0]).toMatch(/There is no record of one|The button names no message/)
      expect(buttonsOf(page)).toEqual(['Back to the list'])
    }
  })
})

function buttonsOf(page: string): readonly string[] {
  return elementsIn(page)
    .filter(({ tagName }) => tagName === 'button')
    .map(textOf)
}

/** What the button of that name says to its function; null: there is no such button. */
function callOf(page: string, label: string): Readonly<Record<string, string>> | null {
  const action = actionOf(page, label)
  if (action === undefined) return null
  const { view, ...asks } = JSON.parse(textOf(action)) as Record<string, string>
  return view === undefined || view === 'quarantine' ? asks : null
}

function attributeOf(page: string, label: string, name: string): string | undefined {
  return actionOf(page, label)?.attrs.find((one) => one.name === name)?.value
}

function actionOf(page: string, label: string) {
  const elements = elementsIn(page)
  const at = elements.findIndex((element) => element.tagName === 'button' && textOf(element) === label)
  return at === -1 ? undefined : elements[at + 1]
}

function idsOn(page: string): readonly string[] {
  return elementsIn(page)
    .filter(({ tagName }) => tagName === 'cwdb-action')
    .map((action) => JSON.parse(textOf(action)) as Record<string, string>)
    .flatMap(({ does, id }) => (does === 'open' && id !== undefined ? [id] : []))
}

function preOf(page: string): string | undefined {
  return elementsIn(page)
    .filter(({ tagName }) => tagName === 'pre')
    .map(textOf)[0]
}

type Read = ReturnType<typeof createWorld>['objects']['read']

function withoutRecords(read: Read): Read {
  return (key, signal) => (key.startsWith('in/') ? Promise.resolve(null) : read(key, signal))
}
