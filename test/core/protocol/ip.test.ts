import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalIp, inCidr, isPublic, parseCidr, parseIp, writeIp } from '../../../lambda/core/protocol/ip.ts'

describe('canonicalIp', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    // RFC 5952 4: small letters, no leading zeros, the longest run, the first of two, never one group alone.
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:0', '2001:db8:0:0:1::'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('writes %s as %s', (text, canonical) => {
    expect(canonicalIp(text)).toBe(canonical)
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '0x7f.0.0.1',
    '127.1',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '١.2.3.4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    ':1:2:3:4:5:6:7',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '::1.2.3',
    '::12345',
    'fe80::1%eth0',
    '[::1]',
    '1'.repeat(10_000),
  ])('takes %j for no address', (text) => {
    expect(canonicalIp(text)).toBeNull()
  })

  it('writes every address so that it reads back as the same', () => {
    const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
    const v6 = fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(fc.oneof(v4, v6), (bytes) => {
        const kind = bytes.length === 4 ? 'v4' : 'v6'
        // An IPv4 address that is mapped into IPv6 is read as what it is.
        fc.pre(kind === 'v4' || !isMapped([...bytes]))
        expect(parseIp(writeIp({ kind, bytes: [...bytes] }))).toEqual({ kind, bytes: [...bytes] })
      }),
    )
  })

  it('answers any text with an address in its canonical form, or null', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...Array.from('0129af:.')), maxLength: 45 }),
      fc.ipV6(),
    )
    fc.assert(
      fc.property(text, (any) => {
        const canonical = canonicalIp(any)
        if (canonical !== null) expect(canonicalIp(canonical)).toBe(canonical)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('isPublic', () => {
  it.each([
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '223.255.255.255',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    // Documentation: samples and tests need clients that are nobody's.
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.5',
    '2001:db8::1',
    '3fff::1',
  ])('is true for %s', (ip) => {
    expect(isPublic(ip)).toBe(true)
  })

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '2001::1',
    '64:ff9b::808:808',
    'nonsense',
  ])('is false for %s', (ip) => {
    expect(isPublic(ip)).toBe(false)
  })
})

describe('inCidr', () => {
  it.each([
    ['192.0.2.1', '192.0.2.0/24', true],
    ['192.0.3.1', '192.0.2.0/24', false],
    ['192.0.2.129', '192.0.2.128/25', true],
    ['192.0.2.127', '192.0.2.128/25', false],
    ['192.0.2.1', '192.0.2.99/24', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '0.0.0.0/0', true],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['2001:db8:1::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['::ffff:192.0.2.1', '192.0.2.0/24', true],
    ['192.0.2.1', '::ffff:192.0.2.0/120', true],
    ['192.0.3.1', '::ffff:192.0.2.0/120', false],
    ['192.0.2.1', '192.0.2.0/33', false],
    ['192.0.2.1', 'nonsense', false],
    ['nonsense', '0.0.0.0/0', false],
  ])('%s in %s: %s', (ip, cidr, expected) => {
    expect(inCidr(ip, cidr)).toBe(expected)
  })

  it.each([
    '192.0.2.0/',
    '192.0.2.0/-1',
    '192.0.2.0/024',
    '192.0.2.0/1e1',
    '192.0.2.0/33',
    '::/129',
    '::ffff:192.0.2.0/24',
    '/24',
    '',
  ])('reads no range from %j', (text) => {
    expect(parseCidr(text)).toBeNull()
  })
})

function isMapped(bytes: readonly number[]): boolean {
  return bytes.slice(0, 12).join() === [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255].join()
}
