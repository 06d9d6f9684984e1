import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ANY_LISTING,
  describeTerm,
  MAX_TERM_LENGTH,
  MAX_ZONE_LENGTH,
  parseTerm,
  writeTerm,
} from '../../lambda/core/formula.ts'
import { parsePattern } from '../../lambda/core/protocol/dnsxl.ts'

describe('parseTerm', () => {
  it.each([
    ['bl.example', { zone: 'bl.example', pattern: ANY_LISTING, weight: 1 }],
    ['bl.example*2', { zone: 'bl.example', pattern: ANY_LISTING, weight: 2 }],
    ['bl.example=127.0.0.2', { zone: 'bl.example', pattern: '127.0.0.2', weight: 1 }],
    ['BL.Example=127.0.[0;2..9].[1..3]*-100', { zone: 'bl.example', pattern: '127.0.[0;2..9].[1..3]', weight: -100 }],
    ['{dqs}.zen.dq.spamhaus.net*3', { zone: '{dqs}.zen.dq.spamhaus.net', pattern: ANY_LISTING, weight: 3 }],
  ])('reads %s', (text, term) => {
    expect(parseTerm(text)).toEqual({ kind: 'term', ...term })
  })

  it.each([
    ['', 0, 'expected the name of a zone'],
    ['=127.0.0.2', 0, 'expected the name of a zone'],
    ['localhost', 9, 'a zone has at least two labels, as in "bl.example"'],
    ['bl..example', 3, 'a label is missing: a zone has no two dots in a row, and none at its ends'],
    ['bl.example.', 11, 'a label is missing: a zone has no two dots in a row, and none at its ends'],
    ['bl.example:127.0.0.2', 10, 'the name of a zone has letters, digits, hyphens and dots'],
    [' bl.example', 0, 'the name of a zone has letters, digits, hyphens and dots'],
    ['bl.bücher.example', 4, 'the name of a zone has letters, digits, hyphens and dots'],
    ['bl.-x.example', 3, 'a label does not start with a hyphen'],
    ['bl.x-.example', 4, 'a label does not end with a hyphen'],
    [`${'a'.repeat(64)}.example`, 63, 'a label has at most 63 characters'],
    ['bl.127', 3, 'the last label of a zone is a top-level domain'],
    ['bl.{dqs}', 3, 'the last label of a zone is a top-level domain'],
    ['x{dqs}.bl.example', 1, 'a key is a label by itself, such as {dqs}'],
    ['{}.bl.example', 0, 'a key is a label by itself, such as {dqs}'],
    ['bl.example=', 11, 'expected a number'],
    ['bl.example=127.0.0', 18, 'expected "." and four octets'],
    ['bl.example=127.0.0.[300]*2', 20, 'octets are 0 to 255'],
    ['bl.example=127.0.0.[2,4]', 21, 'expected ";", ".." or "]"'],
    ['bl.example=10.0.0.1', 11, 'zones answer in 127.0.0.0/8 (RFC 5782 2.3), and nowhere else'],
    ['bl.example=[126..127].0.0.1', 11, 'zones answer in 127.0.0.0/8 (RFC 5782 2.3), and nowhere else'],
    ['bl.example*', 11, 'expected a weight, which is a whole number'],
    ['bl.example*-', 12, 'expected a weight, which is a whole number'],
    ['bl.example*2.5', 12, 'expected the end after the weight, which is a whole number'],
    ['bl.example*2=127.0.0.2', 12, 'expected the end after the weight, which is a whole number'],
    ['bl.example*0', 11, 'a weight of 0 would be asked for nothing'],
    ['bl.example*-101', 11, 'a weight is a whole number from -100 to 100'],
    [`bl.example*${'9'.repeat(400)}`, 11, 'a weight is a whole number from -100 to 100'],
    ['x'.repeat(MAX_TERM_LENGTH + 1), MAX_TERM_LENGTH, 'a term has at most 1024 characters'],
  ])('says what is wrong in %j, and where', (text, at, why) => {
    expect(parseTerm(text)).toEqual({ kind: 'error', at, why })
  })

  it('counts a key with the length that it may have', () => {
    const rest = `.${'a'.repeat(60)}.${'b'.repeat(56)}.example`
    const zone = `{dqs}${rest}`
    expect(rest.length + 63).toBe(MAX_ZONE_LENGTH)
    expect(parseTerm(zone).kind).toBe('term')
    const why = `a zone has at most ${MAX_ZONE_LENGTH} characters, its key included`
    expect(parseTerm(zone.replace('.bb', '.bbb'))).toEqual({ kind: 'error', at: 0, why })
  })

  it('refuses a key where its name belongs', () => {
    const why = 'this looks like a key, which belongs in a secret; here stands its name in braces, such as {dqs}'
    expect(parseTerm('abcdefghij234567klmnopqrst.zen.example')).toEqual({ kind: 'error', at: 0, why })
    expect(parseTerm('shortkey.zen.dq.spamhaus.net*2')).toEqual({ kind: 'error', at: 0, why })
  })

  it('never throws, ends in a place of the text, and reads back what it reads', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyTerm, fc.string({ maxLength: 1100, unit: 'binary' })), (text) => {
        const read = parseTerm(text)
        if (read.kind === 'error') {
          expect(read.at).toBeGreaterThanOrEqual(0)
          expect(read.at).toBeLessThanOrEqual(text.length)
          expect(read.why).not.toContain(', found')
        } else {
          expect(parsePattern(read.pattern).kind).toBe('pattern')
          expect(parseTerm(writeTerm(read))).toEqual(read)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('reads the longest texts in a moment', () => {
    const texts = [
      `${'a.'.repeat(511)}b`,
      `bl.example=127.0.0.[${'1;'.repeat(100)}1]`,
      `bl.example*${'1'.repeat(1000)}`,
    ]
    const started = performance.now()
    for (const text of texts) for (let i = 0; i < 100; i++) parseTerm(text)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('writeTerm', () => {
  it('writes no more than has to be read', () => {
    expect(writeTerm({ zone: 'bl.example', pattern: ANY_LISTING, weight: 1 })).toBe('bl.example')
    expect(writeTerm({ zone: 'bl.example', pattern: '127.0.0.2', weight: -3 })).toBe('bl.example=127.0.0.2*-3')
  })
})

describe('describeTerm', () => {
  it.each([
    ['bl.example*2', 'bl.example adds 2 if it lists the client at all'],
    ['bl.example=127.0.0.2', 'bl.example adds 1 if it answers 127.0.0.2'],
    ['bl.example=127.0.0.[2;4..7]*2', 'bl.example adds 2 if it answers 127.0.0.x, x being 2 or 4 to 7'],
    [
      'wl.example=127.0.[2..9;11..20].[1..3]*-3',
      'wl.example speaks for the client by 3 if it answers 127.0.x.y, x being 2 to 9 or 11 to 20 and y being 1 to 3',
    ],
  ])('says what %s does', (text, words) => {
    const term = parseTerm(text)
    expect(term.kind === 'term' && describeTerm(term)).toBe(words)
  })
})

/** Texts out of the pieces of terms, right and wrong ones. */
const nearlyTerm = fc
  .array(
    fc.constantFrom(
      'bl',
      '.',
      'example',
      '{dqs}',
      '=',
      '127',
      '.0',
      '.0.2',
      '[2;4..7]',
      '*',
      '-',
      '2',
      '300',
      ' ',
      'İ',
      '}',
    ),
    { maxLength: 14 },
  )
  .chain((pieces) => fc.constantFrom('', 'bl.example', 'bl.example=127.0.0').map((start) => start + pieces.join('')))
