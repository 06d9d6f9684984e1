import { describe, expect, it } from 'vitest'
import { sentenceOf } from '../../lambda/core/explain.ts'
import type { Reason } from '../../lambda/core/reasons.ts'

const address = 'alice@example.com'

const told: readonly (readonly [Reason, string])[] = [
  [
    { code: 'report-recognised', kind: 'auto-reply', evidence: ['null-sender'] },
    'It is an automatic reply (null-sender).',
  ],
  [
    {
      code: 'bounce-authentic',
      address,
      proof: 'sent-log',
      message_id: '1@example.com',
      sent_at: '2026-11-20T10:00:00Z',
    },
    'The bounce to alice@example.com is about mail of ours: the sent log has the returned Message-ID for whom it could not reach (1@example.com, 2026-11-20T10:00:00Z). No list and no flood counts against it.',
  ],
  [
    { code: 'bounce-authentic', address, proof: 'ses-feedback' },
    'The bounce to alice@example.com is about mail of ours: SES itself reports about what it sent. No list and no flood counts against it.',
  ],
  [
    { code: 'bounce-authentic', address, proof: 'prvs', key: '1', last_day: '2026-11-28' },
    'The bounce to alice@example.com is about mail of ours: its address carries a BATV tag of ours (key 1). No list and no flood counts against it.',
  ],
  [
    { code: 'bounce-backscatter', address, because: 'not-signed' },
    'The bounce to alice@example.com is about mail that is not ours: all mail of the domain is signed, and the returned message is not.',
  ],
  [
    { code: 'bounce-unverified', address, why: 'nothing-returned', hints: [] },
    'Nothing proves the bounce to alice@example.com: it returns no header to judge it by.',
  ],
  [
    { code: 'bounce-unverified', address, why: 'no-proof', hints: ['client-listed', 'sent-too-long-ago'] },
    'Nothing proves the bounce to alice@example.com: what it returns carries no proof (noted: the client is on a list of senders of backscatter; the sent log knows the message, which was sent too long ago).',
  ],
  [
    { code: 'bounce-suspected', address, hints: ['several-from-fields'] },
    'The bounce to alice@example.com proves nothing and looks wrong: there is a second From above the signed one.',
  ],
  [
    { code: 'bounce-undecidable', address, silent: ['dkim-key', 'directory'] },
    'Nobody can say whether the bounce to alice@example.com is about mail of ours: the DNS (our public key), the directory gave no answer. It is delivered.',
  ],
  [
    { code: 'bounce-unread', cause: 'timeout', signs: ['null-sender', 'report-type'] },
    'It looks like a bounce (null-sender, report-type), but the raw mail could not be read (timeout). It is delivered.',
  ],
  [
    { code: 'bounce-burst', address, in_window: 11, limit: 10 },
    'alice@example.com gets a flood of bounces without proof: more than 10 within the window.',
  ],
  [
    { code: 'bounce-burst', address, in_window: 3, limit: 10 },
    'alice@example.com gets a flood of bounces without proof: only 3 within the window, but the last flood is not over yet.',
  ],
  [
    { code: 'bounce-memory-unavailable', address, cause: 'throttled' },
    'Earlier bounces to alice@example.com could not be counted (throttled): a proof stands, and a flood is not seen.',
  ],
]

describe('the sentence of a reason about bounces', () => {
  it.each(told)('says what was found: %j', (reason, sentence) => {
    expect(sentenceOf(reason)).toBe(sentence)
  })
})
