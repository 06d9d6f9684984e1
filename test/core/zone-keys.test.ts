import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keysIn, looksLikeKey, withoutKeys } from '../../lambda/core/zone-keys.ts'

/** Nobody's: made for these tests. */
const key = 'abcdefghij234567klmnopqrst'

describe('keysIn', () => {
  it('names the keys of a zone once each, and takes nothing else for one', () => {
    expect(keysIn('{dqs}.{other-1}.{dqs}.example')).toEqual(['dqs', 'other-1'])
    expect(keysIn('x{dqs}.{}.{DQS}.{1}.{a_b}.example')).toEqual([])
  })
})

describe('looksLikeKey', () => {
  it('knows 26 letters and digits, and whatever stands where Spamhaus has its keys', () => {
    expect(looksLikeKey(key, 'bl.example')).toBe(true)
    expect(looksLikeKey('short', 'zen.dq.spamhaus.net')).toBe(true)
    expect(looksLikeKey('{dqs}', 'zen.dq.spamhaus.net')).toBe(false)
    expect(looksLikeKey('a-perfectly-good-label-123', 'bl.example')).toBe(false)
  })
})

describe('withoutKeys', () => {
  it('keeps names, and takes keys out wherever they stand', () => {
    expect(withoutKeys(`"${key}.zen.dq.spamhaus.net=127.0.0.2"`)).toBe('"***.zen.dq.spamhaus.net=127.0.0.2"')
    expect(withoutKeys('9.100.51.198.typo-key.zen.dq.spamhaus.net')).toBe('9.100.51.198.***.zen.dq.spamhaus.net')
    expect(withoutKeys('{dqs}.zen.dq.spamhaus.net, bl.spamcop.net')).toBe('{dqs}.zen.dq.spamhaus.net, bl.spamcop.net')
    expect(withoutKeys('d5ec2e0a7a4b4c8f9d1e2f3a4b5c6d7e.combined.example')).toBe('***.combined.example')
  })

  it('leaves no key of 26 characters in any text around it', () => {
    const around = fc.string({ unit: fc.constantFrom(' ', '.', '"', '-', '=', '{', '\n', 'ü') })
    const some = fc.stringMatching(/^[a-z2-7]{26}$/)
    fc.assert(
      fc.property(around, some, around, (before, text, after) => !withoutKeys(before + text + after).includes(text)),
    )
  })
})
