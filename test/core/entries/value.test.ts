import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_VALUE_LENGTH, readValue } from '../../../lambda/core/entries/value.ts'

describe('the value of an entry', () => {
  it.each([
    ['Bob@Partner.Example', 'address', 'bob@partner.example'],
    ['<"odd name"@partner.example>', 'address', '"odd name"@partner.example'],
    [' bob@b\u00fccher.example ', 'address', 'bob@xn--bcher-kva.example'],
    ['Partner.Example.', 'domain', 'partner.example'],
    ['*.B\u00fccher.example', 'domain', '*.xn--bcher-kva.example'],
    ['192.0.2.7', 'network', '192.0.2.7/32'],
    ['192.0.2.0/24', 'network', '192.0.2.0/24'],
    ['10.0.0.0/8', 'network', '10.0.0.0/8'],
    ['2001:DB8::/32', 'network', '2001:db8::/32'],
    ['2001:db8::1', 'network', '2001:db8::1/128'],
    ['::ffff:192.0.2.0/120', 'network', '192.0.2.0/24'],
  ])('%s is one of %s, compared as %s', (text, of, value) => {
    expect(readValue('allow', text)).toEqual({ kind: 'value', of, value })
  })

  it.each([
    ['', 'not 0 characters'],
    ['x'.repeat(MAX_VALUE_LENGTH + 1), `not ${MAX_VALUE_LENGTH + 1} characters`],
    ['@partner.example', 'is no address (empty-local-part)'],
    ['*@partner.example', 'a whole domain is written example.com'],
    ['bob@[192.0.2.1]', 'names a host'],
    ['a@b@partner.example', 'several-at-signs'],
    ['192.0.2.5/24', 'is 192.0.2.0/24 meant?'],
    ['192.0.2.0/33', 'is no network'],
    ['0.0.0.0/0', 'is too wide: from /8 on (IPv4)'],
    ['10.0.0.0/7', 'is too wide'],
    ['::/0', 'is too wide: from /32 on (IPv6)'],
    ['::ffff:0:0/96', 'is too wide: from /8 on (IPv4)'],
    ['192.0.2', 'neither a domain nor a whole address'],
    ['https://partner.example/', 'is no network'],
    ['partner example.com', 'is no domain'],
    ['example', 'whole top-level domain'],
    ['*.top', 'whole top-level domain'],
    ['*.*.example.com', 'is no domain'],
    [`${'a.'.repeat(130)}example`, 'is longer than a domain can be'],
  ])('%j is refused, with a sentence that says why', (text, words) => {
    expect(readValue('allow', text)).toEqual({
      kind: 'refused',
      why: expect.stringMatching(/too wide|top-level/.test(words) ? 'guard' : 'unreadable') as string,
      sentence: expect.stringContaining(words) as string,
    })
  })

  it('may be a whole top-level domain where it blocks', () => {
    expect(readValue('block', '*.top')).toEqual({ kind: 'value', of: 'domain', value: '*.top' })
  })

  it('never throws, and what was read is read as itself', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.string({
        unit: fc.constantFrom(
          'a',
          'b',
          '.',
          '@',
          '*',
          '/',
          ':',
          '1',
          '9',
          '2',
          '0',
          '[',
          ']',
          '"',
          '\\',
          ' ',
          '\u00fc',
        ),
        maxLength: 40,
      }),
      fc.tuple(fc.ipV4(), fc.nat(33)).map(([ip, length]) => `${ip}/${length}`),
      fc.tuple(fc.ipV6(), fc.nat(129)).map(([ip, length]) => `${ip}/${length}`),
      fc.emailAddress(),
      fc.domain(),
    )
    fc.assert(
      fc.property(text, fc.constantFrom('allow', 'block'), (written, list) => {
        const read = readValue(list, written)
        if (read.kind === 'value') expect(readValue(list, read.value)).toEqual(read)
        else expect(read.sentence.length).toBeLessThan(MAX_VALUE_LENGTH + 200)
      }),
      { numRuns: 1000 },
    )
  })
})
