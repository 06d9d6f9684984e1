import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../../../lambda/adapters/node-hmac.ts'
import { proofHeader } from '../../../lambda/adapters/proof-header.ts'
import { parseHeaderBlock } from '../../../lambda/core/protocol/header.ts'
import { checkHmacHeader, makeHmacHeader } from '../../../lambda/core/protocol/hmac-header.ts'
import type { TagKey } from '../../../lambda/core/protocol/keyed-hash.ts'

const key: TagKey = { name: 'main', secret: Buffer.from('a key of thirty-two octets, 2026') }
const now = '2026-11-21T12:00:00.000Z'
const nonce = 'AbCdEfGh12345678'
// Of quietgate-proof:1:main:1795262400:AbCdEfGh12345678:alice@example.com, as openssl dgst -sha256 -hmac computes it.
const hash = 'a256c155b3a8bb030191d84e055c0ca6d70187afd415fb7bcd6c2aca6efa39ef'
const value = `v=1; k=main; t=1795262400; n=${nonce}; b=${hash}`
const genuine = { answer: 'genuine', from: 'alice@example.com', key: 'main', signedAt: now, nonce }

const check = (header: string, at = now, keys: readonly TagKey[] = [key]) =>
  checkHmacHeader(parseHeaderBlock(header).fields, keys, at, hmacSha256)
const headerOf = (from: string, proof = value) => `From: ${from}\r\nSubject: x\r\nQuietgate-Proof: ${proof}\r\n\r\n`

describe('the proof of a header', () => {
  it('is made as its page documents it, which shows this very one', () => {
    expect(makeHmacHeader('Alice A. Smith <Alice@EXAMPLE.com>', key, now, nonce, hmacSha256)).toBe(value)
    const page = readFileSync(new URL('../../../docs/hmac-header.md', import.meta.url), 'utf8')
    expect(page).toContain(`Quietgate-Proof: ${value}`)
  })

  it.each([
    'alice@example.com',
    '"Alice A. Smith" <alice@example.com>',
    'Alice <ALICE@Example.COM>',
    '"alice"@example.com (Alice)',
  ])('is genuine however a server writes the From %s', (from) => {
    expect(check(headerOf(from))).toEqual(genuine)
  })

  it('is genuine when it was folded anywhere, in another order, with tags of a later version', () => {
    const folded = `b=${hash.slice(0, 20)}\r\n\t${hash.slice(20).toUpperCase()};\r\n n=AbCd\r\n EfGh12345678;x=1;t=1795262400;K=main;v=1;`
    expect(check(headerOf('alice@example.com', folded))).toEqual(genuine)
    expect(check(`quietgate-proof: ${value}\nfrom: alice@example.com\n\n`)).toEqual(genuine)
  })

  it('is genuine when one of three is', () => {
    const other = value.replace('b=', 'b=0')
    expect(check(`Quietgate-Proof: ${other}\n${headerOf('alice@example.com')}`)).toEqual(genuine)
    const three = `Quietgate-Proof: ${other}\n`.repeat(3)
    expect(check(three + headerOf('alice@example.com'))).toEqual({ answer: 'unreadable', why: 'field' })
  })

  it.each([
    ['another From', headerOf('bob@example.com'), { answer: 'wrong-hash' }],
    ['another domain', headerOf('alice@example.org'), { answer: 'wrong-hash' }],
    [
      'a later time',
      headerOf('alice@example.com', value.replace('1795262400', '1795262401')),
      { answer: 'wrong-hash' },
    ],
    ['another nonce', headerOf('alice@example.com', value.replace('AbCd', 'abcd')), { answer: 'wrong-hash' }],
    ['a cut hash', headerOf('alice@example.com', value.slice(0, -1)), { answer: 'unreadable', why: 'field' }],
    ['a tag twice', headerOf('alice@example.com', `${value}; t=1795262400`), { answer: 'unreadable', why: 'field' }],
    [
      'a version that is not known',
      headerOf('alice@example.com', value.replace('v=1', 'v=2')),
      { answer: 'unreadable', why: 'field' },
    ],
    [
      'a long field',
      headerOf('alice@example.com', `${value}; x=${'y'.repeat(400)}`),
      { answer: 'unreadable', why: 'field' },
    ],
    ['another key', headerOf('alice@example.com', value.replace('main', 'old')), { answer: 'no-key', key: 'old' }],
    [
      'a From on top of the signed one',
      `From: eve@example.net\n${headerOf('alice@example.com')}`,
      { answer: 'unreadable', why: 'several-froms' },
    ],
    ['no From', `Quietgate-Proof: ${value}\n\n`, { answer: 'unreadable', why: 'no-from' }],
    ['a From without an address', headerOf('MAILER-DAEMON <>'), { answer: 'unreadable', why: 'from' }],
    ['no proof', 'From: alice@example.com\n\n', { answer: 'absent' }],
  ])('is refused with %s', (_name, header, answer) => {
    expect(check(header)).toEqual(answer)
  })

  it('is refused when another key of that name made it', () => {
    const other = { name: 'main', secret: Buffer.from('another key of thirty-two octets') }
    expect(check(headerOf('alice@example.com'), now, [other])).toEqual({ answer: 'wrong-hash' })
    expect(check(headerOf('alice@example.com'), now, [other, key])).toEqual(genuine)
  })

  it('holds for 14 days, and for a clock that is an hour behind', () => {
    const header = headerOf('alice@example.com')
    expect(check(header, '2026-12-05T12:00:00.000Z')).toEqual(genuine)
    expect(check(header, '2026-12-05T12:00:00.001Z')).toEqual({ answer: 'expired', key: 'main', signedAt: now })
    expect(check(header, '2026-11-21T11:00:00.000Z')).toEqual(genuine)
    expect(check(header, '2026-11-21T10:59:59.999Z')).toEqual({ answer: 'from-the-future', key: 'main', signedAt: now })
    expect(check(header, 'no time')).toEqual({ answer: 'expired', key: 'main', signedAt: now })
  })

  it('is put on a message in one line, with a nonce of its own', () => {
    const [one, other] = [
      proofHeader('alice@example.com', key, new Date(now)),
      proofHeader('alice@example.com', key, new Date(now)),
    ]
    expect(one).toMatch(/^Quietgate-Proof: [!-~ ]{100,200}$/)
    expect(one).not.toBe(other)
    expect(check(`From: Alice <alice@example.com>\r\n${one ?? ''}\r\n\r\n`)).toMatchObject({ answer: 'genuine' })
    expect(proofHeader('undisclosed-recipients:;', key, new Date(now))).toBeNull()
  })

  it('is checked without an exception whatever stands there, and is never genuine by chance', () => {
    const piece = fc.constantFrom(
      'v=1',
      ';',
      'k=main',
      't=1795262400',
      't=99999999999',
      `n=${nonce}`,
      'b=',
      'a'.repeat(64),
      '=',
      ' ',
    )
    const proof = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')),
    )
    fc.assert(
      fc.property(proof, fc.oneof(fc.string(), fc.constant('alice@example.com')), fc.string(), (text, from, at) => {
        const fields = [
          { name: 'From', value: from },
          { name: 'Quietgate-Proof', value: text },
        ]
        expect(checkHmacHeader(fields, [key], at, hmacSha256).answer).not.toBe('genuine')
        expect(checkHmacHeader(fields, [key], now, hmacSha256).answer).not.toBe('genuine')
      }),
      { numRuns: 2000 },
    )
  })
})
