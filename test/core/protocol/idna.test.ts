import fc from 'fast-check'
import { domainToASCII } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseDomain } from '../../../lambda/core/protocol/idna.ts'

describe('parseDomain', () => {
  it.each([
    'faß.example',
    'FAẞ.example',
    'ΒΌΛΟΣ.example',
    'βόλος.example',
    'İstanbul.example',
    '日本語.jp',
    'ｇｏ．example',
    'ﬁn.example',
    'K.example',
    '한국.example',
    'l·l.example',
    'क्\u200dष.example',
  ])('maps %s as UTS #46 does', (name) => {
    expect(parseDomain(name)).toMatchObject({ kind: 'domain', ascii: domainToASCII(name) })
  })

  it('shows an A-label as it is written where it encodes nothing that may be written', () => {
    for (const label of ['xn--i-7iq', 'xn--a-', 'xn--example-', 'xn--99999999', 'xn--', `xn--${'a'.repeat(100)}`]) {
      expect(parseDomain(label)).toEqual({ kind: 'domain', ascii: label, shown: label })
    }
  })

  it.each(['１２７', '０ｘ７ｆ', 'a％6d'])('reads no address and no escape out of %s', (label) => {
    expect(parseDomain(`${label}.example`)).toMatchObject({ kind: 'unreadable' })
  })

  it('gives no name that UTS #46 gives to another, for any one character', () => {
    const different: string[] = []
    for (let point = 0x80; point < 0x20000; point++) {
      const name = `a${String.fromCodePoint(point)}b.example`
      const read = parseDomain(name)
      if (read.kind === 'unreadable') continue
      const standard = domainToASCII(name)
      if (standard !== '' && read.ascii !== standard) different.push(point.toString(16))
    }
    expect(different).toEqual([])
  })

  it('gives no name that UTS #46 gives to another, for any characters', () => {
    // Letters of many scripts, and what compatibility mapping is about.
    const letter = fc.oneof(
      fc.integer({ min: 0x80, max: 0x2fff }),
      fc.integer({ min: 0xf900, max: 0xffef }),
      fc.integer({ min: 0x61, max: 0x7a }),
    )
    const label = fc.array(letter, { minLength: 1, maxLength: 6 }).map((points) => String.fromCodePoint(...points))
    fc.assert(
      fc.property(label, (text) => {
        const standard = domainToASCII(`${text}.example`)
        const read = parseDomain(`${text}.example`)
        if (read.kind === 'domain' && standard !== '') expect(read.ascii).toBe(standard)
      }),
      { numRuns: 3000 },
    )
  })
})
