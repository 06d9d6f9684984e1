import fc from 'fast-check'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { measure } from '../../bench/eval/measure.ts'
import { MAX_RECIPIENTS } from '../../lambda/core/failed-recipients.ts'
import { MAX_REPORTED_RECIPIENTS, parseDeliveryStatus } from '../../lambda/core/protocol/dsn.ts'
import { inlineBlocks, MAX_BLOCKS } from '../../lambda/core/protocol/header-lines.ts'
import { textOfHtml } from '../../lambda/core/protocol/html-text.ts'
import { MIME_BOUNDS, readMail } from '../../lambda/core/protocol/mime.ts'
import { decodeTransfer } from '../../lambda/core/protocol/transfer-encoding.ts'
import { readReport } from '../../lambda/core/read-report.ts'
import { report } from './bounces.ts'

const pieces = fc.constantFrom(
  ...[
    '--b',
    '--',
    '\r\n',
    '\n',
    ' ',
    ':',
    ';',
    '=',
    '"',
    '<',
    '>',
    '> ',
    '<pre>',
    '</pre',
    '&lt;',
    '\u00e9',
    '=3D',
    '550 5.1.1',
  ],
  ...['Content-Type: ', 'multipart/report', 'boundary=b', 'report-type=', 'message/rfc822', 'message/delivery-status'],
  ...[
    'From: ',
    'To: ',
    'Message-ID: <',
    'Received: ',
    'a@b.example',
    'Action: failed',
    'Final-Recipient: rfc822;',
    'x',
  ],
)
const texts = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 120 }).map((all) => all.join(''))
const head = 'Return-Path: <>\r\nFrom: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n'
const multipart = `${head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n`

describe('reading a report', () => {
  it('never throws and keeps its bounds, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom('', head, multipart), texts, (start, text) => {
        const bytes = Buffer.from(start + text)
        const found = readReport(bytes)
        expect(found.recipients.length).toBeLessThanOrEqual(MAX_RECIPIENTS)
        expect(found.returned?.header.length ?? 0).toBeLessThanOrEqual(bytes.length + 2)
        expect(readMail(text).parts.length).toBeLessThanOrEqual(MIME_BOUNDS.maxParts)
        expect(parseDeliveryStatus(text).recipients.length).toBeLessThanOrEqual(MAX_REPORTED_RECIPIENTS)
        expect([...inlineBlocks(text)].length).toBeLessThanOrEqual(MAX_BLOCKS)
        expect(textOfHtml(text).length).toBeLessThanOrEqual(text.length)
        for (const encoding of ['base64', 'quoted-printable', '']) {
          expect(decodeTransfer(text, encoding).length).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('reads a truncated report as far as it goes', () => {
    const whole = report()

    for (let end = 0; end < whole.length; end += 7) {
      const { header = '' } = readReport(whole.subarray(0, end)).returned ?? {}
      expect(header.length).toBeLessThanOrEqual(whole.length)
    }
  })

  it.each([
    ['40 MB', multipart + '--b\r\n\r\n' + `${'x'.repeat(76)}\r\n`.repeat(520_000)],
    ['100,000 parts', multipart + '--b\r\n\r\nx\r\n'.repeat(100_000)],
    ['nesting a thousand deep', nested(1000)],
    ['prefixes of the boundary without end', multipart + '--bb\r\n'.repeat(400_000)],
    ['a line of 1 MB in the header', `${head}X-A: ${'a'.repeat(1 << 20)}\r\n\r\nx`],
    [
      'a line of 1 MB in the returned header',
      `${multipart}--b\r\nContent-Type: message/rfc822\r\n\r\nX: ${'a'.repeat(1 << 20)}`,
    ],
    ['fields that never become a message', `${head}\r\n${'a:\n'.repeat(700_000)}`],
    ['quotations that change with every line', `${head}\r\n${'> > From: a\r\n> To: b\r\n'.repeat(90_000)}`],
    [
      'status groups without end',
      `${multipart}--b\r\nContent-Type: message/delivery-status\r\n\r\n${'Action: x\r\n\r\n'.repeat(160_000)}`,
    ],
    ['tags that never close', `${head}Content-Type: text/html\r\n\r\n${'<pre'.repeat(500_000)}`],
  ])('comes to an end on %s', (_, text) => {
    // How long it takes is measured by bench/hostile.ts; a square would run into the time that any test has.
    expect(['dsn', 'dsn-nonstandard', 'none']).toContain(readReport(Buffer.from(text, 'latin1')).kind)
  })

  it('says that something was not read', () => {
    expect(readReport(Buffer.from(multipart + '--b\r\n\r\nx\r\n'.repeat(1000))).truncated).toBe(true)
    expect(readReport(report()).truncated).toBe(false)
  })
})

describe('the fields of a delivery status', () => {
  it('are read with addresses beyond ASCII (RFC 6533 3), relayed actions and a missing empty line', () => {
    const text = [
      'Reporting-MTA: dns; mx.example',
      'Original-Envelope-Id: e1',
      'Original-Recipient: utf-8; j\\x{F6}rg@away.example',
      'Final-Recipient: rfc822; <other@away.example>',
      'Action: relayed (to a relay)',
      'Status: 2.1.5',
      'Diagnostic-Code: smtp; 250 OK',
      '',
      'Final-Recipient: bare@away.example',
    ].join('\r\n')

    expect(parseDeliveryStatus(text)).toEqual({
      reportingMta: 'mx.example',
      originalEnvelopeId: 'e1',
      recipients: [
        {
          finalRecipient: 'other@away.example',
          originalRecipient: 'jörg@away.example',
          action: 'relayed',
          status: '2.1.5',
          diagnostic: '250 OK',
        },
        { finalRecipient: 'bare@away.example', originalRecipient: null, action: null, status: null, diagnostic: null },
      ],
      truncated: false,
    })
  })
})

const corpora = fileURLToPath(new URL('../../../shared/corpora', import.meta.url))

describe('mail that nobody here wrote', () => {
  it.skipIf(!existsSync(corpora))('is read as its index says (skipped where ../shared/corpora is absent)', async () => {
    const { bounces, messageIds, calledBounce } = await measure(corpora, () => undefined)

    expect(bounces.right / bounces.of).toBeGreaterThanOrEqual(0.99)
    expect(messageIds.right / messageIds.of).toBeGreaterThanOrEqual(0.98)
    expect(calledBounce['ham']?.right).toBe(0)
    expect(calledBounce['spam']?.right).toBe(0)
    expect(calledBounce['autoreply']?.right).toBe(0)
  })
})

function nested(depth: number): string {
  const levels = Array.from(
    { length: depth },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  )
  return `${head}${levels.join('')}\r\nx`
}
