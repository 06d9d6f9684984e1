import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTally, mostListed } from '../../../lambda/core/digest/tally.ts'
import { digestMessage, mostOctets } from '../../../lambda/core/digest/text.ts'
import type { DecisionRecord, RecordedRecipient } from '../../../lambda/core/record.ts'
import { recordFixture } from '../../record-fixture.ts'

const day = '2026-11-21'
const nothing = { policies: [], imports: [], events: [], entries: [] }
const plan = { handsOver: true, mailDays: 30 }
const fixture = recordFixture()
const [someone] = fixture.recipients

describe('the digest of a domain', () => {
  it('counts a message to several of its people once, by the mildest thing that was done', () => {
    const tally = createTally(['example.com'])
    tally.take(mail('1', [to('a@example.com', 'discard'), to('b@example.com', 'deliver')]))
    tally.take(mail('2', [to('a@example.com', 'discard'), to('b@EXAMPLE.com', 'quarantine')]))
    tally.take(mail('3', [to('a@example.com', 'discard'), to('b@example.net', 'deliver')]))
    tally.take(mail('4', [to('a@example.net', 'deliver')]))
    const { done, quarantined, latest } = tally.of('example.com')
    expect([done, quarantined]).toEqual([{ deliver: 1, quarantine: 1, discard: 1 }, 1])
    expect(latest.map(({ messageId, to: people }) => [messageId, people])).toEqual([['2', ['b@EXAMPLE.com']]])
  })

  it('counts what would have been stopped, by what would have stopped it', () => {
    const tally = createTally(['example.com'])
    const unknown = { code: 'recipient-unknown', address: 'a@example.com' } as const
    tally.take(mail('1', [{ ...to('a@example.com', 'deliver'), would_be_action: 'discard', reasons: [unknown] }]))
    tally.take(mail('2', [{ ...to('a@example.com', 'discard'), reasons: [unknown] }]))
    const text = textFor(tally)
    expect(text).toContain('1 of those let through would have been stopped in the mode enforce.')
    expect(text).toContain('        2  nobody of that name')
  })

  it('keeps the latest of what is in quarantine, in memory that has a bound', () => {
    const tally = createTally(['example.com'])
    const many = 5 * mostListed + 7
    for (let i = 0; i < many; i += 1) {
      const received_at = new Date(Date.parse(`${day}T00:00:00.000Z`) + ((i * 7919) % many) * 1000).toISOString()
      tally.take(mail(`m${i}`, [to('a@example.com', 'quarantine')], { received_at }))
    }
    const { quarantined, latest } = tally.of('example.com')
    expect([quarantined, latest.length]).toEqual([many, mostListed])
    expect(latest.map(({ receivedAt }) => receivedAt)).toEqual(
      latest
        .map(({ receivedAt }) => receivedAt)
        .toSorted()
        .reverse(),
    )
    expect(latest[0]?.receivedAt).toBe(new Date(Date.parse(`${day}T00:00:00.000Z`) + (many - 1) * 1000).toISOString())
    expect(textFor(tally)).toContain(
      `${many - mostListed} more: quietgate quarantine list --since 2026-11-21 --until 2026-11-22`,
    )
  })

  it('says how to get a message, with and without a hand-over', () => {
    const tally = createTally(['example.com'])
    tally.take(mail('1', [to('a@example.com', 'quarantine')]))
    expect(textFor(tally)).toContain('quietgate quarantine release ID --reason TEXT')
    const of = { domain: 'example.com', day, tally: tally.of('example.com'), changes: nothing, unreadable: 0 }
    expect(digestMessage(of, { ...plan, handsOver: false }).text).toContain('quietgate quarantine save ID FILE')
  })

  it('makes no link, no second line and nothing invisible of what a sender wrote', () => {
    const subject =
      'Your invoice\r\nIn quarantine (0)\u202e\u200b http://evil.example/x www.evil.example evil.example/login javascript:x'
    const text = textOf(subject)
    expect(text).toContain(
      '"Your invoice\ufffd\ufffdIn quarantine (0)\ufffd\ufffd http[:]//evil[.]example/x www[.]evil[.]example evil[.]example/login javascript[:]x"',
    )
  })

  it('has the same lines whatever a sender wrote, no control characters, and no more octets than a topic takes', () => {
    const lines = textOf('x').split('\n').length
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (subject) => {
        const text = textOf(subject)
        expect(text.split('\n')).toHaveLength(lines)
        expect(/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text.replaceAll('\n', ''))).toBe(false)
        expect(/https?:\/\/|www\./i.test(text)).toBe(false)
      }),
    )
    const tally = createTally(['example.com'])
    const wide = '\u{1f600}'.repeat(100)
    for (let i = 0; i < 300; i += 1) {
      const people = Array.from({ length: 50 }, (_, n) => to(`${wide}${n}@example.com`, 'quarantine'))
      tally.take(mail(`${i}`.padEnd(300, 'i'), people, { subject: wide, mail_from: `${wide}@example.net` }))
    }
    const text = textFor(tally)
    expect(Buffer.byteLength(text)).toBeLessThan(mostOctets)
    expect(text).toMatch(/\n {2}\d+ more: quietgate quarantine list/)
    expect(text).toContain('This comes every day.')
  })

  it('has a subject that SNS takes, also for the longest domain', () => {
    const domain = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example`
    const of = { domain, day, tally: createTally([domain]).of(domain), changes: nothing, unreadable: 0 }
    expect(digestMessage(of, plan).subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,99}$/)
  })
})

type Tally = ReturnType<typeof createTally>

function textFor(tally: Tally): string {
  const of = { domain: 'example.com', day, tally: tally.of('example.com'), changes: nothing, unreadable: 0 }
  return digestMessage(of, plan).text
}

/** Of one quarantined message with this subject, sender and id. */
function textOf(subject: string): string {
  const tally = createTally(['example.com'])
  tally.take(
    mail(`id ${subject}`, [to('a@example.com', 'quarantine')], { subject, mail_from: `${subject}@example.net` }),
  )
  return textFor(tally)
}

function to(address: string, action: RecordedRecipient['action']): RecordedRecipient {
  return { ...someone!, address, action, would_be_action: action, reasons: [] }
}

function mail(
  id: string,
  recipients: readonly RecordedRecipient[],
  changes: Partial<DecisionRecord> = {},
): DecisionRecord {
  return { ...fixture, received_at: `${day}T10:00:00.000Z`, ...changes, message_id: id, recipients }
}
