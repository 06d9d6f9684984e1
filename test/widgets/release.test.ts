import { describe, expect, it } from 'vitest'
import { createEntryList } from '../../lambda/adapters/s3-entry-list.ts'
import { parseEntries } from '../../lambda/core/entries/file.ts'
import { entriesKey } from '../../lambda/core/entries/place.ts'
import type { HandOverJob } from '../../lambda/core/hand-over/job.ts'
import { recordKey, type DecisionRecord } from '../../lambda/core/record.ts'
import { release } from '../../lambda/release.ts'
import { releaseByWidget } from '../../lambda/widgets/release.ts'
import { createMemoryRecordObjects } from '../../local/memory/record-objects.ts'
import { ground, mail, stopped, to } from '../core/trace/builders.ts'
import { elementsIn, textOf, textsOf } from '../core/widget/text-of.ts'
import { problemsIn } from './allowed-html.ts'
import { eventOf, readArn } from './world.ts'

const asks = { does: 'release', id: 'one', at: '2026-11-16T10:00:00.000Z', to: 'stopped' }
const typed = { 'qg-owner': 'Anna', 'qg-why': 'ticket 4711' }
const spam = (changes: Partial<DecisionRecord> = {}) =>
  stopped('quarantine', { code: 'spam-found' }, { message_id: 'one', kept_key: 's3://mail/mail/one', ...changes })

describe('the button that releases a message', () => {
  it('queues it, writes down who asked, and shows the way back', async () => {
    const world = createWorld([spam()])
    const page = await world.press({ asks, typed }, 'request-1')
    expect(notices(page)).toEqual(['Released at 2026-11-17 12:00:00 UTC: it is queued for the hand-over.'])
    expect(page).toContain('Goes to alice@example.com.')
    expect(world.queued.map(({ message_id, recipients, origin }) => ({ message_id, recipients, origin }))).toEqual([
      { message_id: 'one', recipients: ['alice@example.com'], origin: 'release' },
    ])
    expect(world.trail()).toMatchObject([
      { reason: 'ticket 4711', by: { kind: 'widget', request_id: 'request-1', owner: 'Anna' } },
    ])
    expect(callsOf(page)).toEqual([
      [readArn, { does: 'open', id: 'one', at: '2026-11-16T10:00:00.000Z' }],
      [readArn, { does: 'list' }],
    ])
    expect(problemsIn(page)).toEqual([])
  })

  it('says when and by which request it was released when somebody presses it twice', async () => {
    const world = createWorld([spam()])
    await world.press({ asks, typed }, 'request-1')
    const page = await world.press({ asks, typed }, 'request-2')
    expect(notices(page)).toEqual(['It had been released before: nothing was done now.'])
    expect(page).toContain('alice@example.com: released at 2026-11-17 12:00:00 UTC by request request-1, for Anna')
    expect(world.queued).toHaveLength(1)
  })

  it('releases for one recipient alone', async () => {
    const reasons = [{ code: 'spam-found' }] as const
    const both = ['alice@example.com', 'carol@example.com'].map((one) => to(one, { action: 'quarantine', reasons }))
    const world = createWorld([mail(both, { message_id: 'one', kept_key: 's3://mail/mail/one' })])
    await world.press({ asks: { ...asks, to: 'one', recipient: 'carol@example.com' }, typed }, 'request-1')
    expect(world.queued.map(({ recipients }) => recipients)).toEqual([['carol@example.com']])
  })

  it('allows the sender that SES has checked, for as long as the button says', async () => {
    const world = createWorld([spam({ header_from: 'boss@partner.example' })])
    const page = await world.press({ asks: { ...asks, days: '30' }, typed }, 'request-1')
    expect(notices(page)[1]).toBe('boss@partner.example is allowed until 2026-12-17T12:00:00.000Z.')
    expect(world.entries()).toMatchObject([
      { list: 'allow', kind: 'address', value: 'boss@partner.example', owner: 'Anna', reason: 'ticket 4711' },
    ])
    const shorter = await world.press({ asks: { ...asks, days: '7' }, typed }, 'request-2')
    expect(notices(shorter)[1]).toBe('boss@partner.example is allowed already until 2026-12-17T12:00:00.000Z.')
    expect(world.entries()).toHaveLength(1)
  })

  it('says where an entry would not help, because nothing proves the sender', async () => {
    const record = spam()
    const world = createWorld([{ ...record, scans: { ...record.scans, dmarc: 'fail', spf: 'fail' } }])
    const page = await world.press({ asks: { ...asks, days: '7' }, typed }, 'request-1')
    expect(notices(page)[1]).toContain('which this message did not: mail like it will be stopped again.')
  })

  it.each([
    ['no message', { ...asks, id: '../x' }, typed, 'names no message'],
    ['no day', { ...asks, at: 'Monday' }, typed, 'when the message was received'],
    ['another day', { ...asks, at: '2026-11-15T10:00:00.000Z' }, typed, 'There is no record of one'],
    ['nobody', { ...asks, to: 'one' }, typed, 'does not say for whom'],
    ['everybody', { ...asks, to: 'all' }, typed, 'does not say for whom'],
    ['a stranger', { ...asks, to: 'one', recipient: 'evil@x.example' }, typed, 'is not among the recipients'],
    ['no owner', asks, { 'qg-why': 'x' }, 'Say who you are'],
    ['no reason', asks, { 'qg-owner': 'Anna', 'qg-why': '   ' }, 'Say why it is released'],
    ['two lines', asks, { 'qg-owner': 'Anna', 'qg-why': 'a\nb' }, 'without control characters'],
    ['too much', asks, { 'qg-owner': 'Anna', 'qg-why': 'x'.repeat(501) }, 'at most 200 characters'],
    ['0 days', { ...asks, days: '0' }, typed, '1 to 366 days'],
    ['367 days', { ...asks, days: '367' }, typed, '1 to 366 days'],
    ['days that are none', { ...asks, days: '7e1' }, typed, '1 to 366 days'],
  ])('believes nothing that the page says: %s', async (_name, wrong, fields, says) => {
    const world = createWorld([spam()])
    const page = await world.press({ asks: wrong, typed: fields }, 'request-1')
    expect(notices(page)[0]).toContain('Nothing was released.')
    expect(notices(page)[0]).toContain(says)
    expect([world.queued, world.trail(), world.entries()]).toEqual([[], [], []])
    expect(problemsIn(page)).toEqual([])
  })

  it('never releases a virus, whatever the page says', async () => {
    const world = createWorld([stopped('quarantine', { code: 'virus-found' }, { message_id: 'one' })])
    const page = await world.press({ asks: { ...asks, even_virus: 'true' }, typed }, 'request-1')
    expect(notices(page)[0]).toContain('SES found a virus')
    expect(world.queued).toEqual([])
  })

  it('says that it can be asked for again when the queue did not take it, and then queues it', async () => {
    const world = createWorld([spam()])
    world.refuse(true)
    const page = await world.press({ asks: { ...asks, days: '7' }, typed }, 'request-1')
    expect(notices(page)).toEqual([expect.stringContaining('Ask for it again: nothing is done twice.')])
    expect(world.entries()).toEqual([])
    world.refuse(false)
    await world.press({ asks, typed }, 'request-2')
    expect(world.queued).toHaveLength(1)
  })

  it('is documented, and says what is wrong with an event that makes no sense', async () => {
    const world = createWorld([])
    expect(await world.send({ describe: true }, 'request-1')).toContain('lambda:InvokeFunction')
    expect(notices(await world.send(null, 'request-1'))[0]).toContain('Nothing was released. The widget')
  })
})

function createWorld(records: readonly DecisionRecord[]) {
  const clock = () => Date.parse(ground.now)
  const objects = createMemoryRecordObjects(clock)
  for (const record of records) objects.put(recordKey(record), JSON.stringify(record), record.decided_at)
  const queued: HandOverJob[] = []
  let isRefusing = false
  const queue = (job: unknown) => {
    if (isRefusing) return Promise.resolve({ answer: 'failed', cause: 'throttled' } as const)
    queued.push(job as HandOverJob)
    return Promise.resolve({ answer: 'sent' } as const)
  }
  const there = () => Promise.resolve({ answer: 'there', octets: 100 } as const)
  const releasing = { objects, mail: there, queue, clock, mailDays: 30 }
  const ports = {
    release: (request: Parameters<typeof release>[0], signal: AbortSignal) => release(request, releasing, signal),
    objects,
    entries: createEntryList(objects),
    mailDays: 30,
    clock,
  }
  const textsBelow = (prefix: string): readonly string[] =>
    [...objects.objects]
      .filter(([key]) => key.startsWith(prefix) && !key.endsWith('.queued.json'))
      .map(([, { bytes }]) => Buffer.from(bytes).toString('utf8'))
  const send = (event: unknown, requestId: string) =>
    releaseByWidget(event, requestId, ports, new AbortController().signal)
  return {
    queued,
    send,
    press: (shown: Parameters<typeof eventOf>[0], requestId: string) =>
      send(eventOf({ view: 'quarantine', ...shown }), requestId),
    trail: () => textsBelow('releases/').map((text) => JSON.parse(text) as unknown),
    entries: () => textsBelow(entriesKey).flatMap((text) => parseEntries(text) ?? []),
    refuse: (refuses: boolean) => {
      isRefusing = refuses
    },
  }
}

function notices(page: string): readonly string[] {
  return textsOf(page, 'qg-notice')
}

function callsOf(page: string): readonly (readonly [string | undefined, unknown])[] {
  return elementsIn(page)
    .filter(({ tagName }) => tagName === 'cwdb-action')
    .map((action) => [action.attrs.find(({ name }) => name === 'endpoint')?.value, JSON.parse(textOf(action))])
}
