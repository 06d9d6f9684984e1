import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeOf, type GivenEnvelope } from '../../../cli/explain/envelope.ts'

const nothing: GivenEnvelope = { recipients: [], mailFrom: null, clientIp: null }

function message(...lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\nHello.\r\n`)
}

describe('the envelope of a message from a file', () => {
  it('is what the command line says, whatever the header claims', () => {
    const mail = message('Return-Path: <x@y.example>', 'From: x@y.example', 'To: bob@example.com')
    const given = { recipients: ['alice@example.com'], mailFrom: '<>', clientIp: '2001:DB8:0::1' }
    expect(envelopeOf(mail, given)).toEqual({
      envelope: {
        clientIp: '2001:db8::1',
        clientName: null,
        helo: '[IPv6:2001:db8::1]',
        reversePath: null,
        recipients: ['alice@example.com'],
      },
      assumed: [],
    })
  })

  it("is read from SES's own lines on a message from the mail bucket", () => {
    const mail = message(
      'Return-Path: <bounces+1@news.example>',
      'Received: from mx.news.example (mx2.news.example [203.0.113.5])',
      ' by inbound-smtp.eu-west-1.amazonaws.com with SMTP id s08vnjngg8o82cpus2084722eiate3c6ig885f01',
      ' for alice@example.com; Thu, 13 Jan 2022 21:02:45 +0000 (UTC)',
      'From: News <news@news.example>',
      'To: Alice <alice@example.com>, "Doe, Jane" <jane@example.com>',
      'Cc: alice@example.com',
      'cc: bob@example.com',
    )
    expect(envelopeOf(mail, nothing)).toEqual({
      envelope: {
        clientIp: '203.0.113.5',
        clientName: null,
        helo: 'mx.news.example',
        reversePath: 'bounces+1@news.example',
        recipients: ['alice@example.com', 'jane@example.com', 'bob@example.com'],
      },
      assumed: [
        'No --rcpt was given: the recipients are those of To and Cc.',
        'No --mail-from was given: the envelope sender is bounces+1@news.example, as Return-Path says.',
        'No --client-ip was given: it is 203.0.113.5, as the Received line of SES says.',
      ],
    })
  })

  it('knows no client from the Received line of anybody else', () => {
    const mail = message(
      'Received: from a.example (a.example [203.0.113.5]) by mx.partner.example with ESMTP id 1',
      'From: a@a.example',
      'To: alice@example.com',
    )
    const { envelope, assumed } = envelopeOf(mail, nothing)
    expect({ ip: envelope.clientIp, sender: envelope.reversePath, assumed: assumed.slice(1) }).toEqual({
      ip: '0.0.0.0',
      sender: 'a@a.example',
      assumed: [
        'No --mail-from was given: the envelope sender is a@a.example, as From says.',
        'No --client-ip was given, and the message has no Received line of SES: no zone is asked.',
      ],
    })
  })

  it('has the null sender where Return-Path is empty', () => {
    const { envelope } = envelopeOf(message('Return-Path: <>', 'From: MAILER-DAEMON@a.example'), nothing)
    expect(envelope.reversePath).toBeNull()
  })

  it('is made of any bytes, with a bounded number of recipients', () => {
    const lines = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('To: a@b, c@d;', ' <', 'Received: from [', 'Return-Path: <')),
    )
    fc.assert(
      fc.property(fc.uint8Array(), lines, (bytes, text) => {
        const mail = Buffer.concat([message(...text), bytes])
        expect(envelopeOf(mail, nothing).envelope.recipients.length).toBeLessThanOrEqual(500)
      }),
    )
    const many = Array.from({ length: 3000 }, (_, index) => `u${index}@example.com`).join(', ')
    expect(envelopeOf(message(`To: ${many}`), nothing).envelope.recipients).toHaveLength(500)
  })
})
