import { describe, expect, it } from 'vitest'
import { functionArn } from '../../../lambda/core/widget/call-button.ts'
import { fitting } from '../../../lambda/core/widget/fitting.ts'
import { html } from '../../../lambda/core/widget/html.ts'
import { longestField, readWidgetRequest, typedBefore } from '../../../lambda/core/widget/request.ts'
import { clockTime, readClockTime, timeOf } from '../../../lambda/core/widget/time.ts'
import { eventOf, readArn, releaseArn } from '../../widgets/world.ts'

const now = Date.parse('2026-11-17T12:00:00.000Z')

describe('what CloudWatch hands to a widget', () => {
  it('is read: view, functions, what a button says, what was typed, the time, the theme', () => {
    const event = eventOf({
      asks: { does: 'open', id: 'one' },
      typed: { 'qg-id': 'x' },
      theme: 'dark',
      offset: '-03:30',
    })
    expect(readWidgetRequest(event, now)).toEqual({
      answer: 'request',
      request: {
        view: 'trace',
        read: readArn,
        release: releaseArn,
        asks: new Map(Object.entries({ does: 'open', id: 'one' })),
        typed: new Map([['qg-id', 'x']]),
        range: { from: '2026-11-16T00:00:00.000Z', until: '2026-11-17T00:00:00.000Z', upToNow: false },
        shownIn: { theme: 'dark', offsetMinutes: -210 },
      },
    })
  })

  it('takes the parameters of the widget for what they are, and none that a button brings', () => {
    const asks = { view: 'quarantine', release: 'arn:aws:lambda:eu-west-1:999999999999:function:evil' }
    expect(requestOf(eventOf({ asks }))).toMatchObject({ view: 'trace', release: releaseArn })
  })

  it('takes the zoom of the dashboard before its range, and the last day before nonsense', () => {
    const ranges = [
      [{ start: now - 5000, end: now, zoom: { start: now - 3000, end: now - 2000 } }, now - 3000, now - 2000, false],
      [{ start: now - 5000, end: now, zoom: { start: now, end: now } }, now - 5000, now, true],
      [{ start: now, end: now - 5000 }, now - 86_400_000, now, true],
      [{ start: Number.NaN, end: 1e300 }, now - 86_400_000, now, true],
      ['Monday', now - 86_400_000, now, true],
    ] as const
    for (const [timeRange, from, until, upToNow] of ranges) {
      const { range } = requestOf({ view: 'trace', widgetContext: { timeRange } })
      expect(range).toEqual({ from: new Date(from).toISOString(), until: new Date(until).toISOString(), upToNow })
    }
  })

  it('reaches up to this moment where the dashboard follows the clock, and no further than an end in the past', () => {
    const hourAgo = now - 3_600_000
    const rangeOf = (timeRange: object) => requestOf({ view: 'trace', widgetContext: { timeRange } }).range
    const drawnEarlier = { start: hourAgo - 5000, end: hourAgo }
    expect(rangeOf({ ...drawnEarlier, mode: 'relative' })).toMatchObject({
      until: new Date(now).toISOString(),
      upToNow: true,
    })
    expect(rangeOf({ ...drawnEarlier, mode: 'absolute' })).toMatchObject({
      until: new Date(hourAgo).toISOString(),
      upToNow: false,
    })
    expect(rangeOf({ ...drawnEarlier, mode: 'relative', zoom: drawnEarlier })).toMatchObject({ upToNow: true })
    expect(rangeOf({ start: hourAgo, end: now - 60_000 })).toMatchObject({
      until: new Date(now).toISOString(),
      upToNow: true,
    })
  })

  it('has bounds: fields are cut, and are few', () => {
    const typed = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`qg-${i}`, 'x'.repeat(5000)]))
    const request = requestOf(eventOf({ typed }))
    expect(request.typed.size).toBe(100)
    expect(request.typed.get('qg-0')).toHaveLength(longestField)
  })

  it('carries what was typed on to a page without the form, and what is typed anew goes before it', () => {
    const asks = {
      does: 'open',
      ...typedBefore(
        new Map([
          ['qg-id', 'before'],
          ['qg-words', ''],
          ['else', 'x'],
        ]),
      ),
    }
    expect(asks).toEqual({ does: 'open', 'qg-id': 'before' })
    expect(requestOf(eventOf({ asks })).typed.get('qg-id')).toBe('before')
    expect(requestOf(eventOf({ asks, typed: { 'qg-id': 'after' } })).typed.get('qg-id')).toBe('after')
  })

  it('has no function that is none', () => {
    for (const arn of [readArn, 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:a-b_c:live']) {
      expect(functionArn(arn)).toBe(arn)
    }
    for (const arn of [
      null,
      '',
      `${readArn}"`,
      `${readArn} `,
      ` ${readArn}`,
      'arn:aws:lambda:x',
      `javascript:${readArn}`,
    ]) {
      expect(functionArn(arn)).toBeNull()
    }
  })
})

describe('times', () => {
  it('are shown by the clock of whoever looks, with UTC beside them', () => {
    expect(timeOf('2026-11-21T23:15:00.000Z', { offsetMinutes: 60 })).toBe(
      '2026-11-22 00:15:00 +01:00 (2026-11-21 23:15:00 UTC)',
    )
    expect(timeOf('2026-11-21T23:15:00.000Z', { offsetMinutes: 0 })).toBe('2026-11-21 23:15:00 UTC')
    expect(timeOf('Monday', { offsetMinutes: 60 })).toBe('Monday')
  })

  it('come back from a form as they went into it', () => {
    for (const offset of [0, 60, -210, 840, -720]) {
      expect(readClockTime(clockTime('2026-11-21T23:15:00.000Z', offset), offset)).toBe('2026-11-21T23:15:00.000Z')
      expect(readClockTime(clockTime('2026-11-21T23:15:30.001Z', offset, 'up'), offset)).toBe(
        '2026-11-21T23:16:00.000Z',
      )
    }
    for (const text of ['', 'x', '2026-02-30', '2026-11-21T25:00', '0000-01-01T00:00', '9'.repeat(100)]) {
      expect(readClockTime(text, 0)).toBeNull()
    }
  })
})

describe('what fits', () => {
  it('is counted in octets, and what is left out is counted, too', () => {
    const pieces = ['ab', 'ü', 'c'].map((text) => html`${text}`)
    expect(fitting(pieces, 4)).toEqual({ pieces: pieces.slice(0, 2), left: 1 })
    expect(fitting(pieces, 5)).toEqual({ pieces, left: 0 })
    expect(fitting(pieces, 1)).toEqual({ pieces: [], left: 3 })
  })
})

function requestOf(event: unknown) {
  const read = readWidgetRequest(event, now)
  if (read.answer !== 'request') throw new Error(`found ${read.answer}`)
  return read.request
}
