import { describe, expect, it } from 'vitest'
import type { Message } from '../../lambda/core/message.ts'
import { domainOf, messageOf, policyOf, saying, weighing } from '../builders.ts'
import { others } from '../core/bounces.ts'
import { bounceWorld, forged, inShort, noticeOf, sentMail, signing } from './bounce-world.ts'

const lists = [weighing('one.example', 2), weighing('two.example', 2)]

describe('mail from nobody that is no bounce', () => {
  const strict = policyOf({
    domains: [domainOf('example.com', { neverSends: ['alice'], allOutboundSigned: true, sendsOnlyVia: 'ses' })],
  })

  it.each(Object.entries(others))('is delivered, also to who never sends: %s', async (_, [kind, mail]) => {
    // A person's mail comes from a person; of all else the envelope is that of a bounce.
    const reversePath = kind === 'none' && !mail.includes('Return-Path: <>') ? 'bob@partner.example' : null
    const recipients = ['alice@example.com']
    const outcome = await bounceWorld({ policy: strict }).receive(mail, { reversePath, recipients })
    expect(inShort(outcome)).toEqual({ action: 'deliver', verdicts: [], codes: [] })
    const told = outcome.reasons.flatMap((reason) => (reason.code === 'report-recognised' ? [reason.kind] : []))
    expect(told).toEqual(kind === 'none' ? [] : [kind])
  })
})

describe('a report that a gateway wrapped with a footer', () => {
  it('is a bounce, and is judged as one', async () => {
    const wrap = (report: Buffer): Buffer => {
      const text = report.toString('latin1')
      const type = text.indexOf('Content-Type: multipart/report')
      const lines = [
        `${text.slice(0, type)}Content-Type: multipart/mixed; boundary=outer`,
        '',
        '--outer',
        text.slice(type),
        '--outer',
        'Content-Type: text/plain',
        '',
        'This message was scanned.',
        '--outer--',
        '',
      ]
      return Buffer.from(lines.join('\r\n'), 'latin1')
    }
    const genuine = await bounceWorld().receive(wrap(noticeOf(sentMail())))
    expect(inShort(genuine)).toEqual({ action: 'deliver', verdicts: ['authentic'], codes: ['bounce-authentic'] })
    expect(genuine.reasons[0]).toMatchObject({ code: 'report-recognised', kind: 'dsn' })
    expect((await bounceWorld().receive(wrap(forged()))).action).toBe('quarantine')
  })
})

describe('what SES itself says of mail that we sent', () => {
  const from = 'MAILER-DAEMON@eu-west-1.amazonses.com'
  const feedback = noticeOf(sentMail({ key: null }), { from })
  const policy = policyOf({ ...signing, dnsxl: { zones: lists, record: 1, stop: 3, action: 'quarantine' } })
  const passing = { ...messageOf().scans, dmarc: 'pass' } as const

  it('is authentic, on whatever list its client is, and nothing of it need be read', async () => {
    const world = bounceWorld({ policy, zones: saying('127.0.0.2') })
    world.mail.failWith('refused')
    const { action, verdicts, reasons } = await world.receive(feedback, { scans: passing })
    expect([action, verdicts, world.failures]).toEqual(['deliver', ['authentic'], []])
    expect(reasons[0]).toEqual({ code: 'bounce-authentic', address: 'alice@example.com', proof: 'ses-feedback' })
  })

  it.each(['MAILER-DAEMON@amazonses.com', 'mailer-daemon@EMAIL-bounces.amazonses.com', `"SES" <${from}>`])(
    'may come from %s',
    async (sender) => {
      const outcome = await bounceWorld().receive(noticeOf(null, { from: sender }), { scans: passing })
      expect(outcome.verdicts).toEqual(['authentic'])
    },
  )

  const to = (address: string): Buffer => noticeOf(sentMail({ key: null }), { from, to: address })
  const says = ['Authentication-Results: amazonses.com; dkim=pass header.i=@amazonses.com; dmarc=pass']
  const lookAlikes: readonly (readonly [string, Buffer, Partial<Message>])[] = [
    [
      'of another customer, whose From is theirs',
      noticeOf(sentMail({ key: null }), { from: 'MAILER-DAEMON@customer.example' }),
      {},
    ],
    ['that was written to somebody else', to('eve@customer.example'), { recipients: ['alice@example.com'] }],
    [
      'whose sender writes that it passed',
      noticeOf(sentMail({ key: null }), { from, top: says }),
      { scans: { ...passing, dmarc: 'gray' } },
    ],
    ['that fails DMARC', feedback, { scans: { ...passing, dmarc: 'fail' } }],
    [
      'whose display name looks like it',
      noticeOf(sentMail({ key: null }), { from: `"${from}" <MAILER-DAEMON@eve.example>` }),
      {},
    ],
    ['with a second From', noticeOf(sentMail({ key: null }), { from, top: ['From: eve@eve.example'] }), {}],
    [
      'with a second From below',
      noticeOf(sentMail({ key: null }), { from: 'eve@eve.example', top: [`From: ${from}`] }),
      {},
    ],
    ['with two addresses in From', noticeOf(sentMail({ key: null }), { from: `${from}, eve@eve.example` }), {}],
    [
      'from a domain that ends like it',
      noticeOf(sentMail({ key: null }), { from: 'MAILER-DAEMON@notamazonses.com' }),
      {},
    ],
    ['from somebody else there', noticeOf(sentMail({ key: null }), { from: 'no-reply@amazonses.com' }), {}],
  ]

  it.each(lookAlikes)('is not said by a bounce %s', async (_, mail, changes) => {
    const outcome = await bounceWorld().receive(mail, { scans: passing, ...changes })
    expect(inShort(outcome)).toEqual({ action: 'quarantine', verdicts: ['backscatter'], codes: ['bounce-backscatter'] })
  })
})
