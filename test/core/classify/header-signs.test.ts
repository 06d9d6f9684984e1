import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerSigns } from '../../../lambda/core/classify/header-signs.ts'
import { parseHeaderBlock } from '../../../lambda/core/protocol/header.ts'
import { languages, others, plainNotices, report } from '../bounces.ts'

const signsOf = (header: string | Buffer, reversePath: string | null = 'bob@partner.example'): readonly string[] =>
  headerSigns(parseHeaderBlock(header.toString('latin1')).fields, reversePath)

describe('what a header says about being automated', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['a person', 'From: Bob <bob@partner.example>\r\nSubject: Lunch\r\n', []],
    ['a report', 'Content-Type: multipart/report; report-type="Delivery-Status"; boundary=a\r\n', ['report-type']],
    ['a report that does not say of what', 'Content-Type: Multipart/Report; boundary=a\r\n', ['report-type']],
    ['a read receipt', 'Content-Type: multipart/report; report-type=disposition-notification\r\n', []],
    ['a TLS report', 'Content-Type: multipart/report; report-type=tlsrpt\r\n', []],
    ['something that begins like a report', 'Content-Type: multipart/reporting\r\n', []],
    ['a mailer-daemon', 'From: MAILER-DAEMON (Mail Delivery)\r\n', ['mailer-daemon', 'daemon-from']],
    ['a postmaster', 'From: Postmaster <postmaster@away.example>\r\n', ['daemon-from']],
    ['a daemon by name', 'From: "Mail Delivery Subsystem" <x@away.example>\r\n', ['daemon-name']],
    ['a subject', 'Subject: Undelivered Mail Returned to Sender\r\n', ['bounce-subject']],
    ['a subject in Swedish, encoded', 'Subject: =?utf-8?Q?Kunde_inte_levereras=3A_Planen?=\r\n', ['bounce-subject']],
    ['the field of Exim', 'X-Failed-Recipients: gone@away.example\r\n', ['failed-recipients-field']],
  ])('is told of %s', (_, header, signs) => {
    expect(signsOf(header)).toEqual(signs)
  })

  it('takes the envelope as it was, and no Return-Path that somebody wrote', () => {
    expect([signsOf('', null), signsOf('Return-Path: <>\r\n')]).toEqual([['null-sender'], []])
  })

  it.each([...Object.entries(plainNotices), ...Object.entries(languages), ['RFC 3464', report()] as const])(
    'is enough to read a notice that comes from nobody: %s',
    (_, mail) => {
      expect(signsOf(mail, null).length).toBeGreaterThan(0)
    },
  )

  it.each(
    [...Object.entries(plainNotices), ['RFC 3464', report()] as const].filter(([name]) => name !== 'a quotation'),
  )('is enough to read a notice that comes from somebody: %s', (_, mail) => {
    expect(signsOf(mail).length).toBeGreaterThan(0)
  })

  it('is nothing for the mail of a person', () => {
    expect(signsOf(others['an ordinary message']?.[1] ?? '')).toEqual([])
  })

  it('never throws, and says each sign once, whatever stands there', () => {
    const lines = fc.array(
      fc.tuple(
        fc.constantFrom('From', 'Subject', 'Content-Type', 'X-Failed-Recipients', 'Return-Path'),
        fc.oneof(fc.string(), fc.constantFrom('MAILER-DAEMON', '=?utf-8?B?', 'multipart/report; report-type="')),
      ),
    )
    fc.assert(
      fc.property(lines, fc.constantFrom(null, 'a@b.example'), (fields, reversePath) => {
        const signs = headerSigns(
          fields.map(([name, value]) => ({ name, value })),
          reversePath,
        )
        expect(new Set(signs).size).toBe(signs.length)
      }),
    )
  })
})
