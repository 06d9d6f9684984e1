import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noBounce, type BounceFact } from '../../lambda/core/bounce-facts.ts'
import { decide, overruledIn } from '../../lambda/core/decide.ts'
import type { EntriesFact } from '../../lambda/core/entries/entries-fact.ts'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import type { Facts, ZoneFact } from '../../lambda/core/facts.ts'
import type { Message } from '../../lambda/core/message.ts'
import { actions, type Policy } from '../../lambda/core/policy.ts'
import { needsControl } from '../../lambda/core/rules/dnsxl.ts'
import { mailboxes } from '../../local/memory/recipient-directory.ts'
import {
  controlOf,
  domainOf,
  entryOf,
  factsOf,
  listed,
  listPolicy,
  messageOf,
  notNeeded,
  policyOf,
  saying,
  silent,
  soundControl,
  weighing,
  zoneOf,
} from '../builders.ts'
import { entry } from '../contract/entry-list.ts'

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

  describe('with entries of the operator', () => {
    const allow = entry('partner.example')
    const block = entry('partner.example', { list: 'block' })
    const lists = [listed('one.example', '127.0.0.2'), listed('two.example', '127.0.0.2')]
    const spam = { scans: { ...messageOf().scans, spam: 'fail' as const } }
    const virus = { scans: { ...messageOf().scans, virus: 'fail' as const } }
    const unavailable = { answer: 'unavailable', cause: 'timeout' } as const
    const strict = { ...listPolicy(), scans: { virus: 'discard', spam: 'discard', dmarcReject: 'discard' } } as const

    const actionOf = (
      entries: readonly Entry[] | EntriesFact,
      message: Partial<Message> = {},
      zones: readonly ZoneFact[] = [],
      bounce: BounceFact = noBounce('no-report'),
    ) => {
      const fact: EntriesFact = 'answer' in entries ? entries : { answer: 'heard', matching: entries }
      return decide(factsOf(messageOf(message), strict, alice, zones, bounce, fact), strict).action
    }

    it('keeps a virus out, whoever allows its sender', () => {
      expect(actionOf([allow], virus)).toBe('discard')
      expect(actionOf(unavailable, virus)).toBe('discard')
      expect(actionOf([block], virus)).toBe('discard')
    })

    it('puts blocked mail into quarantine, also what is allowed, or is for postmaster@', () => {
      expect(actionOf([block])).toBe('quarantine')
      expect(actionOf([allow, block])).toBe('quarantine')
      expect(actionOf([block], { recipients: ['postmaster@example.com'] })).toBe('quarantine')
    })

    it('puts blocked mail aside for those who exist, and discards it for those who do not', () => {
      const message = messageOf({ recipients: ['alice@example.com', 'nobody@example.com'] })
      const fact = { answer: 'heard', matching: [block] } as const
      const verdict = decide(factsOf(message, strict, alice, [], noBounce('no-report'), fact), strict)
      expect(verdict.recipients.map(({ action }) => action)).toEqual(['quarantine', 'discard'])
    })

    it('makes nobody exist', () => {
      expect(actionOf([allow], { recipients: ['nobody@example.com'] })).toBe('discard')
      expect(actionOf(unavailable, { recipients: ['nobody@example.com'] })).toBe('discard')
    })

    it('lets allowed mail through that lists and scans would stop', () => {
      expect([actionOf([], {}, lists), actionOf([allow], {}, lists)]).toEqual(['quarantine', 'deliver'])
      expect([actionOf([], spam), actionOf([allow], spam)]).toEqual(['discard', 'deliver'])
      expect(actionOf(unavailable, spam, lists)).toBe('deliver')
    })

    it('says which reasons an entry overruled, for whom both were', () => {
      const bounds = {
        ...listPolicy(),
        scans: { virus: 'quarantine', spam: 'quarantine', dmarcReject: 'deliver' },
      } as const
      const about = (entries: readonly Entry[], message: Partial<Message>) =>
        overruledIn(
          factsOf(messageOf(message), bounds, alice, lists, noBounce('no-report'), {
            answer: 'heard',
            matching: entries,
          }),
          bounds,
        )
      expect(about([allow], spam)).toEqual([{ by: 'allow-entry', codes: ['dnsxl-stopped', 'spam-found'] }])
      expect(about([allow], virus)).toEqual([{ by: 'allow-entry', codes: ['dnsxl-stopped'] }])
      expect(about([block], spam)).toEqual([])
      expect(about([], { recipients: ['alice@example.com', 'abuse@example.com'] })).toEqual([
        { by: 'recipient-always-exists', codes: ['dnsxl-stopped'] },
      ])
    })

    it('stops nothing less than before by an allow entry that anybody could meet', () => {
      const forged = { scans: { ...spam.scans, spf: 'fail', dmarc: 'fail' } } as const
      expect(actionOf([allow], forged)).toBe('discard')
    })
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
  const policy = listPolicy(
    weighing('one.example', 4, { authoritative: true }),
    zoneOf('two.example', {
      terms: [
        { pattern: '127.0.0.[2..11]', weight: 2 },
        { pattern: '127.0.0.4', weight: 1 },
      ],
    }),
    weighing('white.example', -4),
    zoneOf('untestable.example', { testEntries: false }),
  )
  const codes = ['127.0.0.2', '127.0.0.4', '127.0.5.2', '127.0.10.3', '127.255.255.254', '127.0.0.1', '203.0.113.80']
  const answer = fc.oneof(
    fc.constant({ answer: 'none', why: 'no-data' } as const),
    fc.constant({ answer: 'failed', cause: 'timeout' } as const),
    fc.subarray(codes, { minLength: 1 }).map((addresses) => saying(...addresses)),
  )
  // What was heard of every question, as if it had been put.
  const control = fc.oneof(
    fc.constant(soundControl),
    fc.record({ answer: fc.constant('heard' as const), listed: answer, unlisted: answer, unheardOf: answer }),
  )
  const answers = fc
    .tuple(...policy.dnsxl.zones.map(({ zone }) => fc.record({ zone: fc.constant(zone), answer, control })))
    .map((zones) => asAsked(zones, policy))
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
  const matching = fc.subarray([
    entry('partner.example'),
    entry('bob@partner.example', { kind: 'address', list: 'block' }),
    entry('198.51.100.9/32', { kind: 'network' }),
    entry('198.51.100.0/24', { kind: 'network', list: 'block' }),
    entry('partner.example', { expires_at: messageOf().receivedAt }),
  ])
  const status = fc.constantFrom('pass', 'fail', 'gray')
  const scans = fc.record({ virus: status, spam: status, spf: status, dmarc: status })
  const scanning = fc.constantFrom('deliver', 'quarantine', 'discard')
  return fc
    .tuple(recipients, directory, answers, scans, matching, scanning)
    .map(([to, entries, zones, found, matching, spam]) => {
      const message = messageOf({ recipients: to, scans: { ...messageOf().scans, ...found } })
      const given = { ...policy, scans: { ...policy.scans, spam } }
      const fact = { answer: 'heard', matching } as const
      return { heard: factsOf(message, given, entries, zones, noBounce('no-report'), fact), policy: given }
    })
}

/** Facts as the filter gathers them: the control questions stand only where they were needed. */
function asAsked(zones: Facts['zones'], policy: Policy): Facts['zones'] {
  return zones.map((fact) => (needsControl(fact, zones, policy) ? fact : { ...fact, control: notNeeded }))
}

const silentControl = controlOf({
  listed: { answer: 'failed', cause: 'timeout' },
  unlisted: { answer: 'failed', cause: 'timeout' },
})

/** The same facts, but one of the answers never came. */
function mute(heard: Facts, which: number): Facts {
  const unavailable = { answer: 'unavailable', cause: 'timeout' } as const
  const silences = [
    () => ({ ...heard, entries: unavailable }),
    ...heard.zones.flatMap((_, at) =>
      [silent, (zone: string) => ({ ...heard.zones[at], zone, control: silentControl }) as ZoneFact].map(
        (muted) => () => ({
          ...heard,
          zones: heard.zones.map((fact, i) => (i === at ? muted(fact.zone) : fact)),
        }),
      ),
    ),
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
