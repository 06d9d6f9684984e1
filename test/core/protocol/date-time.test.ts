import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_DATE_LENGTH, parseDateTime } from '../../../lambda/core/protocol/date-time.ts'

const noon = Date.UTC(2026, 10, 21, 12)

describe('parseDateTime', () => {
  it.each([
    'Sat, 21 Nov 2026 12:00:00 +0000',
    'Sat, 21 Nov 2026 13:30:00 +0130',
    'Sat, 21 Nov 2026 04:00:00 -0800 (PST)',
    'Sat,21 nov 26 12:00 GMT',
    '21 Nov 2026 07:00:00 EST',
    '21 Nov 126 12:00:00 -0000',
    'Saturday, 21 (the (very) day) Nov\r\n\t2026  12 : 00 : 00 UT',
    'Sat 21 Nov 2026 12:00:00',
    '21 Nov 2026 12:00:00 XYZ',
  ])('reads %j', (text) => {
    expect(parseDateTime(text)).toBe(noon)
  })

  it.each([
    '',
    'yesterday',
    '2026-11-21T12:00:00Z',
    '31 Feb 2026 12:00:00 +0000',
    '0 Nov 2026 12:00:00 +0000',
    '21 Nob 2026 12:00:00 +0000',
    '21 Nov 2026 24:00:00 +0000',
    '21 Nov 2026 12:60:00 +0000',
    '21 Nov 2026 12:00:61 +0000',
    '21 Nov 2026 12:00:00 +0060',
    '21 Nov 2026 12:00:00 +0000 x',
    `21 Nov 2026 12:00:00 +0000${' '.repeat(MAX_DATE_LENGTH)}`,
  ])('does not read %j', (text) => {
    expect(parseDateTime(text)).toBeNull()
  })

  it('reads every date that is written in its form', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true }), (date) => {
        expect(parseDateTime(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000) * 1000)
      }),
    )
  })

  it('never throws', () => {
    const parts = fc.constantFrom('21', ' ', 'Nov', '2026', ':', '00', '+0000', '(', ')', ',', '\\', 'Sat')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((all) => all.join('')),
        ),
        (text) => {
          expect(Number.isFinite(parseDateTime(text) ?? 0)).toBe(true)
        },
      ),
    )
  })
})
