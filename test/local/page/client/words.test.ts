import { describe, expect, it } from 'vitest'
import { rangeOf, spanOf } from '../../../../local/page/client/range.ts'
import { clockWords, minuteWords, numberWords, sizeWords } from '../../../../local/page/client/words.ts'

describe('the words of the page', () => {
  it('tell nothing counted from 0, and keep four digits', () => {
    const told = [null, 0, 0.00114478, 12.3456, 1234.4, 99_999, 123_456, -250_000].map(numberWords)
    expect(told).toEqual(['–', '0', '0.001145', '12.35', '1,234', '100,000', '123.5K', '-250K'])
  })

  it('give octets in the unit that keeps them short', () => {
    expect([0, 999, 1000, 1783, 41_000_000].map(sizeWords)).toEqual(['0 B', '999 B', '1 KB', '1.783 KB', '41 MB'])
  })

  it('give times in UTC, and text that is no time as it is', () => {
    expect(clockWords('2026-11-22T10:05:33.120Z')).toBe('10:05:33')
    expect(clockWords('a time that a sender wrote')).toBe('a time that a sender wrote')
    expect(minuteWords(1_795_341_900)).toBe('2026-11-22 10:05')
  })
})

describe('the time that is shown', () => {
  it('ends where it is said to, and is the default for a key of another version of the page', () => {
    expect(rangeOf(spanOf('15m'), 1_000_000)).toEqual({ start: 100_000, end: 1_000_000 })
    expect(spanOf('3 weeks')).toEqual(spanOf('3h'))
  })
})
