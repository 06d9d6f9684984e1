import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { addressIn, splitAddressList } from '../../../local/ses/address-list.ts'
import { appendHeader, readHeaderBlock } from '../../../local/ses/header-block.ts'

describe('the header block of a message', () => {
  it('is read unfolded, up to the empty line', () => {
    const message = Buffer.from('A: one\r\nB : two\r\n\tand\r\n   more\r\nC:\r\n\r\nD: body\r\n')
    expect(readHeaderBlock(message)).toEqual({
      fields: [
        { name: 'A', value: 'one' },
        { name: 'B', value: 'two and more' },
        { name: 'C', value: '' },
      ],
      end: 36,
      lineBreak: '\r\n',
    })
  })

  it.each([
    ['bare line feeds', 'A: 1\nB: 2\n\nbody', ['A', 'B']],
    ['an mbox separator at the top', 'From anna@example.com Sat\r\nA: 1\r\n\r\n', ['A']],
    ['a line that is no field', 'A: 1\r\nnonsense\r\nB: 2\r\n\r\n', ['A', 'B']],
    ['no empty line', 'A: 1\r\nB: 2', ['A', 'B']],
    ['no header', '\r\nA: body', []],
    ['a continuation at the top', ' lost\r\nA: 1\r\n\r\n', ['A']],
    ['nothing', '', []],
  ])('is read with %s', (_, message, names) => {
    expect(readHeaderBlock(Buffer.from(message)).fields.map(({ name }) => name)).toEqual(names)
  })

  it('never throws, never reads past the message and never more than 5001 fields', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const { fields, end } = readHeaderBlock(Buffer.from(bytes))
        expect(end).toBeLessThanOrEqual(bytes.length)
        expect(fields.length).toBeLessThanOrEqual(bytes.length)
      }),
    )
    expect(readHeaderBlock(Buffer.from('A: 1\r\n'.repeat(20_000))).fields.length).toBe(5001)
  })

  it('takes one more field below the others, and leaves every other byte alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        const message = Buffer.concat([Buffer.from('A: 1\r\n\r\n'), body])
        const wanted = Buffer.concat([Buffer.from('A: 1\r\nX-New: new\r\n\r\n'), body])
        expect(appendHeader(message, { name: 'X-New', value: 'new' })).toEqual(wanted)
      }),
    )
    expect(appendHeader(Buffer.from('A: 1\n\nbody'), { name: 'B', value: '2' }).toString()).toBe('A: 1\nB: 2\n\nbody')
    expect(appendHeader(Buffer.from('A: 1'), { name: 'B', value: '2' }).toString()).toBe('A: 1\r\nB: 2\r\n')
  })
})

describe('an address list', () => {
  it.each([
    ['a@x.example, B <b@x.example>', ['a@x.example', 'B <b@x.example>'], ['a@x.example', 'b@x.example']],
    ['"Doe, J" <j@x.example>', ['"Doe, J" <j@x.example>'], ['j@x.example']],
    ['"a\\", b" <j@x.example>,k@x.example', ['"a\\", b" <j@x.example>', 'k@x.example'], ['j@x.example', 'k@x.example']],
    ['j@x.example (Doe, \\) J (x))', ['j@x.example (Doe, \\) J (x))'], ['j@x.example']],
    [
      'team: a@x.example, b@x.example;, c@x.example',
      ['a@x.example', 'b@x.example', 'c@x.example'],
      ['a@x.example', 'b@x.example', 'c@x.example'],
    ],
    ['undisclosed-recipients:;', [], []],
    ['', [], []],
  ])('%j has its mailboxes', (value, mailboxes, addresses) => {
    expect([splitAddressList(value), splitAddressList(value).map(addressIn)]).toEqual([mailboxes, addresses])
  })

  it('never throws, and never makes more than it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (value) => {
        const pieces = splitAddressList(value)
        expect(pieces.join('').length).toBeLessThanOrEqual(value.length)
        pieces.forEach(addressIn)
      }),
    )
    expect(splitAddressList('a,'.repeat(10_000)).length).toBeLessThanOrEqual(2001)
  })
})
