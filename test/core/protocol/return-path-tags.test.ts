import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmacSha1, hmacSha256 } from '../../../lambda/adapters/node-hmac.ts'
import { checkPrvs, makePrvs } from '../../../lambda/core/protocol/batv.ts'
import { checkHmacTag, HMAC_TAG_LENGTH, makeHmacTag } from '../../../lambda/core/protocol/hmac-tag.ts'
import {
  BASE32,
  BASE64,
  HEXADECIMAL,
  sameText,
  written,
  type TagKey,
} from '../../../lambda/core/protocol/keyed-hash.ts'
import { checkSrs0, makeSrs0 } from '../../../lambda/core/protocol/srs.ts'

const keyOf = (name: string, secret: string): TagKey => ({ name, secret: Buffer.from(secret) })

describe('a prvs tag', () => {
  // Printed by Exim 4.96 (${prvs{alice@example.com}{the key of 2026}{3}}) on 2026-11-21.
  const key = keyOf('3', 'the key of 2026')
  const capitals = keyOf('0', 'the key of 2026')
  const now = '2026-11-21T20:38:35.000Z'
  const exim = { localPart: 'prvs=3785141085=alice', domain: 'example.com' }
  const genuine = { answer: 'genuine', localPart: 'alice', domain: 'example.com', key: '3', lastDay: '2026-11-28' }
  const check = (localPart: string, at = now, keys: readonly TagKey[] = [key], domain = 'example.com') =>
    checkPrvs({ localPart, domain }, keys, at, hmacSha1)

  it('is made as Exim makes it', () => {
    expect(makePrvs({ localPart: 'alice', domain: 'example.com' }, key, now, hmacSha1)).toBe(exim.localPart)
    expect(makePrvs({ localPart: 'Alice', domain: 'Example.com' }, capitals, now, hmacSha1)).toBe(
      'prvs=07857e2d72=Alice',
    )
  })

  it('is genuine when Exim made it, also with the tag behind, in capitals, and with another key beside', () => {
    expect(check(exim.localPart)).toEqual(genuine)
    expect(check('prvs=alice=3785141085')).toEqual(genuine)
    expect(check('PRVS=3785141085=alice')).toEqual(genuine)
    expect(check(exim.localPart, now, [keyOf('3', 'the key of 2025'), key])).toEqual(genuine)
  })

  it('is genuine when a server folded the case of the address that was signed in small letters', () => {
    expect(check('PRVS=3785141085=ALICE', now, [key], 'EXAMPLE.COM')).toMatchObject({ answer: 'genuine' })
    expect(check('prvs=07857E2D72=Alice', now, [capitals], 'Example.com')).toMatchObject({ answer: 'genuine' })
    // What was signed with capitals and came back without them cannot be known.
    expect(check('prvs=07857e2d72=alice', now, [capitals])).toEqual({ answer: 'wrong-hash' })
  })

  it.each([
    ['prvs=3785141085=alicf', { answer: 'wrong-hash' }],
    ['prvs=3785141084=alice', { answer: 'wrong-hash' }],
    ['prvs=3786141085=alice', { answer: 'wrong-hash' }],
    ['prvs=4785141085=alice', { answer: 'no-key', key: '4' }],
    ['prvs=378514108=alice', { answer: 'no-tag' }],
    ['prvs=3785141085=', { answer: 'no-tag' }],
    ['btv1==3785141085==alice', { answer: 'no-tag' }],
    ['alice', { answer: 'no-tag' }],
  ])('is refused as %s', (localPart, answer) => {
    expect(check(localPart)).toEqual(answer)
  })

  it('is refused with another key, and for another domain', () => {
    expect(check(exim.localPart, now, [keyOf('3', 'another key')])).toEqual({ answer: 'wrong-hash' })
    expect(check(exim.localPart, now, [key], 'example.org')).toEqual({ answer: 'wrong-hash' })
  })

  it('holds to the last millisecond of its seventh day, and not a moment longer', () => {
    expect(check(exim.localPart, '2026-11-28T23:59:59.999Z')).toEqual(genuine)
    expect(check(exim.localPart, '2026-11-29T00:00:00.000Z')).toEqual({ answer: 'expired', key: '3' })
    expect(check(exim.localPart, 'no time')).toEqual({ answer: 'expired', key: '3' })
  })

  it('holds before the day on which it was made only for a clock that is less than an hour behind', () => {
    expect(check(exim.localPart, '2026-11-20T23:00:00.000Z')).toEqual(genuine)
    expect(check(exim.localPart, '2026-11-20T22:59:59.999Z')).toEqual({ answer: 'expired', key: '3' })
  })

  it('holds over the day on which the count of days begins again', () => {
    // Day 20998 is 2027-06-29; the tag says 005.
    const mailbox = { localPart: 'alice', domain: 'example.com' }
    const tagged = makePrvs(mailbox, key, '2027-06-29T12:00:00.000Z', hmacSha1)
    expect(tagged).toMatch(/^prvs=3005/)
    expect(check(tagged, '2027-06-30T23:59:59.999Z')).toEqual({ ...genuine, lastDay: '2027-07-06' })
    expect(check(tagged, '2027-07-01T00:00:00.000Z')).toEqual({ ...genuine, lastDay: '2027-07-06' })
    expect(check(tagged, '2027-07-07T00:00:00.000Z')).toEqual({ answer: 'expired', key: '3' })
  })
})

describe('an SRS0 path', () => {
  // The test of PostSRSd 2: this key, this time, this path.
  const key = keyOf('a', 'tops3cr3t')
  const now = '2020-01-01T00:01:00.000Z'
  const path = 'SRS0=vmyz=2W=otherdomain.com=test'
  const sender = { localPart: 'test', domain: 'otherdomain.com' }
  const genuine = { answer: 'genuine', ...sender, key: 'a', lastDay: '2020-01-22' }
  const check = (localPart: string, at = now, keys: readonly TagKey[] = [key]) =>
    checkSrs0(localPart, keys, at, hmacSha1)

  it('is made as PostSRSd makes it', () => {
    expect(makeSrs0(sender, key, now, hmacSha1)).toBe(path)
  })

  it('is genuine when PostSRSd made it, also with a longer hash, an older key beside, and all in small letters', () => {
    expect(check(path)).toEqual(genuine)
    expect(check('SRS0+vmyz7B=2W=otherdomain.com=test')).toEqual(genuine)
    expect(check(path, now, [keyOf('b', 'older'), key])).toEqual(genuine)
    expect(check(path.toLowerCase())).toEqual(genuine)
    expect(check('srs0+vmyz7b=2w=otherdomain.com=test')).toEqual(genuine)
    expect(check('SRS0=vmyz=2W=OtherDomain.com=Test')).toEqual({ ...genuine, localPart: 'Test' })
  })

  it.each([
    ['SRS0=vmyz=2W=otherdomain.com=tesu', { answer: 'wrong-hash' }],
    ['SRS0=vmyz=2W=otherdomain.org=test', { answer: 'wrong-hash' }],
    ['SRS0=vmyz=2X=otherdomain.com=test', { answer: 'wrong-hash' }],
    // The case of the hash counts as long as nothing shows that it was folded.
    ['SRS0=VMYZ=2W=otherdomain.com=test', { answer: 'wrong-hash' }],
    ['SRS0=vmy=2W=otherdomain.com=test', { answer: 'no-tag' }],
    ['SRS0=vmyz=2W1=otherdomain.com=test', { answer: 'no-tag' }],
    ['SRS0=vmyz=2W=otherdomain.com=', { answer: 'no-tag' }],
    ['SRS1=vmyz=forward.example==vmyz=2W=otherdomain.com=test', { answer: 'no-tag' }],
    ['test', { answer: 'no-tag' }],
  ])('is refused as %s', (localPart, answer) => {
    expect(check(localPart)).toEqual(answer)
  })

  it('is refused with another key', () => {
    expect(check(path, now, [keyOf('a', 'tops3cr3u')])).toEqual({ answer: 'wrong-hash' })
  })

  it('holds for 21 days, and one hour before the first', () => {
    expect(check(path, '2020-01-22T23:59:59.999Z')).toEqual(genuine)
    expect(check(path, '2020-01-23T00:00:00.000Z')).toEqual({ answer: 'expired', key: 'a' })
    expect(check(path, '2019-12-31T23:00:00.000Z')).toEqual(genuine)
    expect(check(path, '2019-12-31T22:59:59.999Z')).toEqual({ answer: 'expired', key: 'a' })
  })

  it('holds over the day on which the count of days begins again', () => {
    // Day 20479 is the last of its round: 2026-01-26.
    const tagged = makeSrs0(sender, key, '2026-01-26T12:00:00.000Z', hmacSha1)
    expect(tagged).toMatch(/^SRS0=....=77=/)
    expect(check(tagged, '2026-02-16T23:00:00.000Z')).toEqual({ ...genuine, lastDay: '2026-02-16' })
    expect(check(tagged, '2026-02-17T00:00:00.000Z')).toEqual({ answer: 'expired', key: 'a' })
  })
})

describe('our own tag', () => {
  const key = keyOf('1', 'a key of thirty-two octets, 2026')
  const now = '2026-11-21T12:00:00.000Z'
  const mailbox = { localPart: 'alice', domain: 'example.com' }
  // The hash of quietgate-tag:1aujy:alice@example.com as Python's hmac and base64 compute it.
  const tagged = makeHmacTag(mailbox, '+', key, now, hmacSha256)
  const genuine = { answer: 'genuine', ...mailbox, key: '1', lastDay: '2026-12-05' }
  const check = (localPart: string, at = now, keys: readonly TagKey[] = [key], delimiters = '+-') =>
    checkHmacTag({ localPart, domain: 'example.com' }, delimiters, keys, at, hmacSha256)

  it('has the form that is documented', () => {
    expect(tagged).toBe('alice+qg1aujyl2hf7rqncocoernn')
  })

  it('is genuine in any case, behind another sub-address, and for every delimiter that is given', () => {
    expect(check(tagged)).toEqual(genuine)
    expect(check(tagged.toUpperCase())).toEqual({ ...genuine, localPart: 'ALICE' })
    const news = makeHmacTag({ ...mailbox, localPart: 'alice+news' }, '-', key, now, hmacSha256)
    expect(check(news)).toEqual({ ...genuine, localPart: 'alice+news' })
    expect(check(news, now, [key], '+')).toEqual({ answer: 'no-tag' })
  })

  it('is refused with another key, for another address, and without one', () => {
    expect(check(tagged, now, [keyOf('1', 'another key of thirty-two octets')])).toEqual({ answer: 'wrong-hash' })
    expect(check(tagged, now, [keyOf('2', 'a key of thirty-two octets, 2026')])).toEqual({ answer: 'no-key', key: '1' })
    expect(check(`b${tagged.slice(1)}`)).toEqual({ answer: 'wrong-hash' })
    expect(check(tagged.slice(5))).toEqual({ answer: 'no-tag' })
    expect(check('alice+news')).toEqual({ answer: 'no-tag' })
    const elsewhere = { localPart: tagged, domain: 'example.org' }
    expect(checkHmacTag(elsewhere, '+', [key], now, hmacSha256)).toEqual({ answer: 'wrong-hash' })
  })

  it('holds to the end of its fourteenth day', () => {
    expect(check(tagged, '2026-12-05T23:59:59.999Z')).toEqual(genuine)
    expect(check(tagged, '2026-12-06T00:00:00.000Z')).toEqual({ answer: 'expired', key: '1' })
    expect(check(tagged, 'no time')).toEqual({ answer: 'expired', key: '1' })
  })

  it('is not genuine any more with one character changed', () => {
    const at = fc.integer({ min: tagged.length - HMAC_TAG_LENGTH, max: tagged.length - 1 })
    fc.assert(
      fc.property(at, fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz0123456789')), (i, character) => {
        fc.pre(tagged.charAt(i) !== character)
        expect(check(tagged.slice(0, i) + character + tagged.slice(i + 1)).answer).not.toBe('genuine')
      }),
      { numRuns: 500 },
    )
  })
})

describe('any local part', () => {
  const keys = Array.from('0123456789', (name) => keyOf(name, `the key number ${name} of thirty-two octets`))
  const day = fc
    .date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2060-01-01T00:00:00Z'), noInvalidDate: true })
    .map((date) => date.toISOString())
  const ordinary = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.=+-]{0,30}$/)

  it('is found genuine at the time at which it was tagged', () => {
    fc.assert(
      fc.property(ordinary, fc.constantFrom(...keys), day, (localPart, key, at) => {
        const mailbox = { localPart, domain: 'example.com' }
        const prvs = { ...mailbox, localPart: makePrvs(mailbox, key, at, hmacSha1) }
        const tag = { ...mailbox, localPart: makeHmacTag(mailbox, '+', key, at, hmacSha256) }
        const found = { answer: 'genuine', ...mailbox, key: key.name }
        expect(checkPrvs(prvs, keys, at, hmacSha1)).toMatchObject(found)
        expect(checkHmacTag(tag, '+', keys, at, hmacSha256)).toMatchObject(found)
        expect(checkSrs0(makeSrs0(mailbox, key, at, hmacSha1), keys, at, hmacSha1)).toMatchObject(found)
      }),
    )
  })

  it('is checked without an exception, and never genuine if no key made it', () => {
    const piece = fc.constantFrom(
      'prvs=',
      'SRS0=',
      'SRS0+',
      'abcd',
      '=',
      '2W',
      '3785141085',
      '+qg1',
      'a'.repeat(20),
      '+',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    )
    fc.assert(
      fc.property(text, fc.oneof(day, fc.string()), (localPart, at) => {
        const mailbox = { localPart, domain: 'example.com' }
        expect(checkPrvs(mailbox, keys, at, hmacSha1).answer).not.toBe('genuine')
        expect(checkSrs0(localPart, keys, at, hmacSha1).answer).not.toBe('genuine')
        expect(checkHmacTag(mailbox, '+', keys, at, hmacSha256).answer).not.toBe('genuine')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('what a hash is written in', () => {
  it('is what Node writes, for hexadecimal and Base64, and RFC 4648 10 for Base32', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        expect(written(octets, HEXADECIMAL, 1000)).toBe(Buffer.from(octets).toString('hex'))
        const full = Math.floor((octets.length * 8) / 6)
        expect(written(octets, BASE64, 1000)).toBe(Buffer.from(octets).toString('base64').slice(0, full))
      }),
    )
    expect(written(Buffer.from('fooba'), BASE32, 8)).toBe('MZXW6YTB')
    expect(written(Buffer.from('fooba'), BASE32, 3)).toBe('MZX')
  })

  it('is the same text only if every character is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(sameText(one, other)).toBe(one === other)
      }),
    )
    expect(sameText('abc', 'abc')).toBe(true)
    expect(sameText('abc', 'abcd')).toBe(false)
  })
})
