import { describe, expect, it } from 'vitest'
import { MAX_JSON_LINE_LENGTH, readSentLine } from '../../lambda/core/sent-log/json-line.ts'
import { MAX_DESTINATIONS, proofOfSending, sentLogKey, type SentEntry } from '../../lambda/core/sent-log.ts'

const entry: SentEntry = {
  messageId: 'a1@example.com',
  reversePath: 'alice@example.com',
  destinations: ['bob@example.org', 'carol@example.net'],
  sentAt: '2026-11-21T10:00:00.000Z',
}
const received = '2026-11-22T10:00:00.000Z'

describe('the key of a Message-ID', () => {
  it.each([
    ['<a1@example.com>', 'a1@example.com'],
    ['a1@example.com', 'a1@example.com'],
    [' <A1@EXAMPLE.com>\r\n', 'A1@example.com'],
    ['<a@b@Example.com>', 'a@b@example.com'],
    ['<a1>', 'a1'],
    ['<>', null],
    ['', null],
    [`<${'a'.repeat(999)}>`, null],
    ['a'.repeat(1_000_000), null],
  ])('of %j is %j', (messageId, key) => {
    expect(sentLogKey(messageId)).toBe(key)
  })
})

describe('an entry of the sent log', () => {
  it('proves a message ours when the report names somebody to whom it went, in any case', () => {
    const proof = {
      answer: 'proof',
      reversePath: 'alice@example.com',
      destination: 'bob@example.org',
      sentAt: entry.sentAt,
    }
    expect(proofOfSending([entry], ['Bob@EXAMPLE.org'], received)).toEqual(proof)
    expect(proofOfSending([entry], ['x@example.org', '<bob@example.org>'], received)).toEqual(proof)
  })

  it('is a hint when the report names nobody, or somebody else', () => {
    expect(proofOfSending([entry], [], received)).toEqual({ answer: 'hint', why: 'no-failed-recipient' })
    expect(proofOfSending([entry], ['unreadable'], received)).toEqual({ answer: 'hint', why: 'no-failed-recipient' })
    expect(proofOfSending([entry], ['dave@example.org'], received)).toEqual({
      answer: 'hint',
      why: 'another-recipient',
    })
    expect(proofOfSending([], ['bob@example.org'], received)).toEqual({ answer: 'hint', why: 'another-recipient' })
  })

  it('does not take an address that cannot be read for one in the report that cannot be read', () => {
    const odd = { ...entry, destinations: ['unreadable'] }
    expect(proofOfSending([odd], ['unreadable', 'bob@example.org'], received)).toEqual({
      answer: 'hint',
      why: 'another-recipient',
    })
  })

  it('proves for 14 days, and for a clock that is an hour behind', () => {
    const at = (time: string) => proofOfSending([entry], ['bob@example.org'], time)
    expect(at('2026-12-05T10:00:00.000Z')).toMatchObject({ answer: 'proof' })
    expect(at('2026-12-05T10:00:00.001Z')).toEqual({ answer: 'hint', why: 'too-old' })
    expect(at('2026-11-21T09:00:00.000Z')).toMatchObject({ answer: 'proof' })
    expect(at('2026-11-21T08:59:59.999Z')).toEqual({ answer: 'hint', why: 'not-yet-sent' })
    expect(at('no time')).toEqual({ answer: 'hint', why: 'too-old' })
  })

  it('proves where an older one of the same Message-ID does not any more', () => {
    const old = { ...entry, sentAt: '2026-10-01T00:00:00.000Z' }
    expect(proofOfSending([old, entry], ['bob@example.org'], received)).toMatchObject({ answer: 'proof' })
  })
})

describe('a line of JSON', () => {
  const line = (changes: object) =>
    JSON.stringify({
      message_id: '<a1@example.com>',
      from: 'alice@example.com',
      to: ['bob@example.org', 'carol@example.net'],
      sent_at: '2026-11-21T11:00:00+01:00',
      ...changes,
    })

  it('becomes an entry', () => {
    expect(readSentLine(line({}))).toEqual({ answer: 'entry', entry })
    expect(readSentLine(line({ other: [1] }))).toEqual({ answer: 'entry', entry })
    for (const from of [undefined, null, '', '<>']) {
      expect(readSentLine(line({ from }))).toEqual({ answer: 'entry', entry: { ...entry, reversePath: null } })
    }
  })

  it.each([
    ['', 'a line is one JSON object, found "".'],
    ['[]', 'a line is one JSON object, found "[]".'],
    ['{"message_id": 1', 'a line is one JSON object, found "{\\"message_id\\": 1".'],
    [line({ message_id: undefined }), '"message_id" is a Message-ID, found none.'],
    [line({ message_id: 7 }), '"message_id" is a Message-ID, found 7.'],
    [line({ from: 'alice' }), '"from" is an address or null, found "alice".'],
    [line({ to: 'bob@example.org' }), '"to" is a list of 1 to 1000 addresses, found "bob@example.org".'],
    [line({ to: [] }), '"to" is a list of 1 to 1000 addresses, found [].'],
    [line({ to: ['bob@example.org', null] }), '"to" holds addresses, found null.'],
    [line({ sent_at: '2026-11-21' }), '"sent_at" is a time such as 2026-11-21T10:00:00Z, found "2026-11-21".'],
    [
      line({ sent_at: '2026-13-21T00:00:00Z' }),
      '"sent_at" is a time such as 2026-11-21T10:00:00Z, found "2026-13-21T00:00:00Z".',
    ],
  ])('%s says what is wrong', (text, problem) => {
    expect(readSentLine(text)).toEqual({ answer: 'problem', problem })
  })

  it('is refused when it is too long, or has too many recipients', () => {
    expect(readSentLine('x'.repeat(MAX_JSON_LINE_LENGTH + 1))).toMatchObject({ answer: 'problem' })
    const many = Array.from({ length: MAX_DESTINATIONS + 1 }, (_, i) => `u${i}@example.org`)
    expect(readSentLine(line({ to: many }))).toMatchObject({ answer: 'problem' })
    expect(readSentLine(line({ to: many.slice(1) }))).toMatchObject({ answer: 'entry' })
  })
})
