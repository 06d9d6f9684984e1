import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guessEnvelope } from '../../../lambda/core/hand-over/guess.ts'
import { ownHeaderLines } from '../../../lambda/core/hand-over/header-lines.ts'
import { deadLetterOf, readJob } from '../../../lambda/core/hand-over/job.ts'
import { isDue, oldestMs, passOf, recordDays, youngestMs } from '../../../lambda/core/hand-over/orphans.ts'
import { pointerOf } from '../../../lambda/core/hand-over/pointer.ts'
import { giveUpAfterMs, judgeReply, secondsUntilNext } from '../../../lambda/core/hand-over/replies.ts'
import { survivorsOf } from '../../../lambda/core/hand-over/survivors.ts'
import type { Reason } from '../../../lambda/core/reasons.ts'
import { jobFor, recordFor } from '../../hand-over/builders.ts'

describe('who gets a message', () => {
  const job = jobFor('alice@example.com', 'bob@example.com', 'Bob@example.com')

  it('is everybody whom the record does not stop, by the address as it stands in the envelope', () => {
    const record = recordFor({
      'alice@example.com': 'deliver',
      'bob@example.com': 'quarantine',
      'Bob@example.com': 'deliver',
    })
    expect(survivorsOf(job, record, null)).toEqual([
      { recipient: 'alice@example.com', to: 'alice@example.com' },
      { recipient: 'Bob@example.com', to: 'Bob@example.com' },
    ])
  })

  it('is everybody when there is no record, and whoever the record does not know', () => {
    expect(survivorsOf(job, null, null).map(({ recipient }) => recipient)).toEqual(job.recipients)
    const other = recordFor({ 'alice@example.com': 'discard' })
    expect(survivorsOf(job, other, null).map(({ recipient }) => recipient)).toEqual([
      'bob@example.com',
      'Bob@example.com',
    ])
  })

  it('is everybody of a release, whatever the record says, and the one who reads for postmaster as ever', () => {
    const released = { ...jobFor('bob@example.com', 'abuse@example.com'), origin: 'release' } as const
    const record = recordFor({ 'bob@example.com': 'quarantine', 'abuse@example.com': 'discard' })
    expect(survivorsOf(released, record, 'admin@example.com')).toEqual([
      { recipient: 'bob@example.com', to: 'bob@example.com' },
      { recipient: 'abuse@example.com', to: 'admin@example.com' },
    ])
  })

  it('is the one who reads for postmaster and abuse, of any domain and without one', () => {
    const roles = jobFor('PostMaster@example.com', 'abuse@example.net', 'postmaster', 'postmasters@example.com')
    expect(survivorsOf(roles, null, 'admin@example.com').map(({ to }) => to)).toEqual([
      'admin@example.com',
      'admin@example.com',
      'admin@example.com',
      'postmasters@example.com',
    ])
  })
})

describe('the lines on top', () => {
  it('say what was decided, and why, each code once', () => {
    const record = recordFor({ 'alice@example.com': 'deliver' }, [
      { code: 'zone-hint', zone: 'a.example', return_codes: ['127.0.0.2'] },
      { code: 'zone-hint', zone: 'b.example', return_codes: ['127.0.0.2'] },
      {
        code: 'bounce-unverified',
        address: 'alice@example.com',
        why: 'no-returned-message',
        hints: [],
      } as unknown as Reason,
    ])
    expect(ownHeaderLines(jobFor('alice@example.com'), { ...record, would_be_action: 'quarantine' })).toBe(
      'X-Quietgate-Message-Id: id1\r\nX-Quietgate-Action: deliver\r\nX-Quietgate-Would-Be-Action: quarantine\r\n' +
        'X-Quietgate-Reasons: zone-hint bounce-unverified\r\nX-Quietgate-Bounce: unverified\r\n',
    )
  })

  it('are folded, and nothing that is in an id can make a line of its own', () => {
    const codes = Array.from({ length: 12 }, (_, i) => ({ code: `some-long-code-${i}` }) as unknown as Reason)
    const lines = ownHeaderLines(
      { ...jobFor('a@example.com'), message_id: 'a\r\nBcc: x' },
      recordFor({ 'a@example.com': 'deliver' }, codes),
    )
    expect(lines.split('\r\n')[0]).toBe('X-Quietgate-Message-Id: a??Bcc??x')
    expect(Math.max(...lines.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(78)
    expect(lines.replaceAll('\r\n ', ' ')).toContain(codes.map(({ code }) => code).join(' '))
  })
})

describe('what lies in the queue', () => {
  const job = jobFor('alice@example.com')

  it('is read as it was written, and so is a dead letter that was put back, a round later', () => {
    expect(readJob(JSON.parse(JSON.stringify(job)))).toEqual(job)
    const letter = deadLetterOf(job, [{ recipient: 'alice@example.com', reply: '550 no' }], '2026-11-21T10:00:00.000Z')
    expect(readJob(JSON.parse(JSON.stringify(letter)))).toEqual({ ...job, round: 1 })
    for (const origin of ['release', 'orphan'] as const) expect(readJob({ ...job, origin })).toEqual({ ...job, origin })
    expect(readJob({ ...job, origin: 'resale' })).toBe(null)
  })

  it('is nothing when it is anything else, whatever it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => readJob(value) === null))
    for (const spoiled of [{ kept_key: 'mail/x' }, { recipients: [''] }, { received_at: 'today' }, { round: 0.5 }]) {
      expect(readJob({ ...job, ...spoiled })).toBe(null)
    }
  })
})

describe('what a reply means', () => {
  it.each([
    ['rcpt', 550, 'refused'],
    ['rcpt', 451, 'later'],
    ['mail', 552, 'refused'],
    ['data', 554, 'refused'],
    ['data', 250, 'later'],
    ['data', null, 'later'],
    // About us, and not about the message.
    ['mail', 530, 'later'],
    ['session', 535, 'later'],
    ['session', 554, 'later'],
    ['rcpt', 503, 'later'],
    ['data', 421, 'later'],
  ] as const)('to %s with %s is %s', (stage, code, meaning) => {
    expect(judgeReply({ stage, code })).toBe(meaning)
  })

  it('is waited for longer each time, up to half an hour, and so for ten days', () => {
    expect([1, 2, 3, 7, 8, 1000].map(secondsUntilNext)).toEqual([30, 60, 120, 1800, 1800, 1800])
    // Fewer tries than the 1,000 after which SQS itself would put it aside.
    expect(giveUpAfterMs / 1000 / 1800 + 10).toBeLessThan(1000)
  })
})

describe('the pointer', () => {
  it('names the mail, those for whom it is, and the reasons', () => {
    const job = {
      ...jobFor('alice@example.com', 'postmaster@example.com'),
      mail_from: 'carol@partner.example',
      null_sender: false,
    }
    const record = recordFor({ 'alice@example.com': 'deliver', 'postmaster@example.com': 'deliver' }, [
      { code: 'recipient-always-exists', address: 'postmaster@example.com' },
    ])
    expect(pointerOf(job, record, survivorsOf(job, record, 'admin@example.com'))).toEqual({
      schema_version: 1,
      message_id: 'id1',
      received_at: '2026-11-21T10:00:00.000Z',
      kept_key: 's3://mail/mail/id1',
      recipients: [
        { address: 'alice@example.com', to: 'alice@example.com' },
        { address: 'postmaster@example.com', to: 'admin@example.com' },
      ],
      mail_from: 'carol@partner.example',
      null_sender: false,
      action: 'deliver',
      would_be_action: 'deliver',
      reasons: ['recipient-always-exists'],
      recorded: true,
      origin: 'receipt',
    })
  })
})

describe('an envelope that is guessed', () => {
  const head = (...lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\nTo: body@example.com\r\n`

  it('is what SES wrote, and those of our domains whom the header names, each once', () => {
    const text = head(
      'Return-Path: <carol@partner.example>',
      'Received: from a (a [192.0.2.1]) by inbound-smtp.eu-west-1.amazonaws.com with SMTP id x',
      ' for alice@example.com; Sat, 21 Nov 2026 10:00:00 +0000 (UTC)',
      'Received: from b by a for <list@elsewhere.example>; Sat, 21 Nov 2026 09:59:59 +0000',
      'To: Alice <ALICE@EXAMPLE.COM>, other@elsewhere.example',
      'Cc: "Bob" <bob@example.com>',
    )
    expect(guessEnvelope(text, ['example.com'])).toEqual({
      mailFrom: 'carol@partner.example',
      recipients: ['alice@example.com', 'bob@example.com'],
    })
  })

  it('has a null sender where SES wrote one, and where another field stands on top', () => {
    expect(guessEnvelope(head('Return-Path: <>', 'To: a@example.com'), ['example.com']).mailFrom).toBe(null)
    expect(guessEnvelope(head('To: a@example.com', 'Return-Path: <x@y.example>'), ['example.com']).mailFrom).toBe(null)
  })

  it('names nobody else, and never throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Received: ', ' for ', 'To: ', '<', '>', 'a@example.com', '@', ';', '\r\n', ',')),
        (parts) => {
          for (const one of guessEnvelope(parts.join(''), ['example.com']).recipients)
            expect(one).toMatch(/@example\.com$/)
        },
      ),
    )
  })
})

describe('a pass of the sweep', () => {
  const now = Date.parse('2026-11-21T12:00:00.000Z')

  it('begins with the mail of two days, and goes on where the last one ended', () => {
    const first = passOf(null, now)
    expect(first).toEqual({ from: '2026-11-19T12:00:00.000Z', to: '2026-11-21T11:50:00.000Z', after: null })
    expect([oldestMs, youngestMs]).toEqual([48 * 3_600_000, 10 * 60_000])
    expect(passOf({ ...first, after: 'mail/x' }, now + 300_000)).toEqual({ ...first, after: 'mail/x' })
    expect(passOf(first, now + 300_000)).toEqual({ from: first.to, to: '2026-11-21T11:55:00.000Z', after: null })
  })

  it('looks at each message once, whenever it was stored', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: 3_600_000 }), fc.constantFrom(0, 300_000, 600_000)), (ms) => {
        const storedAt = new Date(now - 600_000 + ms).toISOString()
        const passes = [passOf(null, now)]
        for (let run = 1; run < 20; run++) passes.push(passOf(passes.at(-1)!, now + run * 300_000))
        const mail = { messageId: 'a', key: 'k', storedAt }
        expect(passes.filter((pass) => isDue(mail, pass))).toHaveLength(1)
      }),
    )
  })

  it('asks for the record of the day of storing, and of the two before, because SES tries for 36 hours', () => {
    expect(recordDays('2026-11-21T00:00:01.000Z')).toEqual(['2026-11-21', '2026-11-20', '2026-11-19'])
  })
})
