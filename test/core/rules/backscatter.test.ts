import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReturnedFact } from '../../../lambda/core/bounce-facts.ts'
import { decide } from '../../../lambda/core/decide.ts'
import type { Facts, ZoneFact } from '../../../lambda/core/facts.ts'
import { actions, type DomainPolicy, type Policy } from '../../../lambda/core/policy.ts'
import { judgeBounce } from '../../../lambda/core/rules/bounce/judge.ts'
import { mailboxes } from '../../../local/memory/recipient-directory.ts'
import {
  bouncesOf,
  domainOf,
  factsOf,
  listed,
  messageOf,
  notListed,
  policyOf,
  silent,
  weighing,
  zoneOf,
} from '../../builders.ts'
import { asked, failing, keySilent, readOf, returnedOf, verified, type Read } from './bounce-facts.ts'

const directory = mailboxes('alice@example.com', 'bob@example.com')
const bounceTo = (fact: Read, policy: Policy, recipient = 'alice@example.com'): Facts =>
  factsOf(messageOf({ reversePath: null, recipients: [recipient] }), policy, directory, [], fact)

const policyFor = (domain: Partial<DomainPolicy>): Policy => policyOf({ domains: [domainOf('example.com', domain)] })
const signs = policyFor({ allOutboundSigned: true, dkimSelectors: ['k1'] })
const viaSes = policyFor({ sendsOnlyVia: 'ses' })
const never = policyFor({ neverSends: ['alice'] })

const returning = (returned: Partial<ReturnedFact> | null, changes: Partial<Read['report']> = {}): Read => {
  const fact = readOf()
  return { ...fact, report: { ...fact.report, ...changes, returned: returned === null ? null : returnedOf(returned) } }
}
const backscatter = (because: string) => ({ verdict: 'backscatter', because })
const unverified = (why: string, ...hints: readonly string[]) => ({ verdict: 'unverified', why, hints })
const undecidable = (...silences: readonly string[]) => ({ verdict: 'undecidable', silences })
const entry = {
  messageId: 'plan-1@example.com',
  reversePath: 'alice@example.com',
  destinations: ['gone@away.example'],
  sentAt: '2026-11-20T10:00:00.000Z',
}
const genuineTag = {
  answer: 'genuine',
  localPart: 'alice',
  domain: 'example.com',
  key: '1',
  lastDay: '2026-11-28',
} as const
const genuineHeader = {
  answer: 'genuine',
  from: 'alice@example.com',
  key: '1',
  signedAt: '2026-11-21T09:00:00.000Z',
  nonce: 'nonce-0001',
} as const
const bobMaybe = {
  answer: 'heard',
  entries: [{ key: 'bob@example.com', answer: { answer: 'unavailable', cause: 'timeout' } }],
} as const
const own = { tag: asked, replay: asked, burst: asked } as const

const table: readonly (readonly [title: string, fact: Read, policy: Policy, judgement: object])[] = [
  ['nothing declared', readOf(), policyOf(), unverified('no-proof')],
  ['no signature, where all mail has one', readOf(), signs, backscatter('not-signed')],
  ['no signature, and no Received either', returning({ complete: false }), signs, unverified('header-incomplete')],
  ['nothing returned', returning(null), signs, unverified('nothing-returned')],
  [
    'a From that is not ours',
    returning({ from: 'eve@eve.example' }),
    signs,
    unverified('no-proof', 'returned-from-is-not-ours'),
  ],
  ['a From below a domain of ours', returning({ from: 'eve@deep.example.com' }), signs, backscatter('not-signed')],
  [
    'a Return-Path that is not ours',
    returning({ returnPath: 'eve@eve.example' }),
    policyOf(),
    unverified('no-proof', 'returned-path-is-not-ours'),
  ],
  ['a Return-Path of nobody', returning({ returnPath: '' }), policyOf(), unverified('no-proof')],
  [
    'a signature under a declared selector',
    returning({ signatures: [{ d: 'Example.com', s: 'K1' }] }),
    signs,
    unverified('no-proof'),
  ],
  [
    'a signature under a made-up selector',
    returning({ signatures: [{ d: 'example.com', s: 'x' }] }),
    signs,
    backscatter('not-signed'),
  ],
  [
    'a signature of a domain that looks like ours',
    returning({ signatures: [{ d: 'example.com.evil.example', s: 'k1' }] }),
    signs,
    backscatter('not-signed'),
  ],
  [
    'a signature under a selector that was seen',
    {
      ...returning({ signatures: [{ d: 'example.com', s: 'old' }] }),
      dkim: { ...failing('header-differs'), keysSeen: ['old._domainkey.example.com'] } as Read['dkim'],
    },
    signs,
    unverified('no-proof', 'signature-fails'),
  ],
  ['a report of a server of ours', returning({}, { reportingMta: 'OUT.example.com' }), signs, unverified('no-proof')],
  ['a first server of ours', returning({ firstServer: 'out.example.com' }), signs, unverified('no-proof')],
  ['no mark of SES', readOf(), viaSes, backscatter('not-sent-via-ses')],
  ['a mark of SES', returning({ marksOfSes: ['feedback-id'] }), viaSes, unverified('no-proof')],
  ['no mark of SES in what is not whole', returning({ complete: false }), viaSes, unverified('header-incomplete')],
  ['a recipient that never sends, and nothing returned', returning(null), never, backscatter('never-sends')],
  [
    'a signature of alice',
    readOf({ dkim: verified('alice@example.com') }),
    signs,
    {
      verdict: 'authentic',
      proof: { by: 'dkim', d: 'example.com', s: 'k1', b: 'AAAA', signedAt: '2026-11-21T09:00:00.000Z' },
    },
  ],
  [
    'a signature of bob',
    readOf({ dkim: verified('bob@example.com') }),
    policyOf(),
    unverified('no-proof', 'author-is-another'),
  ],
  [
    'a signature below another From',
    readOf({ dkim: verified('alice@example.com', 2) }),
    policyOf(),
    unverified('no-proof', 'several-from-fields'),
  ],
  [
    'a signature without a date',
    readOf({ dkim: failing('age-unknown') }),
    policyOf(),
    unverified('no-proof', 'signature-without-date'),
  ],
  [
    'a signature that is too old',
    readOf({ dkim: failing('too-old') }),
    policyOf(),
    unverified('no-proof', 'signature-too-old'),
  ],
  ['a key that nobody could fetch, to who never sends', readOf({ dkim: keySilent }), never, undecidable('dkim-key')],
  [
    'everybody silent',
    readOf(
      { dkim: keySilent, header: { answer: 'unavailable' }, sent: { answer: 'unavailable', cause: 'timeout' } },
      { tag: { answer: 'unavailable' } },
    ),
    signs,
    undecidable('tag-key', 'dkim-key', 'proof-header-key', 'sent-log'),
  ],
  [
    'a directory that does not say who bob is',
    readOf({ dkim: verified('bob@example.com'), author: bobMaybe }),
    signs,
    undecidable('directory'),
  ],
  [
    'a proof beside a silence',
    readOf({ sent: { answer: 'entries', entries: [entry] }, dkim: keySilent }),
    signs,
    { verdict: 'authentic', proof: { by: 'sent-log', messageId: 'plan-1@example.com', sentAt: entry.sentAt } },
  ],
  [
    'a sent log that names others',
    readOf({ sent: { answer: 'entries', entries: [{ ...entry, destinations: ['eve@away.example'] }] } }),
    policyOf(),
    unverified('no-proof', 'sent-to-others'),
  ],
  [
    'a genuine tag',
    readOf({}, { tag: { answer: 'checked', use: 'prvs', check: genuineTag } }),
    never,
    { verdict: 'authentic', proof: { by: 'prvs', key: '1', lastDay: '2026-11-28' } },
  ],
  [
    'a tag of a key that is gone',
    readOf({}, { tag: { answer: 'checked', use: 'tag', check: { answer: 'no-key', key: '2' } } }),
    policyOf(),
    unverified('no-proof', 'tag-fails'),
  ],
  [
    'no tag after all',
    readOf({}, { tag: { answer: 'checked', use: 'tag', check: { answer: 'no-tag' } } }),
    policyOf(),
    unverified('no-proof'),
  ],
  [
    'a genuine header field',
    readOf({ header: { answer: 'checked', check: genuineHeader } }),
    signs,
    {
      verdict: 'authentic',
      proof: { by: 'proof-header', key: '1', signedAt: '2026-11-21T09:00:00.000Z', nonce: 'nonce-0001' },
    },
  ],
  [
    'a proof that is used up, which is no backscatter',
    readOf({ dkim: verified('alice@example.com') }, { replay: { answer: 'exhausted' } }),
    never,
    unverified('replayed'),
  ],
  [
    'a proof of which nobody knows how often it was used',
    readOf({ dkim: verified('alice@example.com') }, { replay: { answer: 'unavailable', cause: 'timeout' } }),
    signs,
    {
      verdict: 'authentic',
      proof: { by: 'dkim', d: 'example.com', s: 'k1', b: 'AAAA', signedAt: '2026-11-21T09:00:00.000Z' },
    },
  ],
]

describe('a bounce', () => {
  it.each(table)('is judged by what is known: %s', (_, fact, policy, judgement) => {
    expect(judgeBounce(bounceTo(fact, policy), policy, 0)).toEqual(judgement)
  })

  it.each(['mdn', 'auto-reply', 'challenge', 'feedback-report', 'none'] as const)(
    'is not what is a %s, and that is not judged',
    (kind) => {
      const fact = readOf()
      const facts = bounceTo({ ...fact, report: { ...fact.report, kind } }, never)
      expect(judgeBounce(facts, never, 0)).toBe(null)
      expect(decide(facts, never).action).toBe('deliver')
    },
  )

  it.each([
    ['may be the recipient by another name', 'bob@example.com', undecidable('directory')],
    ['is nobody of ours', 'eve@eve.example', unverified('no-proof', 'author-is-another')],
  ])('is judged with a directory that does not answer by whether its author %s', (_, reversePath, judgement) => {
    const fact = readOf({ sent: { answer: 'entries', entries: [{ ...entry, reversePath }] } })
    const facts = silencings['the directory, of the recipient']?.(bounceTo(fact, policyOf()), fact)
    expect(judgeBounce(facts ?? bounceTo(fact, policyOf()), policyOf(), 0)).toEqual(judgement)
  })

  it('is not judged for a recipient that does not exist, or is not there', () => {
    expect(judgeBounce(bounceTo(readOf(), signs, 'nobody@example.com'), signs, 0)).toBe(null)
    expect(judgeBounce(bounceTo(readOf(), signs), signs, 1)).toBe(null)
  })
})

/** Facts and policies of every sort, consistent enough to have been gathered. */
const lists = [
  weighing('one.example', 2),
  weighing('two.example', 2),
  zoneOf('safe.example', { appliesWhen: 'null-or-postmaster' }),
]

const reads: fc.Arbitrary<Read> = fc
  .record({
    dkim: fc.constantFrom(
      readOf().dkim,
      keySilent,
      failing('header-differs'),
      verified('alice@example.com'),
      verified('bob@example.com'),
      verified('alice@example.com', 2),
    ),
    header: fc.constantFrom<Read['header']>(
      asked,
      { answer: 'unavailable' },
      { answer: 'checked', check: genuineHeader },
      { answer: 'checked', check: { ...genuineHeader, from: 'bob@example.com' } },
      { answer: 'checked', check: { answer: 'wrong-hash' } },
    ),
    sent: fc.constantFrom<Read['sent']>(
      asked,
      { answer: 'unavailable', cause: 'timeout' },
      { answer: 'entries', entries: [] },
      { answer: 'entries', entries: [entry] },
      { answer: 'entries', entries: [{ ...entry, reversePath: 'bob@example.com' }] },
    ),
    tag: fc.constantFrom<Read['recipients'][number]['tag']>(
      asked,
      { answer: 'unavailable' },
      { answer: 'checked', use: 'tag', check: genuineTag },
      { answer: 'checked', use: 'tag', check: { answer: 'wrong-hash' } },
    ),
    replay: fc.constantFrom<Read['recipients'][number]['replay']>(
      asked,
      { answer: 'granted' },
      { answer: 'exhausted' },
    ),
    burst: fc.constantFrom<Read['recipients'][number]['burst']>(
      asked,
      { answer: 'counted', inWindow: 3, burst: false },
      { answer: 'counted', inWindow: 11, burst: true },
    ),
    author: fc.constantFrom<Read['author']>(
      asked,
      { answer: 'heard', entries: [{ key: 'bob@example.com', answer: { answer: 'absent' } }] },
      {
        answer: 'heard',
        entries: [
          {
            key: 'bob@example.com',
            answer: { answer: 'found', entry: { kind: 'alias', target: 'alice@example.com', removedAt: null } },
          },
        ],
      },
    ),
    returned: fc.constantFrom(
      null,
      returnedOf(),
      returnedOf({ complete: false }),
      returnedOf({ signatures: [{ d: 'example.com', s: 'k1' }] }),
      returnedOf({ from: 'eve@eve.example' }),
    ),
  })
  .map(({ tag, replay, burst, returned, ...rest }) => {
    // A tag takes no place of a proof, so that nobody ever claimed one for it.
    const claimed = tag.answer === 'checked' && tag.check.answer === 'genuine' ? asked : replay
    const fact = readOf(rest, { tag, replay: claimed, burst })
    return { ...fact, report: { ...fact.report, returned } }
  })

const policies: fc.Arbitrary<Policy> = fc
  .record({
    allOutboundSigned: fc.boolean(),
    sendsOnlyVia: fc.constantFrom('ses' as const, null),
    neverSends: fc.constantFrom<readonly string[]>([], ['alice']),
    action: fc.constantFrom(...actions),
    onHints: fc.constantFrom('deliver' as const, 'quarantine' as const),
  })
  .map(({ action, onHints, ...domain }) =>
    policyOf({
      domains: [domainOf('example.com', { dkimSelectors: ['k1'], ...domain })],
      bounces: bouncesOf({ action, onHints }),
      dnsxl: { zones: lists, record: 1, stop: 3, action: 'quarantine' },
    }),
  )

const zones: fc.Arbitrary<readonly ZoneFact[]> = fc.tuple(
  ...lists.map(({ zone }) => fc.constantFrom(listed(zone, '127.0.0.2'), notListed(zone))),
)

const cases = fc
  .record({ read: reads, policy: policies, zones })
  .map(({ read, policy, zones: said }) => ({ policy, facts: { ...bounceTo(read, policy), zones: said } }))

/** The same facts, with one answer that did not come. */
const silencings: Readonly<Record<string, (facts: Facts, read: Read) => Facts>> = {
  'the key of the signature': (facts, read) => withRead(facts, { ...read, dkim: keySilent }),
  'the key of the header field': (facts, read) => withRead(facts, { ...read, header: { answer: 'unavailable' } }),
  'the sent log': (facts, read) => withRead(facts, { ...read, sent: { answer: 'unavailable', cause: 'timeout' } }),
  'the key of the tag': (facts, read) => withRead(facts, withOwn(read, { tag: { answer: 'unavailable' } })),
  'the count of replays': (facts, read) =>
    withRead(facts, withOwn(read, { replay: { answer: 'unavailable', cause: 'timeout' } })),
  'the count of a burst': (facts, read) =>
    withRead(facts, withOwn(read, { burst: { answer: 'unavailable', cause: 'timeout' } })),
  'the directory, of the author': (facts, read) =>
    withRead(facts, {
      ...read,
      author: {
        answer: 'heard',
        entries: ['alice', 'bob'].map((name) => ({ key: `${name}@example.com`, answer: unavailable })),
      },
    }),
  'the directory, of the recipient': (facts) => ({
    ...facts,
    recipients: facts.recipients.map((fact) => ({
      ...fact,
      entries: fact.entries.map(({ key, form }) => ({ key, form, answer: unavailable })),
    })),
  }),
  'the bucket of raw mail': (facts) => ({ ...facts, bounce: { answer: 'unread', cause: 'timeout' } }),
  'the list of senders of backscatter': (facts) => ({
    ...facts,
    zones: facts.zones.map((fact) => (fact.zone === 'safe.example' ? silent(fact.zone) : fact)),
  }),
}

const unavailable = { answer: 'unavailable', cause: 'timeout' } as const

function withRead(facts: Facts, bounce: Read): Facts {
  return { ...facts, bounce }
}

function withOwn(read: Read, changes: Partial<Read['recipients'][number]>): Read {
  return { ...read, recipients: read.recipients.map((one) => ({ ...own, ...one, ...changes })) }
}

const severity = (facts: Facts, policy: Policy): number => actions.indexOf(decide(facts, policy).action)

describe('the judgement of bounces', () => {
  it.each(Object.entries(silencings))('is never harsher for not hearing %s', (_, silence) => {
    fc.assert(
      fc.property(cases, ({ policy, facts }) => {
        if (facts.bounce.answer !== 'read') throw new Error('It is a bounce that was read.')
        expect(severity(silence(facts, facts.bounce), policy)).toBeLessThanOrEqual(severity(facts, policy))
      }),
      { numRuns: 500 },
    )
  })

  it('stops nothing that is authentic or undecidable, whatever lists and floods say, but for its scans', () => {
    fc.assert(
      fc.property(cases, ({ policy, facts }) => {
        const verdict = judgeBounce(facts, policy, 0)?.verdict
        fc.pre(verdict === 'authentic' || verdict === 'undecidable')
        expect(decide(facts, policy).action).toBe('deliver')
        const { message } = facts
        const infected = { ...facts, message: { ...message, scans: { ...message.scans, virus: 'fail' as const } } }
        expect(decide(infected, policy).action).toBe('quarantine')
      }),
      { numRuns: 500 },
    )
  })

  it('stops what is unverified only for a list, a burst, or a hint where the policy says so', () => {
    fc.assert(
      fc.property(cases, ({ policy, facts }) => {
        const verdict = judgeBounce(facts, policy, 0)?.verdict
        fc.pre(verdict === 'unverified')
        const { action, reasons } = decide(facts, policy)
        const stops = ['dnsxl-stopped', 'bounce-burst', 'bounce-suspected']
        expect(action === 'deliver').toBe(!reasons.some(({ code }) => stops.includes(code)))
      }),
      { numRuns: 500 },
    )
  })
})
