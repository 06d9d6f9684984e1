import fc from 'fast-check'
import { domainToASCII } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseDomain } from '../../../lambda/core/protocol/idna.ts'
import { decodePunycode, encodePunycode, MAX_PUNYCODE_LENGTH } from '../../../lambda/core/protocol/punycode.ts'

/** RFC 3492 7.1, sample strings (lower case). */
const samples: readonly (readonly [string, string])[] = [
  ['ليهمابتكلموشعربي؟', 'egbpdaj6bu4bxfgehfvwxn'],
  ['他们为什么不说中文', 'ihqwcrb4cv8a8dqg056pqjye'],
  ['他們爲什麽不說中文', 'ihqwctvzc91f659drss3x8bo0yb'],
  ['למההםפשוטלאמדבריםעברית', '4dbcagdahymbxekheh6e0a7fei0b'],
  ['почемужеонинеговорятпорусски', 'b1abfaaepdrnnbgefbadotcwatmq2g4l'],
  ['3年b組金八先生', '3b-ww4c5e180e575a65lsy2b'],
  ['安室奈美恵-with-super-monkeys', '-with-super-monkeys-pc58ag80a8qai00g7n9n'],
  ['そのスピードで', 'd9juau41awczczp'],
  ['-> $1.00 <-', '-> $1.00 <--'],
  ['bücher', 'bcher-kva'],
  ['a', 'a-'],
  ['', ''],
]

describe('punycode', () => {
  it.each(samples)('encodes %s', (label, encoded) => {
    expect(encodePunycode(label)).toBe(encoded)
  })

  it.each(samples.filter(([, encoded]) => /^[a-z0-9-]*$/.test(encoded)))('decodes back to %s', (label, encoded) => {
    expect(decodePunycode(encoded)).toBe(label)
  })

  it.each(['é', 'a b', '99999999', '99999b', '-a', 'x'.repeat(MAX_PUNYCODE_LENGTH + 1)])(
    'decodes %s to nothing',
    (text) => {
      expect(decodePunycode(text)).toBeNull()
    },
  )

  it('encodes nothing that is too long for a label', () => {
    expect(encodePunycode('ü'.repeat(MAX_PUNYCODE_LENGTH + 1))).toBeNull()
  })

  it('decodes what it encoded, for any text', () => {
    const label = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(label, (text) => {
        const encoded = encodePunycode(text) ?? ''
        if (/^[A-Za-z0-9-]{0,63}$/.test(encoded)) expect(decodePunycode(encoded)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('decodes any text to Unicode or to nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('abcxyz0189-')), maxLength: 70 }), (text) => {
        const decoded = decodePunycode(text)
        expect(decoded === null || decoded.isWellFormed()).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

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

  it.each(['b\u00dccher', 'bu\u0308cher', 'a\u034fb', 'a\u00adb', '\u0301a', 'example'])(
    'shows the A-label of %j as it is written, because nobody may write that label',
    (label) => {
      const ascii = `xn--${encodePunycode(label) ?? ''}`
      expect(parseDomain(ascii)).toEqual({ kind: 'domain', ascii, shown: ascii })
    },
  )

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
