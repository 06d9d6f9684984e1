import { describe, expect, it } from 'vitest'
import { answerOf } from '../../lambda/core/trace/answer.ts'
import { elementsIn, tablesIn, textOf, textsOf } from '../core/widget/text-of.ts'
import { ground, mail, search, to } from '../core/trace/builders.ts'
import { alice, goldens, noise } from '../core/trace/golden-questions.ts'
import { createWorld, eventOf, type Shown } from './world.ts'

const searched: Shown = { asks: { does: 'search' }, typed: { 'qg-recipient': alice } }

describe('the widget "Where is my mail?"', () => {
  it.each(goldens)(
    'answers as the trace does when $story',
    async ({ question, records, cause, says, ground: other }) => {
      const all = [...noise.map((record) => ({ ...record, header_message_id: '<noise@else.example>' })), ...records]
      const keptSince = '2026-10-01T12:00:00.000Z'
      const told = answerOf(question, search(question, all), { ...ground, keptSince, ...other })
      const page = await createWorld(all).show(
        eventOf({
          asks: { does: 'search' },
          typed: {
            'qg-recipient': question.recipient ?? '',
            'qg-sender': question.sender ?? '',
            'qg-id': question.messageId ?? '',
            'qg-words': question.words.join(' '),
          },
          from: question.from,
          until: question.until,
        }),
      )
      expect(textsOf(page, 'qg-headline')).toEqual([told.headline.replaceAll(/\s+/g, ' ')])
      expect(textsOf(page, 'qg-badge')[0]).toBe(cause)
      expect(textOfPage(page)).toContain(says)
      const rows = Object.values(tablesIn(page)).flat()
      expect(rows).toHaveLength(told.messages.length === 0 ? 0 : told.messages.length + 1)
    },
  )

  it('shows an empty form, with the time of the dashboard in it, and reads nothing before somebody asks', async () => {
    const read = () => Promise.reject(new Error('nothing is to be read'))
    const world = createWorld([], { search: read })
    const page = await world.show(eventOf({ offset: '+01:00' }))
    expect(fieldsIn(page)).toEqual({
      'qg-recipient': '',
      'qg-sender': '',
      'qg-id': '',
      'qg-words': '',
      'qg-since': '2026-11-16T01:00',
      'qg-until': '2026-11-17T01:00',
    })
  })

  it('keeps what was typed, and says what is missing', async () => {
    const page = await createWorld([]).show(
      eventOf({ asks: { does: 'search' }, typed: { 'qg-since': '2026-11-16T05:00' } }),
    )
    expect(fieldsIn(page)['qg-since']).toBe('2026-11-16T05:00')
    expect(textsOf(page, 'qg-notice')).toEqual([
      'Say what to look for: a recipient, a sender, a Message-ID or words of the subject.',
    ])
  })

  it.each([
    ['2026-11-31T05:00', '2026-11-17T01:00', 'The times are a date and a time of day'],
    ['Monday', '', 'The times are a date and a time of day'],
    ['2026-11-17T05:00', '2026-11-17T05:00', 'that is not after its beginning'],
  ])('does not search from %s until %s', async (since, until, says) => {
    const typed = { 'qg-recipient': alice, 'qg-since': since, 'qg-until': until }
    const page = await createWorld([]).show(eventOf({ asks: { does: 'search' }, typed }))
    expect(textsOf(page, 'qg-notice')[0]).toContain(says)
  })

  it('searches up to now where the end is emptied, whatever the dashboard shows', async () => {
    const record = mail([to(alice)], { received_at: '2026-11-17T11:00:00.000Z' })
    const shown = { asks: { does: 'search' }, from: '2026-11-16T00:00:00.000Z', until: '2026-11-17T00:00:00.000Z' }
    const page = (typed: Readonly<Record<string, string>>) =>
      createWorld([record]).show(eventOf({ ...shown, typed: { 'qg-recipient': alice, ...typed } }))
    expect(textsOf(await page({ 'qg-until': '' }), 'qg-badge')[0]).toBe('delivered')
    expect(textsOf(await page({ 'qg-until': '2026-11-17T00:00' }), 'qg-badge')).toEqual(['never-reached-us'])
  })

  it('reads typed times by the clock of whoever looks, and shows UTC beside it', async () => {
    const record = mail([to(alice)], { received_at: '2026-11-16T23:30:00.000Z' })
    const typed = { 'qg-recipient': alice, 'qg-since': '2026-11-17T05:00', 'qg-until': '2026-11-17T05:01' }
    const page = await createWorld([record]).show(eventOf({ asks: { does: 'search' }, typed, offset: '+05:30' }))
    const [, row] = Object.values(tablesIn(page))[0] ?? []
    expect(row?.[0]).toBe('2026-11-17 05:00:00 +05:30 (2026-11-16 23:30:00 UTC)')
    const west = await createWorld([record]).show(eventOf({ asks: { does: 'search' }, typed, offset: '-05:30' }))
    expect(textsOf(west, 'qg-badge')).toEqual(['never-reached-us'])
  })

  it('gives a text for the ticket: the question, the answer, what is known, what to do', async () => {
    const page = await createWorld([mail([to(alice)])]).show(eventOf(searched))
    const ticket = elementsIn(page).find(({ tagName }) => tagName === 'pre')
    const text = ticket === undefined ? '' : textOf(ticket)
    expect(text).toContain('Searched: mail to alice@example.com, received from 2026-11-16 00:00:00 UTC')
    expect(text).toContain('Answer (delivered): The message to alice@example.com came at')
    expect(text).toContain('What to do: - Look behind the filter')
  })

  it('never says that nothing came when the time was over', async () => {
    const over = AbortSignal.abort()
    const world = createWorld([])
    const { createTimedSearch } = await import('../../lambda/widgets/search.ts')
    const budget = { milliseconds: 45_000, timer: () => over }
    const searching = createTimedSearch(world.objects, { unpackAtOnce: 2, readAtOnce: 2 }, budget)
    const page = await createWorld([], { search: searching }).show(eventOf(searched))
    expect(textsOf(page, 'qg-badge')).toEqual(['not-all-read'])
    expect(textOfPage(page)).toContain('The search was given 45 s, which were over before a record was read')
    expect(textOfPage(page)).not.toContain('never reached the filter')
  })
})

function textOfPage(page: string): string {
  return elementsIn(page)
    .filter(({ tagName }) => tagName === 'div')
    .map(textOf)
    .join(' ')
}

function fieldsIn(page: string): Readonly<Record<string, string>> {
  const inputs = elementsIn(page).filter(({ tagName }) => tagName === 'input')
  const of = (attrs: (typeof inputs)[number]['attrs'], name: string): string =>
    attrs.find((one) => one.name === name)?.value ?? ''
  return Object.fromEntries(inputs.map(({ attrs }) => [of(attrs, 'name'), of(attrs, 'value')]))
}
