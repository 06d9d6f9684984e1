import { describe, expect, it } from 'vitest'
import { readMail } from '../../lambda/core/protocol/mime.ts'
import { readReport } from '../../lambda/core/read-report.ts'
import { languages, mail, others, plainNotices, report, returned, sentHeader, sentRaw } from './bounces.ts'

/** What is compared of a returned message. */
const returnedBy = (message: Buffer): unknown => {
  const found = readReport(message).returned
  if (found === null) return null
  const { messageId, from, to, date, dkim, complete } = found
  return { messageId, from, to, date, dkim, complete }
}

const failed = [{ address: 'gone@away.example', action: 'failed', status: '5.1.1' }]

describe('a notice by RFC 3464', () => {
  it('is a dsn with its evidence, its returned header octet by octet, and its recipients', () => {
    const found = readReport(report())

    expect({ ...found, returned: found.returned?.header }).toEqual({
      originalRecipients: [],
      reportingMta: 'mx.away.example',
      kind: 'dsn',
      evidence: ['report-type', 'delivery-status-part', 'null-sender', 'mailer-daemon', 'daemon-from'],
      returned: sentRaw,
      recipients: failed,
      truncated: false,
    })
    expect(returnedBy(report())).toEqual(returned)
  })

  it.each([
    ['MESSAGE/GLOBAL-DELIVERY-STATUS', 'Message/Global'],
    ['message/global-delivery-status', 'message/global-headers'],
    ['message/delivery-status', 'text/rfc822-headers'],
  ])('may have the types %s and %s', (status, type) => {
    const found = readReport(report(status, type))

    expect([found.kind, found.returned?.header, found.recipients]).toEqual(['dsn', sentRaw, failed])
  })

  it('may return a message in base64, in quoted-printable, or without the empty line above it', () => {
    const base64 = report(
      undefined,
      undefined,
      [Buffer.from(`${sentRaw}\r\nx`).toString('base64')],
      'Content-Transfer-Encoding: base64',
    )
    const quoted = sentHeader.map((line) => line.replaceAll('=', '=3D'))
    const printable = report(undefined, undefined, quoted, 'Content-Transfer-Encoding: quoted-printable')
    const glued = Buffer.from(report().toString().replace('message/rfc822\r\n\r\n', 'message/rfc822\r\n'))

    expect([base64, printable, glued].map((message) => readReport(message).returned?.header)).toEqual([
      sentRaw,
      sentRaw,
      sentRaw,
    ])
  })

  it('is one in multipart/mixed, too, with a footer behind it', () => {
    const [head = '', ...rest] = report().toString().split('\r\n\r\n')
    const type = head.slice(head.indexOf('Content-Type'))
    const fields = head.slice(0, head.indexOf('MIME-Version'))
    const wrapped = `${fields}Content-Type: multipart/mixed; boundary=w\r\n\r\n--w\r\n${type}\r\n\r\n${rest.join('\r\n\r\n')}\r\n--w\r\n\r\nA footer.\r\n--w--\r\n`
    const openSmtpd = report().toString().replace('Multipart/Report', 'multipart/mixed')

    for (const message of [wrapped, openSmtpd].map((text) => Buffer.from(text))) {
      expect([readReport(message).kind, readReport(message).returned?.header]).toEqual(['dsn', sentRaw])
    }
  })

  it('counts the outermost returned message of a double bounce', () => {
    const inner = report().toString().split('\r\n')
    const double = report(undefined, undefined, [
      'Message-ID: <outer@example.com>',
      'From: alice@example.com',
      ...inner,
    ])

    expect(readReport(double).returned?.messageId).toBe('outer@example.com')
  })

  it('may return nothing', () => {
    const found = readReport(report(undefined, 'text/plain', ['Nothing to see.']))

    expect([found.kind, found.returned]).toEqual(['dsn', null])
  })

  it('is incomplete without Received', () => {
    expect(readReport(report(undefined, undefined, sentHeader.slice(1))).returned?.complete).toBe(false)
  })
})

describe('a notice of its own form', () => {
  it.each(Object.entries(plainNotices))('is recognised and read: %s', (_, message) => {
    const found = readReport(message)

    expect(found.kind).toBe('dsn-nonstandard')
    expect(returnedBy(message)).toEqual(returned)
    expect(found.returned?.header).toBe(sentRaw)
    expect(found.recipients).toEqual([{ ...failed[0], action: null }])
  })

  it.each(Object.entries(languages))('is recognised and read in %s', (_, message) => {
    expect([readReport(message).kind, returnedBy(message)]).toEqual(['dsn-nonstandard', returned])
  })

  it('may be HTML', () => {
    const html = sentHeader.map((line) => line.replaceAll('<', '&lt;').replaceAll('>', '&gt;')).join('<br>\r\n')
    const message = mail(
      'Return-Path: <>',
      'From: postmaster@away.example',
      'Subject: Undeliverable',
      'Content-Type: text/html',
      '',
      `<p>It failed.</p><p>${html}</p>`,
    )

    expect(returnedBy(message)).toEqual(returned)
  })

  it('takes the null sender from the envelope where there is one', () => {
    const message = mail('From: x@away.example', 'Subject: Undeliverable', '', 'It could not be delivered.')

    expect(readReport(message, { reversePath: null }).kind).toBe('dsn-nonstandard')
    expect(readReport(message, { reversePath: 'x@away.example' }).kind).toBe('none')
  })
})

describe('whom a notice names', () => {
  const about = (...lines: readonly string[]): unknown => {
    const fields = ['From: MAILER-DAEMON@away.example', 'To: alice@example.com', 'Subject: failure notice', '']
    return readReport(mail(...fields, ...lines)).recipients
  }

  it.each([
    ['Your message to <gone@away.example> could not be delivered.'],
    ['Your message', '  To: alice@example.com', '  Subject: The plan', 'did not reach:', 'gone@away.example on Monday'],
    ['gone@away.example: unknown', 'alice@example.com: the sender'],
  ])('is not the sender, to whom it goes: %s', (...lines) => {
    expect(about(...lines)).toEqual([{ address: 'gone@away.example', action: null, status: null }])
  })

  it('is told by X-Failed-Recipients, too', () => {
    const message = mail('From: x@away.example', 'X-Failed-Recipients: gone@away.example, b@away.example', '', 'x')

    expect(readReport(message).recipients).toEqual([
      { address: 'gone@away.example', action: 'failed', status: null },
      { address: 'b@away.example', action: 'failed', status: null },
    ])
  })
})

describe('the parts of a message', () => {
  it('are not cut at a line that only begins like the delimiter', () => {
    const { parts } = readMail('Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\ntwo\n--b--\n')

    expect(parts.map(({ type, body }) => [type, body])).toEqual([
      ['multipart/mixed', ''],
      ['text/plain', 'one\n--bb\ntwo'],
    ])
  })
})

describe('what is no bounce', () => {
  it.each(Object.entries(others))('is called what it is: %s', (_, [kind, message]) => {
    const found = readReport(message)

    expect([found.kind, found.returned, found.recipients]).toEqual([kind, null, []])
  })
})
