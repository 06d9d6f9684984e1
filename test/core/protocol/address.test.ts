import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  foldLocalPart,
  MAX_SUB_ADDRESS_STEPS,
  parseAddress,
  withoutSubAddress,
  writeAddress,
  type Unreadable,
} from '../../../lambda/core/protocol/address.ts'

const long = 'x'.repeat(10_000)

/** Written form, local part, domain as compared, domain as shown (where it differs). */
const readable: readonly (readonly [string, string, string, string?])[] = [
  ['alice@example.com', 'alice', 'example.com'],
  ['<alice@example.com>', 'alice', 'example.com'],
  ['<@a.example,@b.example:alice@example.com>', 'alice', 'example.com'],
  ['@a.example:alice@example.com', 'alice', 'example.com'],
  ['alice+a+b@example.com', 'alice+a+b', 'example.com'],
  ['alice+@example.com', 'alice+', 'example.com'],
  ['+x@example.com', '+x', 'example.com'],
  ['Alice@EXAMPLE.Com', 'Alice', 'example.com'],
  ['alice@example.com.', 'alice', 'example.com'],
  ['alice@example.com。', 'alice', 'example.com'],
  ['alice@example。com', 'alice', 'example.com'],
  ['alice@example．com', 'alice', 'example.com'],
  ['alice@example｡com', 'alice', 'example.com'],
  ['alice@ｅｘａｍｐｌｅ．ｃｏｍ', 'alice', 'example.com'],
  ['jose\u0301@example.com', 'jos\u00e9', 'example.com'],
  ['jos\u00e9@example.com', 'jos\u00e9', 'example.com'],
  ['a@b\u00fccher.example', 'a', 'xn--bcher-kva.example', 'b\u00fccher.example'],
  ['a@bu\u0308cher.example', 'a', 'xn--bcher-kva.example', 'b\u00fccher.example'],
  ['a@B\u00dcCHER.example', 'a', 'xn--bcher-kva.example', 'b\u00fccher.example'],
  ['a@xn--bcher-kva.example', 'a', 'xn--bcher-kva.example', 'b\u00fccher.example'],
  ['a@XN--Bcher-KVA.example', 'a', 'xn--bcher-kva.example', 'b\u00fccher.example'],
  // For a browser these two are 127.0.0.1. Here they are names that nobody serves.
  ['alice@0x7f.1', 'alice', '0x7f.1'],
  ['alice@2130706433', 'alice', '2130706433'],
  ['user@[192.0.2.1]', 'user', '[192.0.2.1]'],
  ['user@[IPv6:2001:DB8::1]', 'user', '[ipv6:2001:db8::1]'],
  ['postmaster', 'postmaster', ''],
  ['<Postmaster>', 'Postmaster', ''],
  ['"a@b"@example.com', 'a@b', 'example.com'],
  ['"a b"@example.com', 'a b', 'example.com'],
  [String.raw`"a\"\\b"@example.com`, String.raw`a"\b`, 'example.com'],
  ['"alice"@example.com', 'alice', 'example.com'],
  ['.a..b.@example.com', '.a..b.', 'example.com'],
  ['user%host/dept=x@example.com', 'user%host/dept=x', 'example.com'],
  ['a@host_name.example', 'a', 'host_name.example'],
  [`${long}@example.com`, long, 'example.com'],
  [`a@${long}.example`, 'a', `${long}.example`],
]

const refused: readonly (readonly [string, Unreadable['why']])[] = [
  ['', 'empty'],
  ['<>', 'empty'],
  ['alice', 'no-at-sign'],
  ['"postmaster"', 'no-at-sign'],
  ['@example.com', 'empty-local-part'],
  ['""@example.com', 'empty-local-part'],
  ['a@b@example.com', 'several-at-signs'],
  ['"a"@b@example.com', 'several-at-signs'],
  ['a"b@c"@example.com', 'local-part-character'],
  ['"a"b@example.com', 'local-part-character'],
  ['"a@example.com', 'unclosed-quote'],
  ['a,b@example.com', 'local-part-character'],
  ['a(c)@example.com', 'local-part-character'],
  ['<a@example.com', 'angle-bracket'],
  ['a@example.com>', 'angle-bracket'],
  ['<@a b:c@example.com>', 'source-route'],
  ['alice @example.com', 'space'],
  ['alice@ example.com', 'space'],
  ['alice@example.com ', 'space'],
  ['alice@exam\tple.com', 'control-character'],
  ['alice@example.com\r\nRCPT TO:<bob@example.com>', 'control-character'],
  ['"a\u0000b"@example.com', 'control-character'],
  ['alice\u0085@example.com', 'control-character'],
  ['al\ud800ice@example.com', 'not-unicode'],
  ['alice@', 'empty-domain'],
  ['alice@.', 'empty-domain'],
  ['alice@.example.com', 'empty-label'],
  ['alice@example..com', 'empty-label'],
  ['alice@example.com..', 'empty-label'],
  ['alice@example。。com', 'empty-label'],
  ['alice@exa%6dple.com', 'domain-character'],
  ['alice@example.com/x', 'domain-character'],
  ['alice@example.com:25', 'domain-character'],
  ['alice@example.com?x#y', 'domain-character'],
  // What the mapping would turn into `%`, `/`, `a/c`, `...` and nothing.
  ['alice@exa％6dple.com', 'domain-character'],
  ['alice@example.com／x', 'domain-character'],
  ['alice@ex\u2100mple.com', 'domain-character'],
  ['alice@example\u2026com', 'domain-character'],
  ['alice@exam\u00adple.com', 'domain-character'],
  ['alice@exam\u200bple.com', 'domain-character'],
  ['alice@\u0301x.example', 'domain-character'],
  [`alice@${'\u00fc'.repeat(64)}.example`, 'no-a-label'],
  [`alice@${'\ufdfa'.repeat(10_000)}.example`, 'no-a-label'],
  [`alice@\u00fc${'a'.repeat(60)}.example`, 'no-a-label'],
  ['alice@xn--\u00fc.example', 'no-a-label'],
  ['alice@[192.0.2.1', 'address-literal'],
  ['alice@[]', 'address-literal'],
  ['alice@[192.0.2.1]x', 'address-literal'],
]

describe('parseAddress', () => {
  it.each(readable.map(([text, localPart, domain, shown = domain]) => [text, localPart, domain, shown] as const))(
    'reads %s',
    (text, localPart, domain, domainShown) => {
      expect(parseAddress(text)).toEqual({ kind: 'address', localPart, domain, domainShown })
    },
  )

  it.each(refused)('refuses %j: %s', (text, why) => {
    expect(parseAddress(text)).toEqual({ kind: 'unreadable', why })
  })

  it('answers any text with an address that has a local part and ASCII for a domain, or with a reason', () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const address = parseAddress(text)
        if (address.kind === 'unreadable') return
        expect(address.localPart).not.toBe('')
        expect(address.domain).toMatch(/^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[!-~]+\])?$/)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads what writeAddress wrote as what it was, for any local part', () => {
    const localPart = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) && text.isWellFormed())
    fc.assert(
      fc.property(localPart, fc.constantFrom('example.com', '[192.0.2.1]'), (local, domain) => {
        const expected = { kind: 'address', localPart: local.normalize('NFC'), domain, domainShown: domain }
        expect(parseAddress(writeAddress(local, domain))).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads the domain that it shows as the domain that it compares', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), (label) => {
        const address = parseAddress(`a@${label}.example`)
        if (address.kind === 'address') expect(parseAddress(`a@${address.domainShown}`)).toEqual(address)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('writeAddress', () => {
  it.each([
    ['alice', 'example.com', 'alice@example.com'],
    ['a.b', 'example.com', 'a.b@example.com'],
    ['a..b', 'example.com', '"a..b"@example.com'],
    ['a b', 'example.com', '"a b"@example.com'],
    [String.raw`a"\b`, 'example.com', String.raw`"a\"\\b"@example.com`],
    ['jos\u00e9', 'example.com', 'jos\u00e9@example.com'],
    ['Postmaster', '', 'Postmaster'],
  ])('writes %s at %s as %s', (localPart, domain, written) => {
    expect(writeAddress(localPart, domain)).toBe(written)
  })
})

describe('foldLocalPart', () => {
  it.each([
    ['ALICE', true, 'alice'],
    ['ALICE', false, 'ALICE'],
    ['JOSE\u0301', true, 'jos\u00e9'],
    ['JOSE\u0301', false, 'JOS\u00c9'],
    // A final sigma is written differently in a word of small letters, and is the same capital letter.
    ['\u039f\u0394\u039f\u03a3', true, '\u03bf\u03b4\u03bf\u03c3'],
  ])('folds %s (case: %s) to %s', (localPart, foldCase, folded) => {
    expect(foldLocalPart(localPart, foldCase)).toBe(folded)
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, foldCase) => {
        const once = foldLocalPart(text, foldCase)
        expect(foldLocalPart(once, foldCase)).toBe(once)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('withoutSubAddress', () => {
  it.each([
    ['alice', '+', []],
    ['alice+a', '+', ['alice']],
    ['alice+a+b', '+', ['alice+a', 'alice']],
    ['alice+', '+', ['alice']],
    ['alice++', '+', ['alice+', 'alice']],
    ['+x', '+', []],
    ['+', '+', []],
    ['+a+b', '+', ['+a']],
    ['alice-a+b', '+-', ['alice-a', 'alice']],
    ['alice-a+b', '', []],
    ['', '+', []],
  ])('takes the labels off %s (delimiters %s)', (localPart, delimiters, expected) => {
    expect(withoutSubAddress(localPart, delimiters)).toEqual(expected)
  })

  it('asks no more questions than it says, and always the shortest', () => {
    const many = withoutSubAddress(`alice${'+x'.repeat(5000)}`, '+')
    expect(many).toHaveLength(MAX_SUB_ADDRESS_STEPS)
    expect(many.at(-1)).toBe('alice')
  })

  it('gives shorter and shorter beginnings, none of them empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '+', '-'), maxLength: 40 }), (localPart) => {
        let previous = localPart
        for (const shorter of withoutSubAddress(localPart, '+-')) {
          expect(shorter).not.toBe('')
          expect(shorter.length).toBeLessThan(previous.length)
          expect(previous.startsWith(shorter)).toBe(true)
          previous = shorter
        }
      }),
    )
  })
})

/** Text that is made of what the grammar is made of, and of what breaks it. */
function hostileText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      '@',
      '"',
      '\\',
      '<',
      '>',
      ':',
      ',',
      '.',
      '。',
      '[',
      ']',
      ' ',
      'xn--',
      '+',
      'postmaster',
      'ﷺ',
      '\ud800',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
}
