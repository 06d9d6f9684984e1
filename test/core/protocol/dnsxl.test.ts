import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  matches,
  MAX_PATTERN_LENGTH,
  parsePattern,
  queryName,
  readAnswer,
} from '../../../lambda/core/protocol/dnsxl.ts'

describe('queryName', () => {
  it.each([
    ['192.0.2.99', '99.2.0.192.bl.example'],
    ['::ffff:192.0.2.99', '99.2.0.192.bl.example'],
    ['2001:db8:1:2:3:4:567:89ab', 'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bl.example'],
  ])('asks about %s under %s (RFC 5782 2.1, 2.4)', (ip, name) => {
    expect(queryName(ip, 'bl.example')).toBe(name)
  })

  it('throws for what is no address: nobody may ask about it', () => {
    expect(() => queryName('nonsense', 'bl.example')).toThrow(RangeError)
  })
})

describe('parsePattern', () => {
  it.each([
    ['127.0.0.2', ['127.0.0.2'], ['127.0.0.3', '127.0.1.2', '127.0.0.20']],
    ['127.0.0.[2;4..7]', ['127.0.0.2', '127.0.0.4', '127.0.0.5', '127.0.0.7'], ['127.0.0.3', '127.0.0.8']],
    ['127.0.[0..255].[1..3;9]', ['127.0.0.1', '127.0.255.9'], ['127.0.0.4', '127.1.0.1']],
    ['[127].0.0.[5]', ['127.0.0.5'], ['127.0.0.6']],
    ['127.0.0.[4..4]', ['127.0.0.4'], ['127.0.0.5', '::1', 'nonsense', '']],
  ])('%s matches %j and not %j', (text, yes, no) => {
    const pattern = parsePattern(text)
    if (pattern.kind === 'error') throw new Error(pattern.why)
    expect(yes.filter((address) => !matches(pattern, address))).toEqual([])
    expect(no.filter((address) => matches(pattern, address))).toEqual([])
  })

  it.each([
    ['', 0, 'expected a number, found the end'],
    ['127.0.0', 7, 'expected "." and four octets, found the end'],
    ['127.0.0.', 8, 'expected a number, found the end'],
    ['127.0.0.300', 8, 'octets are 0 to 255, found 300'],
    ['127.0.0.[300]', 9, 'octets are 0 to 255, found 300'],
    ['127.0.0.[2;4..]', 14, 'expected a number, found "]"'],
    ['127.0.0.[7..4]', 9, 'a range goes from the lower to the higher number, found 7..4'],
    ['127.0.0.[2', 10, 'expected ";", ".." or "]", found the end'],
    ['127.0.0.[2,3]', 10, 'expected ";", ".." or "]", found ","'],
    ['127.0.0.[]', 9, 'expected a number, found "]"'],
    ['127.0.0.2.1', 9, 'expected the end after four octets, found "."'],
    ['127.0.0.2 ', 9, 'expected the end after four octets, found " "'],
    ['127.0.0.-1', 8, 'expected a number, found "-"'],
    ['127 0.0.2', 3, 'expected "." and four octets, found " "'],
    ['127.0.0.\u0662', 8, 'expected a number, found "\u0662"'],
  ])('says of %j that at %i it %s', (text, at, why) => {
    expect(parsePattern(text)).toEqual({ kind: 'error', at, why })
  })

  it('refuses a pattern that is longer than it says', () => {
    const text = `127.0.0.[${'1;'.repeat(MAX_PATTERN_LENGTH)}1]`
    expect(parsePattern(text)).toMatchObject({ kind: 'error', at: MAX_PATTERN_LENGTH })
  })

  it('answers any text with four octets in range, or with a position inside the text', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('0127.[];x')), maxLength: 40 })
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (any) => {
        const pattern = parsePattern(any)
        if (pattern.kind === 'error') {
          expect(pattern.at).toBeGreaterThanOrEqual(0)
          expect(pattern.at).toBeLessThanOrEqual(any.length)
          return
        }
        expect(pattern.octets).toHaveLength(4)
        expect(pattern.octets.flat().every(({ from, to }) => from >= 0 && from <= to && to <= 255)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('readAnswer', () => {
  it.each([
    [[], { kind: 'codes', codes: [] }],
    [['127.0.0.2'], { kind: 'codes', codes: ['127.0.0.2'] }],
    [['127.0.0.4', '127.0.0.2', '127.0.0.4'], { kind: 'codes', codes: ['127.0.0.4', '127.0.0.2'] }],
    [['127.255.255.254'], { kind: 'error-code', code: '127.255.255.254' }],
    [['127.0.0.2', '127.255.255.252'], { kind: 'error-code', code: '127.255.255.252' }],
    [['192.0.2.7', '127.255.255.255'], { kind: 'error-code', code: '127.255.255.255' }],
    [['127.255.254.1'], { kind: 'codes', codes: ['127.255.254.1'] }],
    [['127.0.0.1'], { kind: 'not-a-dnsxl', address: '127.0.0.1' }],
    [['192.0.2.7'], { kind: 'not-a-dnsxl', address: '192.0.2.7' }],
    [['127.0.0.2', '192.0.2.7'], { kind: 'not-a-dnsxl', address: '192.0.2.7' }],
    [['128.0.0.2'], { kind: 'not-a-dnsxl', address: '128.0.0.2' }],
    [['::1'], { kind: 'not-a-dnsxl', address: '::1' }],
    [['nonsense'], { kind: 'not-a-dnsxl', address: 'nonsense' }],
  ])('reads %j as %j', (addresses, answer) => {
    expect(readAnswer(addresses)).toEqual(answer)
  })

  it("knows a zone's own error codes, and a zone where 127.0.0.1 is a code", () => {
    const zone = { errorCodes: ['127.0.0.255'], definesLoopback: true }
    expect(readAnswer(['127.0.0.255'], zone)).toEqual({ kind: 'error-code', code: '127.0.0.255' })
    expect(readAnswer(['127.0.0.1'], zone)).toEqual({ kind: 'codes', codes: ['127.0.0.1'] })
  })

  it('never hears a code where one record is none', () => {
    const codes = fc.array(
      fc.integer({ min: 2, max: 254 }).map((n) => `127.0.0.${String(n)}`),
      { maxLength: 5 },
    )
    const none = fc.constantFrom('127.0.0.1', '127.255.255.254', '192.0.2.1', '')
    fc.assert(
      fc.property(codes, none, fc.nat(), (heard, foreign, at) => {
        expect(readAnswer(heard.toSpliced(at % (heard.length + 1), 0, foreign)).kind).not.toBe('codes')
      }),
    )
  })
})
