import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob } from '../../lambda/core/glob.ts'

describe('matchesGlob', () => {
  it.each([
    ['news-bounces[+-]*', 'news-bounces+bob=x', true],
    ['news-bounces[+-]*', 'news-bounces-1', true],
    ['news-bounces[+-]*', 'news-bounces', false],
    ['*', '', true],
    ['a*c*e', 'abcde', true],
    ['a*c*e', 'abcdef', false],
    ['', '', true],
    ['a', '', false],
    ['[ab', '[ab', true],
    ['**a', 'bba', true],
  ])('%s against %s: %s', (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected)
  })

  it('agrees with a regular expression for every glob of stars and letters', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab*]{0,8}$/), fc.stringMatching(/^[ab]{0,10}$/), (glob, text) => {
        expect(matchesGlob(glob, text)).toBe(new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes no more than the product of the two lengths, where a backtracking pattern would take forever', () => {
    expect(matchesGlob(`${'a*'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false)
  })
})
