import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../lambda/core/decide.ts'
import type { Facts } from '../../lambda/core/facts.ts'
import { actions, type Policy } from '../../lambda/core/policy.ts'
import { mailboxes } from '../../local/memory/recipient-directory.ts'
import {
  domainOf,
  entryOf,
  factsOf,
  listed,
  listPolicy,
  messageOf,
  notListed,
  policyOf,
  silent,
  zoneOf,
} from '../builders.ts'

const alice = mailboxes('alice@example.com')

describe('decide', () => {
  it('delivers an ordinary message to a known recipient, with nothing to say', () => {
    const verdict = decide(factsOf(messageOf(), policyOf(), alice), policyOf())
    expect(verdict).toEqual({
      mode: 'enforce',
      action: 'deliver',
      wouldBeAction: 'deliver',
      recipients: [
        {
          address: 'alice@example.com',
          answer: 'known',
          matchedBy: 'exact',
          mode: 'enforce',
          action: 'deliver',
          wouldBeAction: 'deliver',
          reasons: [],
        },
      ],
      reasons: [],
    })
  })

  it('discards a message when every recipient is unknown', () => {
    const message = messageOf({ recipients: ['nobody@example.com', 'noone@example.com'] })
    const verdict = decide(factsOf(message, policyOf(), alice), policyOf())
    expect(verdict.action).toBe('discard')
    expect(verdict.recipients.map(({ action }) => action)).toEqual(['discard', 'discard'])
  })

  it('delivers a message with one known recipient, and says which one is unknown', () => {
    const message = messageOf({ recipients: ['alice@example.com', 'nobody@example.com'] })
    const verdict = decide(factsOf(message, policyOf(), alice), policyOf())
    expect(verdict.action).toBe('deliver')
    expect(verdict.recipients.map(({ answer, action }) => [answer, action])).toEqual([
      ['known', 'deliver'],
      ['unknown', 'discard'],
    ])
    expect(verdict.reasons).toEqual([{ code: 'recipient-unknown', address: 'nobody@example.com' }])
  })

  it('takes the mildest action when recipients are stopped for different reasons', () => {
    const message = messageOf({
      recipients: ['alice@example.com', 'nobody@example.com'],
      scans: { ...messageOf().scans, virus: 'fail' },
    })
    expect(decide(factsOf(message, policyOf(), alice), policyOf()).action).toBe('quarantine')
  })

  it('only says what it would do where a domain is observed', () => {
    const policy = policyOf({ domains: [domainOf('example.com', { mode: 'observe' })] })
    const verdict = decide(factsOf(messageOf({ recipients: ['nobody@example.com'] }), policy, alice), policy)
    expect([verdict.mode, verdict.action, verdict.wouldBeAction]).toEqual(['observe', 'deliver', 'discard'])
  })

  it('never stops a message that is also for a domain which is only observed', () => {
    const policy = policyOf({ domains: [domainOf('example.com'), domainOf('example.org', { mode: 'observe' })] })
    const directory = mailboxes('alice@example.com', 'carol@example.org')
    const message = messageOf({ recipients: ['nobody@example.com', 'nobody@example.org'] })
    const verdict = decide(factsOf(message, policy, directory), policy)
    expect([verdict.mode, verdict.action, verdict.wouldBeAction]).toEqual(['observe', 'deliver', 'discard'])
  })

  it('never stops a message for a domain that is not configured, not even for a virus', () => {
    const message = messageOf({ recipients: ['x@elsewhere.example'], scans: { ...messageOf().scans, virus: 'fail' } })
    expect(decide(factsOf(message, policyOf(), alice), policyOf()).action).toBe('deliver')
  })

  it('quarantines a virus for postmaster@, which nothing else can stop', () => {
    const policy = listPolicy()
    const zones = [listed('one.example', '127.0.0.2'), listed('two.example', '127.0.0.2')]
    const message = messageOf({ recipients: ['PostMaster@example.com'] })
    const sick = { ...message, scans: { ...message.scans, virus: 'fail' as const } }
    expect(decide(factsOf(message, policy, alice, zones), policy).action).toBe('deliver')
    expect(decide(factsOf(sick, policy, alice, zones), policy).action).toBe('quarantine')
  })

  it('delivers what is for nobody, and says so', () => {
    const verdict = decide(factsOf(messageOf({ recipients: [] }), policyOf(), alice), policyOf())
    expect([verdict.action, verdict.reasons]).toEqual(['deliver', [{ code: 'no-recipients' }]])
  })

  it('gives a reason that concerns several recipients once', () => {
    const message = messageOf({ recipients: ['a@example.com', 'b@example.com'] })
    const nothing = { entries: new Map(), domains: new Map() }
    expect(decide(factsOf(message, policyOf(), nothing), policyOf()).reasons).toEqual([
      { code: 'directory-incomplete', domain: 'example.com', why: 'never-imported' },
    ])
  })

  it('is never harsher for hearing less', () => {
    fc.assert(
      fc.property(facts(), fc.nat(), ({ heard, policy }, which) => {
        const before = actions.indexOf(decide(heard, policy).wouldBeAction)
        const after = actions.indexOf(decide(mute(heard, which), policy).wouldBeAction)
        expect(after).toBeLessThanOrEqual(before)
      }),
      { numRuns: 2000 },
    )
  })

  it('decides recorded facts again as it decided them first', () => {
    fc.assert(
      fc.property(facts(), ({ heard, policy }) => {
        expect(decide(JSON.parse(JSON.stringify(heard)) as Facts, policy)).toEqual(decide(heard, policy))
      }),
    )
  })
})

/** Facts with any mixture of directory and zone answers, and the policy that asked for them. */
function facts(): fc.Arbitrary<{ readonly heard: Facts; readonly policy: Policy }> {
  const zoneNames = ['one.example', 'two.example', 'white.example'] as const
  const policy = listPolicy(
    zoneOf('one.example', { weight: 4, authoritative: true }),
    zoneOf('two.example'),
    zoneOf('two.example', { pattern: '127.0.0.4', weight: 1 }),
    zoneOf('white.example', { pattern: '127.0.[0..20].[1..3]', weight: -4 }),
  )
  const answers = fc.tuple(
    ...zoneNames.map((zone) =>
      fc.oneof(
        fc.constant(notListed(zone)),
        fc.constant(silent(zone)),
        fc
          .subarray(['127.0.0.2', '127.0.0.4', '127.0.5.2', '127.255.255.254', '127.0.0.1', '203.0.113.80'], {
            minLength: 1,
          })
          .map((addresses) => listed(zone, ...addresses)),
      ),
    ),
  )
  const recipients = fc.array(
    fc.constantFrom(
      'alice@example.com',
      'nobody@example.com',
      'old@example.com',
      'no+x@example.com',
      'abuse@example.com',
      'y@other.example',
      'broken',
    ),
    { maxLength: 5 },
  )
  const directory = fc.constantFrom(
    alice,
    { entries: new Map(), domains: new Map() },
    {
      entries: new Map([
        ['alice@example.com', entryOf()],
        ['old@example.com', entryOf({ removedAt: '2026-11-01T00:00:00.000Z' })],
        ['no@example.com', entryOf({ kind: 'deny' })],
        ['@example.com', entryOf({ kind: 'catch-all' })],
      ]),
      domains: new Map([['example.com', { answer: 'complete' } as const]]),
    },
  )
  return fc
    .tuple(recipients, directory, answers, fc.constantFrom('pass', 'fail', 'gray'))
    .map(([to, entries, zones, virus]) => {
      const message = messageOf({ recipients: to, scans: { ...messageOf().scans, virus } })
      return { heard: factsOf(message, policy, entries, zones), policy }
    })
}

/** The same facts, but one of the answers never came. */
function mute(heard: Facts, which: number): Facts {
  const unavailable = { answer: 'unavailable', cause: 'timeout' } as const
  const silences = [
    ...heard.zones.map((_, at) => () => ({
      ...heard,
      zones: heard.zones.map((fact, i) => (i === at ? silent(fact.zone) : fact)),
    })),
    ...heard.recipients.flatMap((recipient, at) => [
      () => ({
        ...heard,
        recipients: heard.recipients.map((fact, i) =>
          i === at && recipient.domain.answer !== 'not-asked' ? { ...fact, domain: unavailable } : fact,
        ),
      }),
      ...recipient.entries.map((_, of) => () => ({
        ...heard,
        recipients: heard.recipients.map((fact, i) =>
          i === at
            ? {
                ...fact,
                entries: fact.entries.map((e, j) =>
                  j === of && e.answer.answer !== 'not-asked' ? { ...e, answer: unavailable } : e,
                ),
              }
            : fact,
        ),
      })),
    ]),
  ]
  return silences[which % silences.length]?.() ?? heard
}
