import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLogTime, readPostfixLine } from '../../../lambda/core/sent-log/postfix-line.ts'
import { readPostfixLog, type PostfixLogBounds } from '../../../lambda/core/sent-log/postfix-log.ts'
import type { SentEntry } from '../../../lambda/core/sent-log.ts'

const head = (program: string) => `Nov 21 10:00:00 mail postfix/${program}[123]: `
const idLine = (queueId: string, id: string) => `${head('cleanup')}${queueId}: message-id=<${id}>`
const fromLine = (queueId: string, from = 'alice@example.com') =>
  `${head('qmgr')}${queueId}: from=<${from}>, size=1234, nrcpt=1 (queue active)`
const toLine = (queueId: string, to: string, original = '') =>
  `${head('smtp')}${queueId}: to=<${to}>${original}, relay=mx.example.org[192.0.2.1]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok)`
const removedLine = (queueId: string) => `${head('qmgr')}${queueId}: removed`

const read = (lines: readonly string[], bounds?: PostfixLogBounds) => {
  const log = readPostfixLog({
    ownDomains: ['example.com'],
    now: '2026-11-21T12:00:00.000Z',
    offsetMinutes: 0,
    ...(bounds === undefined ? {} : { bounds }),
  })
  const entries = [...lines.flatMap((line) => log.read(line)), ...log.end()]
  return { entries, counts: log.counts() }
}
const entryOf = (messageId: string, ...destinations: readonly string[]): SentEntry => ({
  messageId,
  reversePath: 'alice@example.com',
  destinations,
  sentAt: '2026-11-21T10:00:00.000Z',
})

describe("a log of Postfix's", () => {
  const one = [
    idLine('4AB0C12DEF', 'a1@example.com'),
    fromLine('4AB0C12DEF'),
    toLine('4AB0C12DEF', 'bob@example.org'),
    removedLine('4AB0C12DEF'),
  ]
  const other = [
    idLine('4CtNxB1sQ7z2Rm9', 'b2@example.com'),
    fromLine('4CtNxB1sQ7z2Rm9'),
    toLine('4CtNxB1sQ7z2Rm9', 'carol@example.net'),
    removedLine('4CtNxB1sQ7z2Rm9'),
  ]

  it('has an entry for each message, with all to whom it went', () => {
    const lines = [...one.slice(0, 3), toLine('4AB0C12DEF', 'Carol@Example.NET'), ...one.slice(3), ...other]
    expect(read(lines)).toEqual({
      entries: [
        entryOf('a1@example.com', 'bob@example.org', 'carol@example.net'),
        entryOf('b2@example.com', 'carol@example.net'),
      ],
      counts: { lines: 9, entries: 2, notOurs: 0, incomplete: 0 },
    })
  })

  it('has the same entries in whatever order the lines of its messages come', () => {
    const expected = [entryOf('a1@example.com', 'bob@example.org'), entryOf('b2@example.com', 'carol@example.net')]
    fc.assert(
      fc.property(fc.shuffledSubarray([...one, ...other], { minLength: 8 }), (lines) => {
        const { entries } = read(lines)
        expect(entries.toSorted((a, b) => a.messageId.localeCompare(b.messageId))).toEqual(expected)
      }),
    )
  })

  it('hands a message out when it has been removed for a while, and not only at the end', () => {
    const log = readPostfixLog({
      ownDomains: ['example.com'],
      now: '2026-11-21T12:00:00.000Z',
      offsetMinutes: 0,
      bounds: { messages: 10, recipients: 10, lingering: 2 },
    })
    expect(one.flatMap((line) => log.read(line))).toEqual([])
    expect(log.read('another line')).toEqual([])
    expect(log.read(toLine('4AB0C12DEF', 'late@example.net'))).toEqual([])
    expect(log.read('another line')).toEqual([entryOf('a1@example.com', 'bob@example.org', 'late@example.net')])
    expect(log.end()).toEqual([])
  })

  it('tells two messages apart that had the same queue id', () => {
    const again = [
      idLine('4AB0C12DEF', 'c3@example.com'),
      fromLine('4AB0C12DEF'),
      toLine('4AB0C12DEF', 'dave@example.net'),
      removedLine('4AB0C12DEF'),
    ]
    expect(read([...one, ...again]).entries).toEqual([
      entryOf('a1@example.com', 'bob@example.org'),
      entryOf('c3@example.com', 'dave@example.net'),
    ])
  })

  it('does not hand out the second of them when the first has been removed for a while', () => {
    const bounds = { messages: 10, recipients: 10, lingering: 5 }
    const again = [idLine('4AB0C12DEF', 'c3@example.com'), fromLine('4AB0C12DEF')]
    const to = Array.from({ length: 6 }, (_, i) => `u${i}@example.net`)
    const { entries } = read([...one, ...again, ...to.map((address) => toLine('4AB0C12DEF', address))], bounds)
    expect(entries).toEqual([entryOf('a1@example.com', 'bob@example.org'), entryOf('c3@example.com', ...to)])
  })

  it('has no entry for what strangers sent, what went to ourselves, and what was forwarded', () => {
    const foreign = [one[0]!, fromLine('4AB0C12DEF', 'eve@example.net'), ...one.slice(2)]
    const nobody = [one[0]!, fromLine('4AB0C12DEF', ''), ...one.slice(2)]
    const internal = [one[0]!, one[1]!, toLine('4AB0C12DEF', 'bob@example.com'), one[3]!]
    const forwarded = [
      one[0]!,
      one[1]!,
      toLine('4AB0C12DEF', 'bob@example.org', ', orig_to=<bob@example.com>'),
      one[3]!,
    ]
    const aliased = [one[0]!, one[1]!, toLine('4AB0C12DEF', 'bob@example.org', ', orig_to=<root>'), one[3]!]
    const none = { entries: [], counts: { lines: 4, entries: 0, notOurs: 0, incomplete: 1 } }
    const strange = { entries: [], counts: { lines: 4, entries: 0, notOurs: 1, incomplete: 0 } }
    expect([foreign, nobody, internal, forwarded, aliased].map((lines) => read(lines))).toEqual([
      strange,
      strange,
      none,
      none,
      none,
    ])
  })

  it('has no entry for a message of which a part is missing', () => {
    for (const missing of [0, 1, 2]) {
      expect(read(one.filter((_, i) => i !== missing)).entries).toEqual([])
    }
  })

  it('believes nothing that a sender wrote', () => {
    const planted = [
      `${head('cleanup')}4AB0C12DEF: warning: header Subject: message-id=<evil@example.com> from local`,
      `${head('smtpd')}NOQUEUE: reject: RCPT from x[192.0.2.9]: 554; from=<alice@example.com> to=<eve@example.net> proto=SMTP helo=<x>`,
      `${head('smtp')}4AB0C12DEF: host mx[192.0.2.1] said: to=<eve@example.net>, (in reply)`,
      `${head('smtpd')}4AB0C12DEF: message-id=<evil@example.com>`,
      'Nov 21 10:00:00 mail sshd[1]: postfix/cleanup[123]: 4AB0C12DEF: message-id=<evil@example.com>',
    ]
    expect(planted.map(readPostfixLine)).toEqual([null, null, null, null, null])
    const quoted = `${head('smtp')}4AB0C12DEF: to=<">, orig_to=<eve"@example.org>, relay=none, status=bounced`
    expect(readPostfixLine(quoted)?.fact).toEqual({ kind: 'to', recipients: ['">, orig_to=<eve"@example.org'] })
  })

  it('splits a mailing to many, and loses none of them', () => {
    const to = Array.from({ length: 2500 }, (_, i) => `u${i}@example.org`)
    const { entries } = read([one[0]!, one[1]!, ...to.map((address) => toLine('4AB0C12DEF', address)), one[3]!])
    expect(entries.flatMap(({ destinations }) => destinations)).toEqual(to)
    expect(Math.max(...entries.map(({ destinations }) => destinations.length))).toBeLessThanOrEqual(1000)
  })

  it('keeps no more than its bounds of messages that never end, and hands the oldest out', () => {
    const queueId = (i: number) => `4AB0C${i.toString(16).toUpperCase().padStart(5, '0')}`
    const lines = Array.from({ length: 1000 }, (_, i) => [
      idLine(queueId(i), `m${i}@example.com`),
      fromLine(queueId(i)),
      toLine(queueId(i), 'bob@example.org'),
    ])
    const log = readPostfixLog({
      ownDomains: ['example.com'],
      now: '2026-11-21T12:00:00.000Z',
      offsetMinutes: 0,
      bounds: { messages: 100, recipients: 50, lingering: 10 },
    })
    expect(lines.flat().flatMap((line) => log.read(line))).toHaveLength(950)
    expect(log.end()).toHaveLength(50)
  })

  it('is read without an exception whatever stands in it', () => {
    const piece = fc.constantFrom(
      head('smtp'),
      head('qmgr'),
      head('cleanup'),
      '4AB0C12DEF: ',
      'to=<',
      'from=<',
      '>',
      ', ',
      '"',
      'message-id=',
      'removed',
      'a@example.com',
      '[',
      ']: ',
    )
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        expect(read(lines).counts.lines).toBe(lines.length)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the time of a line', () => {
  const now = '2026-03-01T12:00:00.000Z'

  it.each([
    ['Mar  1 10:00:00 ', 0, '2026-03-01T10:00:00.000Z'],
    ['Mar  1 10:00:00 ', 60, '2026-03-01T09:00:00.000Z'],
    ['Mar  2 11:00:00 ', 0, '2026-03-02T11:00:00.000Z'],
    ['Mar  3 10:00:00 ', 0, '2025-03-03T10:00:00.000Z'],
    ['Dec 31 23:59:59 ', 0, '2025-12-31T23:59:59.000Z'],
    ['Feb 29 00:00:00 ', 0, '2024-02-29T00:00:00.000Z'],
    ['Feb 30 00:00:00 ', 0, null],
    ['Foo 10 00:00:00 ', 0, null],
    ['Mar  1 24:00:00 ', 0, null],
    ['2026-02-28T10:00:00.123456+01:00 ', 0, '2026-02-28T09:00:00.123Z'],
    ['2026-13-28T10:00:00Z ', 0, null],
  ])('%s with an offset of %i is %s', (time, offset, at) => {
    expect(readLogTime(time, now, offset)).toBe(at)
  })

  it('may stand in front of any name that Postfix was given', () => {
    const line = '2026-02-28T10:00:00.123456+01:00 mail postfix-out/smtp[7]: 4AB0C12DEF: to=<bob@example.org>'
    expect(readPostfixLine(line)).toEqual({
      time: '2026-02-28T10:00:00.123456+01:00 ',
      queueId: '4AB0C12DEF',
      fact: { kind: 'to', recipients: ['bob@example.org'] },
    })
  })
})
