import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Of, filled, requestOf } from '../../../../local/page/client/side/send-request.ts'

describe('the form that sends a message', () => {
  it('takes several recipients, and an empty sender as the null reverse-path', () => {
    const form = {
      ...filled,
      from: ' ',
      to: ' a@example.com, b@example.com\nc@example.com,',
      helo: ' ',
      kind: 'eicar',
    } as const
    expect(requestOf(form, false)).toEqual({
      from: null,
      to: ['a@example.com', 'b@example.com', 'c@example.com'],
      clientIp: '198.51.100.10',
      subject: 'Lunch on Friday?',
      body: 'The usual place, at noon.',
      kind: 'eicar',
    })
  })

  it('sends a file with the envelope alone, so that nothing is added to its octets', () => {
    expect(requestOf({ ...filled, raw: 'AAEC' }, true)).toEqual({
      from: 'carol@partner.example',
      to: ['alice@example.com'],
      clientIp: '198.51.100.10',
      helo: 'mail.partner.example',
      raw: 'AAEC',
    })
  })

  it('keeps every octet of a file, whatever its size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(base64Of(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      }),
    )
    const large = new Uint8Array(100_001).map((_, i) => i % 251)
    expect(base64Of(large)).toBe(Buffer.from(large).toString('base64'))
  })
})
