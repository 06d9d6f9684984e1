import { describe, expect, it } from 'vitest'
import type { EntriesFact } from '../../../lambda/core/entries/entries-fact.ts'
import type { Message, Scans } from '../../../lambda/core/message.ts'
import type { Policy } from '../../../lambda/core/policy.ts'
import { entries } from '../../../lambda/core/rules/entries.ts'
import { mailboxes } from '../../../local/memory/recipient-directory.ts'
import { factsOf, messageOf, policyOf } from '../../builders.ts'
import { entry } from '../../contract/entry-list.ts'
import { noBounce } from '../../../lambda/core/bounce-facts.ts'

const evidence = { owner: 'ops', entry_reason: 'ticket 4711', expires_at: '2026-12-20T10:00:00.000Z' }
const partner = entry('partner.example')
const unproven = scansOf({ spf: 'gray', dkim: 'pass', dmarc: 'gray' })

describe('entries', () => {
  it('put blocked mail into quarantine, and ask for no proof of who sent it', () => {
    const block = entry('partner.example', { list: 'block' })
    expect(judged([block], { scans: scansOf({ spf: 'fail', dmarc: 'fail' }) })).toEqual([
      {
        by: 'block-entry',
        effect: 'quarantine',
        recipient: null,
        reason: { code: 'block-entry', entry: 'partner.example', place: 'from-field', ...evidence },
      },
    ])
  })

  it('let allowed mail through that DMARC proves', () => {
    expect(judged([partner], { scans: scansOf({ spf: 'fail' }) })).toEqual([
      {
        by: 'allow-entry',
        effect: 'overrule',
        recipient: null,
        reason: { code: 'allow-entry', entry: 'partner.example', place: 'from-field', ...evidence },
      },
    ])
  })

  const spf = scansOf({ spf: 'pass', dkim: 'fail', dmarc: 'gray' })
  it.each([
    [
      'SPF of a domain below that of the From field',
      partner,
      { scans: spf, reversePath: 'b@mail.partner.example' },
      'from-field',
    ],
    [
      'SPF of a domain above that of the From field',
      entry('news.partner.example'),
      { scans: spf, fromField: 'x@news.partner.example' },
      'from-field',
    ],
    ['SPF of the sender of the envelope', partner, { scans: spf, fromField: 'x@else.example' }, 'envelope-sender'],
    [
      'SPF of the sender of the envelope, whatever is known of the From fields',
      partner,
      { scans: spf, fromFields: 2 },
      'envelope-sender',
    ],
    ['the address that connected', entry('198.51.100.9/32', { kind: 'network' }), { scans: unproven }, 'client'],
  ] as const)('let allowed mail through by %s', (_name, allow, message, place) => {
    expect(inShort(judged([allow], message))).toEqual([['overrule', 'allow-entry', place]])
  })

  it.each([
    ['neither SPF nor DMARC passed', { scans: unproven }, 'not-authenticated'],
    ['both failed', { scans: scansOf({ spf: 'fail', dmarc: 'fail' }) }, 'not-authenticated'],
    ['nothing was checked', { scans: scansOf({ spf: 'disabled', dmarc: 'absent' }) }, 'not-authenticated'],
    ['SPF passed for another domain', { scans: spf, reversePath: 'x@evil.example' }, 'not-authenticated'],
    [
      'SPF passed for a domain that only ends alike',
      { scans: spf, reversePath: 'x@evilpartner.example' },
      'not-authenticated',
    ],
    [
      'SPF passed for the name of the server, as there is no sender',
      { scans: spf, reversePath: null },
      'not-authenticated',
    ],
    [
      'a reader may be shown another From field',
      { scans: scansOf({}), fromFields: 2, reversePath: 'x@evil.example' },
      'several-from-fields',
    ],
  ] as const)('change nothing, and say so, where an allow entry is met and %s', (_name, message, why) => {
    const reason = { code: 'allow-entry-unproven', why, entry: 'partner.example', place: 'from-field', ...evidence }
    expect(judged([partner], message)).toEqual([{ by: 'allow-entry', effect: 'deliver', recipient: null, reason }])
  })

  it.each([
    ['SPF alone', { spf: 'pass', dmarc: 'gray' }, {}, [['deliver', 'allow-entry-unproven', 'from-field']]],
    ['DMARC that SPF may have passed', { spf: 'pass' }, {}, [['deliver', 'allow-entry-unproven', 'from-field']]],
    [
      'DMARC that SPF may have passed for a sister of the domain',
      { spf: 'pass', dkim: 'pass' },
      { reversePath: 'x@mail.partner.example', fromField: 'bob@news.partner.example' },
      [['deliver', 'allow-entry-unproven', 'from-field']],
    ],
    ['DMARC without DKIM', { spf: 'fail', dkim: 'fail' }, {}, [['deliver', 'allow-entry-unproven', 'from-field']]],
    ['DMARC that only DKIM can have passed', { spf: 'fail' }, {}, [['overrule', 'allow-entry', 'from-field']]],
    [
      'DMARC, with SPF for the relay itself',
      { spf: 'pass' },
      { reversePath: 'SRS0=x@relay.example.com' },
      [['overrule', 'allow-entry', 'from-field']],
    ],
  ] as const)('behind a relay that many may share, are met by %s', (_name, scans, more, findings) => {
    const relayed = {
      client: { kind: 'client', ip: '203.0.113.5', helo: 'relay.example.com' },
      received: ['from mail.partner.example ([198.51.100.9]) by relay.example.com with ESMTPS'],
      scans: scansOf(scans),
      ...more,
    } as const
    const policy = policyOf({ trustedRelays: ['203.0.113.5'] })
    const news = entry('news.partner.example')
    expect(inShort(judged([partner, news], relayed, policy))).toEqual(findings)
    expect(inShort(judged([entry('198.51.100.9/32', { kind: 'network' })], relayed, policy))).toEqual([
      ['overrule', 'allow-entry', 'client'],
    ])
  })

  it('count for nothing from their end on, and where they do not meet the message', () => {
    const ended = entry('partner.example', { expires_at: '2026-11-21T10:00:00.000Z' })
    expect(judged([ended, { ...ended, list: 'block' }, entry('other.example')])).toEqual([])
    expect(judged([{ ...ended, expires_at: '2026-11-21T10:00:00.001Z' }])).toHaveLength(1)
  })

  it('that could not be read may have allowed the message', () => {
    expect(heard({ answer: 'unavailable', cause: 'timeout' })).toEqual([
      {
        by: 'allow-entry',
        effect: 'overrule',
        recipient: null,
        reason: { code: 'entries-unavailable', cause: 'timeout' },
      },
    ])
  })

  it('that were not asked say nothing', () => {
    expect(heard({ answer: 'not-asked', why: 'bypass' })).toEqual([])
  })
})

type Findings = ReturnType<typeof heard>

function inShort(findings: Findings): readonly unknown[] {
  return findings.map(({ effect, reason }) => [effect, reason.code, 'place' in reason ? reason.place : null])
}

function judged(
  matching: Extract<EntriesFact, { answer: 'heard' }>['matching'],
  message: Partial<Message> = {},
  policy = policyOf(),
): Findings {
  return heard({ answer: 'heard', matching }, message, policy)
}

function heard(fact: EntriesFact, message: Partial<Message> = {}, policy: Policy = policyOf()) {
  const facts = factsOf(messageOf(message), policy, mailboxes('alice@example.com'), [], noBounce('no-report'), fact)
  return entries(facts, policy)
}

function scansOf(changes: Partial<Scans>): Scans {
  return { ...messageOf().scans, ...changes }
}
