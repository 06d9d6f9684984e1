import { describe, expect, it } from 'vitest'
import { MAX_FAILED } from '../../lambda/core/bounce-facts.ts'
import { readReport } from '../../lambda/core/read-report.ts'
import { reportFactOf } from '../../lambda/core/report-fact.ts'
import { mail, report, sentHeader } from './bounces.ts'

const factOf = (lines: readonly string[]) => reportFactOf(readReport(report(undefined, undefined, [...lines, '', 'x'])))
const marksOf = (...lines: readonly string[]) => factOf([...sentHeader, ...lines]).returned?.marksOfSes
const withoutId = sentHeader.filter((line) => !line.startsWith('Message-ID'))

describe('what is kept of a report', () => {
  it('is what a bounce is judged by', () => {
    expect(factOf(sentHeader)).toEqual({
      kind: 'dsn',
      evidence: ['report-type', 'delivery-status-part', 'null-sender', 'mailer-daemon', 'daemon-from'],
      truncated: false,
      reportingMta: 'mx.away.example',
      failed: [{ address: 'gone@away.example', action: 'failed', status: '5.1.1' }],
      originals: [],
      returned: {
        messageId: 'plan-1@example.com',
        from: 'alice@example.com',
        to: 'gone@away.example',
        date: 'Mon, 2 Nov 2026 10:00:00 +0000',
        returnPath: null,
        complete: true,
        found: 'part',
        signatures: [{ d: 'example.com', s: 'k1' }],
        marksOfSes: [],
        firstServer: 'out.example.com',
      },
    })
  })

  it('is nothing returned where nothing is', () => {
    expect(reportFactOf(readReport(mail('From: bob@partner.example', '', 'Hi')))).toEqual({
      kind: 'none',
      evidence: [],
      truncated: false,
      reportingMta: null,
      failed: [],
      originals: [],
      returned: null,
    })
  })

  it('names the server that took it first, by the lowest line, however it is written', () => {
    const lowest =
      'Received: from [192.0.2.7] (port=1)\tby  OUT.Example.COM. with esmtp; Mon, 2 Nov 2026 09:00:00 +0000'
    const top = 'Received: from out.example.com by mx.away.example; Mon, 2 Nov 2026 10:00:00 +0000'
    expect(factOf([top, lowest, ...sentHeader.slice(1)]).returned?.firstServer).toBe('out.example.com')
    expect(factOf(['Received: (qmail 1 invoked by uid 0)', ...sentHeader.slice(1)]).returned?.firstServer).toBe(null)
    const php = 'Received: from localhost (invoked by uid 33) by out.example.com; now'
    expect(factOf([php, ...sentHeader.slice(1)]).returned?.firstServer).toBe('out.example.com')
    expect(factOf(sentHeader.slice(1)).returned?.firstServer).toBe(null)
  })

  it('is bounded, whatever a report holds', () => {
    const many = Array.from({ length: 200 }, (_, i) => `DKIM-Signature: v=1; d=${'d'.repeat(500)}.example; s=s${i}`)
    const long = factOf([...many, `From: <${'a'.repeat(5000)}@example.com>`, ...sentHeader])
    expect(long.returned?.signatures.length).toBe(MAX_FAILED)
    expect(JSON.stringify(long).length).toBeLessThan(20_000)
    const recipients = Array.from({ length: 300 }, (_, i) => ({
      address: `${'b'.repeat(400)}${i}`,
      action: null,
      status: null,
    }))
    const original = readReport(report())
    const fact = reportFactOf({
      ...original,
      recipients,
      originalRecipients: recipients.map(({ address }) => address),
      reportingMta: 'm'.repeat(1000),
    })
    expect([fact.failed.length, fact.originals.length, JSON.stringify(fact).length < 20_000]).toEqual([
      MAX_FAILED,
      MAX_FAILED,
      true,
    ])
  })
})

describe('the marks of SES', () => {
  it.each([
    ['its Message-ID', [...withoutId, 'Message-ID: <0100-1@Email.amazonses.com>'], ['message-id']],
    ['its Message-ID in a region', [...withoutId, 'Message-ID: <0100-1@eu-west-1.amazonses.com>'], ['message-id']],
    ['X-SES-Outgoing', [...sentHeader, 'X-SES-Outgoing: 2026.11.21-192.0.2.1'], ['outgoing-field']],
    ['its Feedback-ID', [...sentHeader, 'Feedback-ID: 1.eu-west-1.abc=:AmazonSES'], ['feedback-id']],
    ['its signature', ['DKIM-Signature: v=1; d=amazonses.com; s=x; h=from; bh=; b=', ...sentHeader], ['signature']],
    [
      'the server that handed it on',
      ['Received: from a8-31.smtp-out.amazonses.com by mx.away.example; now', ...sentHeader],
      ['received'],
    ],
    ['its server', ['Received: from x by email-smtp.amazonses.com; now', ...sentHeader], ['received']],
    ['its return path', ['Return-Path: <0100-1@eu-west-1.amazonses.com>', ...sentHeader], ['return-path']],
  ] as const)('are told by %s', (_, lines, marks) => {
    expect(factOf(lines).returned?.marksOfSes).toEqual(marks)
  })

  it.each([
    'Feedback-ID: 1:AmazonSES:customer',
    'X-Note: sent by amazonses.com',
    'Received: from amazonses.com.evil.example by mx.away.example; now',
    'Return-Path: <x@notamazonses.com>',
    'X-SES: 1',
  ])('are none of what only looks like it: %s', (line) => {
    expect(marksOf(line)).toEqual([])
  })
})
