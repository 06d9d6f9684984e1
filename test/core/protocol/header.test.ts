import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeWords, MAX_DECODED_LENGTH } from '../../../lambda/core/protocol/encoded-words.ts'
import {
  firstField,
  HEADER_BOUNDS,
  mailboxOf,
  messageIdOf,
  parseHeaderBlock,
} from '../../../lambda/core/protocol/header.ts'

describe('parseHeaderBlock', () => {
  it.each([
    ['CRLF', '\r\n'],
    ['LF', '\n'],
  ])('reads and unfolds fields that end in %s', (_, eol) => {
    const text = ['Subject: a', '  b', '\tc', 'To :  x@example.com  ', 'Empty:', '', 'body: not a field'].join(eol)
    expect(parseHeaderBlock(text)).toEqual({
      fields: [
        { name: 'Subject', value: 'a  b\tc' },
        { name: 'To', value: 'x@example.com' },
        { name: 'Empty', value: '' },
      ],
      truncated: false,
      bodyAt: text.indexOf('body'),
    })
  })

  it('skips an mbox separator on top', () => {
    expect(parseHeaderBlock('From alice@example.com Thu Jan  1 00:00:00 1970\nA: b\n\n').fields).toEqual([
      { name: 'A', value: 'b' },
    ])
  })

  it('ends at the first line that is no field, where the empty line was lost', () => {
    const text = 'A: b\nHello Bob,\nC: d\n'
    expect(parseHeaderBlock(text)).toEqual({ fields: [{ name: 'A', value: 'b' }], truncated: false, bodyAt: 5 })
  })

  it.each(['', '\n', '\r\n', ' folded: nothing\n', 'no field', ': x\n', 'a b: c\n', '\u00fc: x\n'])(
    'finds no field in %j',
    (text) => {
      expect(parseHeaderBlock(text).fields).toEqual([])
    },
  )

  it('says that it is truncated at the bound on fields, and only then', () => {
    const bounds = { ...HEADER_BOUNDS, maxFields: 2 }
    const fields = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]
    expect(parseHeaderBlock('A: 1\nB: 2\n\n', bounds)).toEqual({ fields, truncated: false, bodyAt: 11 })
    expect(parseHeaderBlock('A: 1\nB: 2\nC: 3\n\n', bounds)).toEqual({ fields, truncated: true, bodyAt: 10 })
  })

  it('leaves out the field that the bound on length cuts, because half a Received is another Received', () => {
    const text = 'A: 1\nB: 2\n 3\nC: 4\n\nbody'
    const a = { name: 'A', value: '1' }
    const b = { name: 'B', value: '2 3' }
    const read = (maxLength: number) => {
      const { fields, truncated } = parseHeaderBlock(text, { ...HEADER_BOUNDS, maxLength })
      return { fields, truncated }
    }
    expect(read(6)).toEqual({ fields: [a], truncated: true })
    expect(read(9)).toEqual({ fields: [a], truncated: true })
    // The field looks complete here, and goes on behind the bound.
    expect(read(10)).toEqual({ fields: [a], truncated: true })
    expect(read(14)).toEqual({ fields: [a, b], truncated: true })
    expect(read(19)).toEqual({ fields: [a, b, { name: 'C', value: '4' }], truncated: false })
    // The body may be as long as it likes.
    expect(read(20)).toEqual({ fields: [a, b, { name: 'C', value: '4' }], truncated: false })
  })

  it('reads what was written as fields, for any values', () => {
    const name = fc.string({ unit: fc.constantFrom(...Array.from('AbZ-_!9')), minLength: 1, maxLength: 8 })
    const value = fc.string({ maxLength: 30 }).map((text) => text.trim())
    const field = fc.record({ name, value }, { noNullPrototype: true })
    fc.assert(
      fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
        const text = fields.map((one) => `${one.name}: ${one.value}\r\n`).join('')
        expect(parseHeaderBlock(`${text}\r\nbody`)).toEqual({ fields, truncated: false, bodyAt: text.length + 2 })
      }),
    )
  })

  it('never throws and never gives more than its bounds', () => {
    const piece = fc.constantFrom('A', ':', ' ', '\t', '\r', '\n', '\r\n', 'From ', '\u0000', '\ud800', 'x'.repeat(50))
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(text, fc.nat({ max: 5 }), fc.nat({ max: 200 }), (any, maxFields, maxLength) => {
        const { fields, bodyAt } = parseHeaderBlock(any, { maxFields, maxLength })
        expect(fields.length).toBeLessThanOrEqual(maxFields)
        expect(fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)).toBeLessThanOrEqual(
          maxLength,
        )
        expect(bodyAt).toBeLessThanOrEqual(any.length)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('firstField', () => {
  it('gives the topmost of that name in any case, or null', () => {
    const fields = [
      { name: 'to', value: '1' },
      { name: 'SUBJECT', value: '2' },
      { name: 'Subject', value: '3' },
    ]
    expect([firstField(fields, 'subject'), firstField(fields, 'To'), firstField(fields, 'From')]).toEqual([
      '2',
      '1',
      null,
    ])
  })
})

describe('mailboxOf', () => {
  it.each([
    ['alice@example.com', 'alice@example.com'],
    ['Alice <alice@example.com>', 'alice@example.com'],
    ['"Alice" <alice@example.com>', 'alice@example.com'],
    ['"x <mallory@example.org>" <alice@example.com>', 'alice@example.com'],
    [String.raw`"x\" <mallory@example.org>" <alice@example.com>`, 'alice@example.com'],
    ['(<mallory@example.org> (nested)) Alice <alice@example.com> (later)', 'alice@example.com'],
    ['(a (b) mallory@example.org,) alice@example.com', 'alice@example.com'],
    [String.raw`(\) <mallory@example.org>) alice@example.com`, 'alice@example.com'],
    ['mallory@example.org <alice@example.com>', 'alice@example.com'],
    ['alice(comment)@example.com', 'alice@example.com'],
    ['alice (comment) @ (comment) example . com', 'alice@example.com'],
    ['alice@example.com, bob@example.com', 'alice@example.com'],
    ['Managers: alice@example.com, bob@example.com;', 'alice@example.com'],
    ['Managers: "A" <alice@example.com>;', 'alice@example.com'],
    ['undisclosed-recipients:;', null],
    ['undisclosed-recipients:;, alice@example.com', 'alice@example.com'],
    ['MAILER-DAEMON <>', null],
    ['MAILER-DAEMON <>, alice@example.com', 'alice@example.com'],
    ['<@a.example,@b.example:alice@example.com>', 'alice@example.com'],
    ['"a b"@example.com', '"a b"@example.com'],
    ['<"a>b"@example.com>', '"a>b"@example.com'],
    ['"a@b" <x>', null],
    ['alice@[IPv6:2001:db8::1]', 'alice@[IPv6:2001:db8::1]'],
    ['<alice@[IPv6:2001:db8::1]>', 'alice@[IPv6:2001:db8::1]'],
    ['Alice <alice@example.com', 'alice@example.com'],
    ['Alice alice@example.com', null],
    ['Alice', null],
    ['@example.com', null],
    ['alice@', null],
    ['"alice@example.com', null],
    ['(alice@example.com', null],
    ['', null],
  ])('finds in %j the mailbox %j', (value, mailbox) => {
    expect(mailboxOf(value)).toBe(mailbox)
  })
})

describe('messageIdOf', () => {
  it.each([
    ['<1234@example.com>', '1234@example.com'],
    ['  <1234@example.com>  trailing', '1234@example.com'],
    ['(<mallory@x>) <1234@example.com>', '1234@example.com'],
    ['<12\r\n 34@example.com>', '1234@example.com'],
    ['<1234@example.com', '1234@example.com'],
    ['1234@example.com', '1234@example.com'],
    ['<>', null],
    ['', null],
    [`<${'x'.repeat(999)}>`, null],
  ])('finds in %j the identifier %j', (value, id) => {
    expect(messageIdOf(value)).toBe(id)
  })
})

describe('decodeWords', () => {
  it.each([
    ['plain', 'plain'],
    ['=?utf-8?Q?Gr=C3=BC=C3=9Fe_an_alle?=', 'Grüße an alle'],
    ['=?UTF-8?b?R3LDvMOfZQ==?=', 'Grüße'],
    ['=?iso-8859-1?q?=E4=F6=FC?=', 'äöü'],
    ['=?iso-8859-1*de?q?=E4?=', 'ä'],
    ['=?koi8-r?B?8NLJ18XU?=', 'Привет'],
    ['=?shift_jis?B?k/qWew==?=', '日本'],
    ['a =?utf-8?q?b?= c', 'a b c'],
    ['=?utf-8?q?a?= \t =?utf-8?q?b?=', 'ab'],
    ['=?utf-8?q?a?= =?iso-8859-1?q?=E4?=', 'aä'],
    // One character, cut in two by its sender.
    ['=?utf-8?q?=C3?= =?utf-8?q?=BC?=', 'ü'],
    ['=?utf-8?q?=C3?= x', '\ufffd x'],
    ['=?utf-8?q?a=zz=?=', 'a=zz='],
    ['=?utf-8?q?spaces are not allowed?=', 'spaces are not allowed'],
    ['=?x-unknown?q?a?=', '=?x-unknown?q?a?='],
    ['=?utf-8?q?a?= =?x-unknown?q?b?= c', 'a=?x-unknown?q?b?= c'],
    ['=?utf-8?x?a?=', '=?utf-8?x?a?='],
    ['=?utf-8?q?a', '=?utf-8?q?a'],
    ['=?utf-8?q?a?b', '=?utf-8?q?a?b'],
    ['=?=?utf-8?q?a?=', '=?a'],
    ['=?utf-8?q??=', ''],
    // What would end the line of a log or colour a terminal.
    ['=?utf-8?q?a=0D=0Ab=1B[31m=00?=', 'a  b [31m '],
    ['a\u2028b', 'a b'],
  ])('shows %j as %j', (value, shown) => {
    expect(decodeWords(value)).toBe(shown)
  })

  it('never throws, never grows, and lets no control character through', () => {
    const piece = fc.constantFrom(
      '=?',
      '?=',
      '?',
      'utf-8',
      'gb18030',
      'big5',
      'utf-16',
      'iso-2022-jp',
      'q',
      'b',
      '=1B',
      '=F0',
      '/w==',
      ' ',
      '\u0000',
      'ü',
    )
    const word = fc
      .tuple(
        fc.constantFrom('utf-8', 'gb18030', 'big5', 'utf-16be', 'iso-2022-jp', 'euc-kr'),
        fc.base64String({ maxLength: 60 }),
      )
      .map(([charset, text]) => `=?${charset}?b?${text}?=`)
    const value = fc
      .array(fc.oneof(piece, word, fc.string({ maxLength: 5 })), { maxLength: 20 })
      .map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(value, (any) => {
        const shown = decodeWords(any)
        expect(shown.length).toBeLessThanOrEqual(any.length)
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
      }),
      { numRuns: 1000 },
    )
  })

  it('cuts what is longer than anybody reads', () => {
    expect(decodeWords('x'.repeat(MAX_DECODED_LENGTH * 2))).toHaveLength(MAX_DECODED_LENGTH)
  })
})

it('reads any field value without throwing, into something that is no longer', () => {
  const piece = fc.constantFrom('<', '>', '(', ')', '"', '\\', '@', ':', ';', ',', '[', ']', '.', ' ', '\t', 'a')
  const value = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(value, (any) => {
      expect(mailboxOf(any)?.length ?? 0).toBeLessThanOrEqual(any.length)
      expect(messageIdOf(any)?.length ?? 0).toBeLessThanOrEqual(any.length)
    }),
    { numRuns: 1000 },
  )
})
