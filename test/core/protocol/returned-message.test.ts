import { describe, expect, it } from 'vitest'
import { MIME_BOUNDS, readMail } from '../../../lambda/core/protocol/mime.ts'
import { returnedMessageOf } from '../../../lambda/core/protocol/returned-message.ts'
import { readReport } from '../../../lambda/core/read-report.ts'
import { mail, report, sentHeader } from '../bounces.ts'

/** Longer than what is read of a part, and of a message. */
const pad = (octets: number): string => `X-Pad: a${`\r\n ${'a'.repeat(70)}`.repeat(Math.ceil(octets / 73))}`
const completeness = (message: Buffer): unknown => {
  const { returned, truncated } = readReport(message)
  return [returned?.messageId, returned?.complete, truncated]
}

describe('a returned header', () => {
  it('is complete without an empty line behind it, where nothing was cut', () => {
    expect(completeness(report(undefined, 'text/rfc822-headers', sentHeader))).toEqual([
      'plan-1@example.com',
      true,
      false,
    ])
  })

  it('is complete in front of a body that was cut', () => {
    const body = [...sentHeader, '', pad(MIME_BOUNDS.maxLength)]

    expect(completeness(report(undefined, undefined, body))).toEqual(['plan-1@example.com', true, true])
  })

  it.each([
    ['', (text: string) => text],
    [
      'base64',
      (text: string) =>
        (
          Buffer.from(text)
            .toString('base64')
            .match(/.{1,76}/g) ?? []
        ).join('\r\n'),
    ],
    ['quoted-printable', (text: string) => text.replaceAll('a', '=61')],
  ])('that goes on behind what is read of a part is not complete (%s)', (encoding, encode) => {
    const whole = encode([...sentHeader, pad(700_000)].join('\r\n'))
    const message = report(undefined, undefined, [whole], `Content-Transfer-Encoding: ${encoding}`)

    expect(readReport(message).returned?.complete).toBe(false)
  })

  it('that goes on behind what is read of a text is not complete', () => {
    const notice = (fields: string): Buffer =>
      mail(
        'From: MAILER-DAEMON@away.example',
        'Subject: failure notice',
        '',
        'User unknown',
        '',
        ...sentHeader,
        fields,
        '',
        'x',
      )

    expect([notice(pad(1000)), notice(pad(300_000))].map((message) => readReport(message).returned?.complete)).toEqual([
      true,
      false,
    ])
  })

  it('at which the message itself was cut is not complete', () => {
    const whole = report(undefined, undefined, [...sentHeader, 'X-More: b', '', 'x']).toString()
    const [first, more] = [whole.indexOf('--edge/1'), whole.indexOf('X-More')]
    const part = (octets: number): string => `--edge/1\r\n\r\n${'a'.repeat(octets - 14)}\r\n`
    const padded = whole.slice(0, first) + part(MIME_BOUNDS.maxLength - more) + whole.slice(first)

    const found = returnedMessageOf(readMail(padded))

    expect([found?.messageId, found?.complete]).toEqual(['plan-1@example.com', false])
  })

  it('among the fields of its part begins with its own first field, also below the line of an mbox', () => {
    const glued = report().toString().replace('message/rfc822\r\n\r\n', 'message/rfc822\r\n')
    const marked = glued.replace(
      'Content-Type: message/rfc822',
      'From MAILER-DAEMON Mon Nov  2\r\nContent-Type: message/rfc822',
    )
    const [first] = sentHeader

    expect([glued, marked].map((text) => readReport(Buffer.from(text)).returned?.header.split('\r\n')[0])).toEqual([
      first,
      first,
    ])
  })
})
