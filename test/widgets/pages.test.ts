import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { mostOctets } from '../../lambda/core/widget/fitting.ts'
import { trailKey } from '../../lambda/release/trail.ts'
import { mail, to } from '../core/trace/builders.ts'
import { elementsIn, shapeOf, textOf } from '../core/widget/text-of.ts'
import { problemsIn } from './allowed-html.ts'
import { createWorld, eventOf, readArn, type Shown } from './world.ts'

const alice = 'alice@example.com'
const search = { asks: { does: 'search' }, typed: { 'qg-recipient': alice } }
const open = { does: 'open', id: 'one', at: '2026-11-16T10:00:00.000Z' }

/** Every page that there is. */
const pages: readonly (readonly [string, Shown])[] = [
  ['the form', {}],
  ['an answer', search],
  ['a question that says nothing', { asks: { does: 'search' } }],
  ['a message, out of a search', { asks: open }],
  ['the list', { view: 'quarantine' }],
  ['the list, narrowed', { view: 'quarantine', asks: { does: 'list', reason: 'dnsxl-stopped' } }],
  ['a message, out of the list', { view: 'quarantine', asks: open }],
  ['no message', { view: 'quarantine', asks: { ...open, id: 'nosuch' } }],
  ['zones', { view: 'zones' }],
  ['imports', { view: 'imports' }],
  ['no view', { view: 'nosuch' }],
]

/** What senders write where they want something else to happen. */
const hostile = [
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  '</pre></td></table><iframe src="//evil.example">',
  '"><cwdb-action action="call" endpoint="arn:aws:lambda:eu-west-1:999999999999:function:evil">{}</cwdb-action>',
  '</cwdb-action><a href="javascript:alert(1)">x</a><cwdb-action action="call">',
  '</style><style>.qg{display:none}',
  '<svg><use href="//evil.example/x.svg#a"></use></svg><!--',
  '&#60;script&#62;&lt;b&gt;&amp;',
  '{"does":"release","to":"stopped"}',
  '\u202egpj.exe\u2066\u200b\u00ad\u0000\u0007\u001b[2J\u009b31m\r\n2026',
  'x'.repeat(10_000),
]

describe('every page of the widgets', () => {
  it.each(pages)('is made of what may be shown, and works by keyboard: %s', async (_name, shown) => {
    for (const theme of ['light', 'dark'] as const) {
      const page = await worldOf('Hello').show(eventOf({ ...shown, theme }))
      expect(problemsIn(page)).toEqual([])
      expect(page).toContain(`qg qg-${theme}`)
    }
  })

  it.each(pages)('shows what senders wrote as text and nothing else: %s', async (_name, shown) => {
    const harmless = shapeOf(await worldOf('Hello').show(eventOf(shown)))
    for (const text of hostile) {
      const page = await worldOf(text).show(eventOf(shown))
      expect(shapeOf(page)).toEqual(harmless)
      expect(problemsIn(page)).toEqual([])
      expect(steering.exec(page)).toBeNull()
      expect(Buffer.byteLength(page)).toBeLessThan(mostOctets)
    }
  })

  it('shows what whoever looks has typed as text, too', async () => {
    for (const text of hostile) {
      const typed = { 'qg-recipient': text, 'qg-sender': text, 'qg-id': text, 'qg-words': text, 'qg-since': text }
      const page = await worldOf('Hello').show(eventOf({ asks: { does: 'search' }, typed }))
      expect(problemsIn(page)).toEqual([])
      expect(steering.exec(page)).toBeNull()
    }
  })

  it('shows that something cannot be seen where somebody hid it', async () => {
    const page = await worldOf('a\u202eb\u200bc').show(eventOf(search))
    expect(page).toContain('a\ufffdb\ufffdc')
  })

  it('says so when it is full, and stays below 200 KB', async () => {
    const long = '<"\'&>'.repeat(200)
    const many = Array.from({ length: 300 }, (_, i) => hostileRecord(long, `id-${i}`))
    const world = createWorld(many)
    for (const shown of [search, { view: 'quarantine' }]) {
      const page = await world.show(eventOf(shown))
      expect(Buffer.byteLength(page)).toBeLessThan(mostOctets)
      expect(page).toMatch(/\d+ more: .*quietgate (trace|quarantine list)|Older/)
    }
    const everybody = Array.from({ length: 1000 }, (_, i) =>
      to(`${'n'.repeat(60)}${i}@example.com`, { action: 'quarantine' }),
    )
    const full = createWorld([mail(everybody, { message_id: 'one' })])
    full.raw.set('one', `Subject: ${long}\r\n`.repeat(1000) + `\r\n${long.repeat(1000)}`)
    const page = await full.show(eventOf({ view: 'quarantine', asks: open }))
    expect(Buffer.byteLength(page)).toBeLessThan(mostOctets)
    expect(page).toContain('more recipients: quietgate quarantine release --to')
  })

  it('never fails over an event, whatever it is', async () => {
    const world = worldOf('Hello')
    const context = fc.record(
      {
        params: fc.oneof(
          fc.anything(),
          fc.record({ view: fc.constantFrom('trace', 'quarantine', 'zones'), read: fc.constant(readArn) }),
        ),
        forms: fc.anything(),
        timeRange: fc.anything(),
        timezone: fc.anything(),
        theme: fc.anything(),
      },
      { requiredKeys: [] },
    )
    const event = fc.oneof(
      fc.anything(),
      fc.record({
        view: fc.anything(),
        does: fc.constantFrom('open', 'search', 'list'),
        widgetContext: fc.oneof(context, fc.anything()),
      }),
    )
    await fc.assert(
      fc.asyncProperty(event, async (one) => {
        const page = await world.show(one)
        expect(problemsIn(page)).toEqual([])
        expect(Buffer.byteLength(page)).toBeLessThan(mostOctets)
      }),
      { numRuns: 300 },
    )
  })

  it('is documented where somebody asks for that', async () => {
    expect(await worldOf('Hello').show({ describe: true })).toContain('| `view` |')
  })

  it('says what the parameter has to be', async () => {
    const page = await worldOf('Hello').show(eventOf({ view: '<b>x</b>' }))
    const text = elementsIn(page).map(textOf).join(' ')
    expect(text).toContain(
      'The widget\'s parameter "view" is one of trace, quarantine, zones, imports; found "<b>x</b>".',
    )
  })
})

const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u

/** One message of which everything is as its sender wrote it, in the record, in the raw mail and in the trail. */
function worldOf(text: string) {
  const record = hostileRecord(text, 'one')
  const world = createWorld([record])
  const flat = text.replaceAll(/[\r\n]/g, '')
  world.raw.set(
    'one',
    [
      `From: ${flat}`,
      `Subject: =?utf-8?b?${Buffer.from(text).toString('base64')}?=`,
      `X-Anything: ${flat}`,
      `Content-Type: text/html; charset=utf-8; name="${flat.replaceAll('"', '')}"`,
      '',
      `<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}`,
    ].join('\r\n'),
  )
  const by = { kind: 'widget', request_id: text, owner: text }
  const line = { schema_version: 1, message_id: 'one', recipient: 'carol@example.com', reason: text, by }
  const released = JSON.stringify({ ...line, released_at: '2026-11-16T12:00:00.000Z' })
  world.objects.put(trailKey(record, line.recipient), released, '2026-11-16T12:00:00.000Z')
  return world
}

function hostileRecord(text: string, id: string): DecisionRecord {
  const reasons = [{ code: 'dnsxl-stopped', score: 4, threshold: 3, operators: [text, 'two'] }] as const
  return mail(
    [
      to(alice, { action: 'quarantine', reasons }),
      to('carol@example.com', { action: 'quarantine', reasons }),
      to(`"${text}"@example.com`, { action: 'quarantine', reasons }),
    ],
    {
      message_id: id,
      subject: text,
      mail_from: `"${text}"@x.example`,
      header_from: text,
      header_message_id: text,
      helo: text,
      kept_key: `s3://mail/mail/${id}`,
    },
  )
}
