import { describe, expect, it } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import type { ZoneFact } from '../../../lambda/core/facts.ts'
import type { Policy } from '../../../lambda/core/policy.ts'
import type { Reason } from '../../../lambda/core/reasons.ts'
import { zoneQuestions } from '../../../lambda/core/questions.ts'
import { needsControl } from '../../../lambda/core/rules/dnsxl.ts'
import { mailboxes } from '../../../local/memory/recipient-directory.ts'
import {
  controlOf,
  domainOf,
  factsOf,
  listed,
  listPolicy,
  messageOf,
  notListed,
  notNeeded,
  policyOf,
  saying,
  silent,
  soundControl,
  unasked,
  weighing,
  zoneOf,
} from '../../builders.ts'

const alice = mailboxes('alice@example.com')

function judged(policy: Policy, ...zones: readonly ZoneFact[]): readonly [string, readonly Reason[]] {
  const { action, reasons } = decide(factsOf(messageOf(), policy, alice, zones), policy)
  return [action, reasons]
}

const oneListed = {
  code: 'zone-listed',
  zone: 'one.example',
  operator: 'one.example',
  return_codes: ['127.0.0.2'],
  weight: 2,
}
const twoListed = { ...oneListed, zone: 'two.example', operator: 'two.example' }
const onlyTwo = [twoListed, { code: 'dnsxl-recorded', score: 2, threshold: 1 }]
const bothListed = [listed('one.example', '127.0.0.2'), listed('two.example', '127.0.0.2')]

describe('dnsxl: the formula', () => {
  it('stops a client that two operators list', () => {
    expect(judged(listPolicy(), ...bothListed)).toEqual([
      'quarantine',
      [
        oneListed,
        twoListed,
        { code: 'dnsxl-stopped', score: 4, threshold: 3, operators: ['one.example', 'two.example'] },
      ],
    ])
  })

  it('records a client that lies between the thresholds', () => {
    expect(judged(listPolicy(), notListed('one.example'), listed('two.example', '127.0.0.2'))).toEqual([
      'deliver',
      onlyTwo,
    ])
  })

  it('does not act on one operator alone, whatever its weight, unless it is authoritative', () => {
    const facts = listed('one.example', '127.0.0.2')
    expect(judged(listPolicy(weighing('one.example', 9)), facts)).toEqual([
      'deliver',
      [
        { ...oneListed, weight: 9 },
        { code: 'dnsxl-one-operator', score: 9, threshold: 3, operator: 'one.example' },
      ],
    ])
    expect(judged(listPolicy(weighing('one.example', 9, { authoritative: true })), facts)[0]).toBe('quarantine')
  })

  it('takes two zones of one operator for one opinion', () => {
    const policy = listPolicy(zoneOf('one.example', { operator: 'same' }), zoneOf('two.example', { operator: 'same' }))
    expect(judged(policy, ...bothListed)[0]).toBe('deliver')
  })

  it('adds the weight of a pattern once, however many records it matches, and each pattern that one matches', () => {
    const terms = [
      { pattern: '127.0.0.[2..4]', weight: 1 },
      { pattern: '127.0.0.10', weight: 5 },
      { pattern: '127.0.0.11', weight: 7 },
    ]
    const codes = ['127.0.0.2', '127.0.0.4', '127.0.0.10']
    const [, [reason]] = judged(listPolicy(zoneOf('one.example', { terms })), listed('one.example', codes))
    expect(reason).toEqual({ ...oneListed, return_codes: codes, weight: 6 })
  })

  it('lets a zone speak for the client', () => {
    const policy = listPolicy(zoneOf('one.example'), zoneOf('two.example'), weighing('white.example', -3))
    expect(judged(policy, ...bothListed, listed('white.example', '127.0.5.2'))[0]).toBe('deliver')
    expect(judged(policy, ...bothListed, notListed('white.example', soundControl))[0]).toBe('quarantine')
  })
})

describe('dnsxl: what is no listing', () => {
  const said = (cause: string, answer?: string) => ({
    code: 'zone-silent',
    zone: 'one.example',
    cause,
    ...(answer === undefined ? {} : { answer }),
  })
  const strict = zoneOf('one.example', { errorCodes: ['127.0.0.255', '127.0.1.[250..255]'] })

  it.each([
    ['a timeout', silent('one.example'), said('timeout')],
    [
      'a muted zone',
      { ...silent('one.example'), answer: { answer: 'failed', cause: 'muted' } } as const,
      said('muted'),
    ],
    [
      'a missing key',
      { ...silent('one.example'), answer: { answer: 'failed', cause: 'no-key' } } as const,
      said('no-key'),
    ],
    [
      'a typing error in the name of the zone',
      listed('one.example', '127.255.255.252'),
      said('error-code', '127.255.255.252'),
    ],
    ['the code of a refused resolver', listed('one.example', '127.255.255.254'), said('error-code', '127.255.255.254')],
    ['too many questions', listed('one.example', '127.255.255.255'), said('error-code', '127.255.255.255')],
    [
      'an error code beside a listing',
      listed('one.example', ['127.0.0.2', '127.255.255.255']),
      said('error-code', '127.255.255.255'),
    ],
    ["a zone's own error code", listed('one.example', '127.0.0.255'), said('error-code', '127.0.0.255')],
    ["a zone's own range of error codes", listed('one.example', '127.0.1.252'), said('error-code', '127.0.1.252')],
    ['a parked domain', listed('one.example', '203.0.113.80'), said('not-a-dnsxl', '203.0.113.80')],
    ['127.0.0.1', listed('one.example', '127.0.0.1'), said('not-a-dnsxl', '127.0.0.1')],
    [
      'a code that the policy does not count',
      listed('one.example', '127.0.0.99'),
      { code: 'zone-code-undeclared', zone: 'one.example', return_codes: ['127.0.0.99'] },
    ],
  ] as const)('never counts %s', (_name, fact, reason) => {
    expect(judged(listPolicy(strict, zoneOf('two.example')), fact, listed('two.example', '127.0.0.2'))).toEqual([
      'deliver',
      [reason, ...onlyTwo],
    ])
  })

  it('counts 127.0.0.1 where the zone defines it', () => {
    const terms = [{ pattern: '127.0.0.1', weight: 2 }]
    const policy = listPolicy(zoneOf('one.example', { definesLoopback: true, terms }))
    expect(judged(policy, listed('one.example', '127.0.0.1'))[1]).toContainEqual({
      ...oneListed,
      return_codes: ['127.0.0.1'],
    })
  })
})

describe('dnsxl: the control questions', () => {
  const unsound = (state: string) => ({ code: 'zone-unsound', zone: 'one.example', state, return_codes: ['127.0.0.2'] })
  const failed = { answer: 'failed', cause: 'timeout' } as const
  const none = { answer: 'none', why: 'no-such-name' } as const

  it.each([
    ['127.0.0.1 is listed', controlOf({ unlisted: saying('127.0.0.2') }), 'lists-the-world'],
    [
      '127.0.0.1 is answered with a parking address',
      controlOf({ unlisted: saying('203.0.113.80') }),
      'lists-the-world',
    ],
    [
      'an address that nobody has is listed, although 127.0.0.1 is remembered as not',
      controlOf({ unheardOf: saying('127.0.0.2') }),
      'lists-the-world',
    ],
    [
      'everybody is trusted (the poison of an allow list)',
      controlOf({ listed: saying('127.0.10.3'), unlisted: saying('127.0.10.3') }),
      'lists-the-world',
    ],
    ['127.0.0.2 is not listed', controlOf({ listed: none }), 'empty'],
    ['127.0.0.2 has an address that no list gives', controlOf({ listed: saying('203.0.113.80') }), 'empty'],
    ['127.0.0.2 has a code that the zone does not give', controlOf({ listed: saying('127.9.9.9') }), 'empty'],
    ['127.0.0.2 goes unanswered', controlOf({ listed: failed }), 'silent'],
    ['127.0.0.1 goes unanswered', controlOf({ unlisted: failed }), 'silent'],
    ['the zone refuses', controlOf({ listed: saying('127.255.255.254') }), 'refusing'],
    ['nobody asked, for want of time', notNeeded, 'silent'],
  ] as const)('lets a listing count neither way when %s', (_name, control, state) => {
    const zones = [listed('one.example', '127.0.0.2', control), listed('two.example', '127.0.0.2')]
    expect(judged(listPolicy(), ...zones)).toEqual(['deliver', [unsound(state), ...onlyTwo]])
    const authoritative = listPolicy(weighing('one.example', 9, { authoritative: true }))
    expect(judged(authoritative, listed('one.example', '127.0.0.2', control))[0]).toBe('deliver')
  })

  it('is content with a test entry that has codes which the policy does not count', () => {
    const terms = [{ pattern: '127.0.0.3', weight: 2 }]
    const control = controlOf({ listed: saying('127.0.0.2', '127.0.0.4', '127.0.0.10') })
    const zones = [listed('one.example', '127.0.0.3', control), listed('two.example', '127.0.0.2')]
    expect(judged(listPolicy(zoneOf('one.example', { terms }), zoneOf('two.example')), ...zones)[0]).toBe('quarantine')
  })

  it('only records what a zone without test entries says', () => {
    const policy = listPolicy(zoneOf('one.example', { testEntries: false, authoritative: true }), zoneOf('two.example'))
    expect(judged(policy, ...bothListed)).toEqual(['deliver', [unsound('untestable'), ...onlyTwo]])
  })

  it.each([
    ['silent', silent('white.example')],
    ['emptied', notListed('white.example', controlOf({ listed: none }))],
    ['parked', listed('white.example', '203.0.113.80')],
    ['poisoned', listed('white.example', '127.0.10.3', controlOf({ unlisted: saying('127.0.10.3') }))],
    ['not heard of in time', notListed('white.example')],
  ])('stops nobody while a zone that could have spoken for the client is %s', (_name, fact) => {
    const policy = listPolicy(zoneOf('one.example'), zoneOf('two.example'), weighing('white.example', -3))
    const [action, reasons] = judged(policy, ...bothListed, fact)
    expect([action, reasons.at(-1)]).toEqual(['deliver', { code: 'dnsxl-disarmed', zone: 'white.example', score: 4 }])
  })

  it('never lets an allow list that fails open the gate', () => {
    const policy = listPolicy(zoneOf('one.example'), zoneOf('two.example'), weighing('white.example', -3))
    const poisoned = listed('white.example', '127.0.10.3', controlOf({ unlisted: saying('127.0.10.3') }))
    const spam = { ...messageOf(), scans: { ...messageOf().scans, spam: 'fail' as const } }
    const strict = { ...policy, scans: { ...policy.scans, spam: 'quarantine' as const } }
    expect(decide(factsOf(spam, strict, alice, [...bothListed, poisoned]), strict).action).toBe('quarantine')
  })

  it('are needed where an answer counts, and of an allow list when the others would stop the message', () => {
    const policy = listPolicy(zoneOf('one.example'), zoneOf('two.example'), weighing('white.example', -3))
    const asked = (...zones: readonly ZoneFact[]) => zones.map((fact) => needsControl(fact, zones, policy))
    const [one, two] = bothListed as [ZoneFact, ZoneFact]
    expect(asked(one, two, notListed('white.example'))).toEqual([true, true, true])
    expect(asked(one, notListed('two.example'), notListed('white.example'))).toEqual([true, false, false])
    expect(
      asked(listed('one.example', '127.0.0.99'), silent('two.example'), unasked('white.example', 'address-family')),
    ).toEqual([false, false, false])
  })
})

describe('dnsxl: safe mode', () => {
  const policy = listPolicy(
    zoneOf('back.example', { appliesWhen: 'null-or-postmaster', authoritative: true }),
    zoneOf('two.example'),
  )
  const asked = (reversePath: string | null) => {
    const message = messageOf({ reversePath })
    return zoneQuestions(message, factsOf(message, policy, alice).recipients, policy)[0]
  }

  it('asks about mail from nobody and from postmaster, and about no other', () => {
    expect(asked(null)).toMatchObject({ name: '9.100.51.198.back.example' })
    expect(asked('Postmaster@partner.example')).toMatchObject({ name: '9.100.51.198.back.example' })
    expect(asked('bob@partner.example')).toEqual({ zone: 'back.example', name: null, why: 'normal-sender' })
  })

  it('takes a listing for a hint, which adds nothing', () => {
    const zones = [listed('back.example', '127.0.0.2'), listed('two.example', '127.0.0.2')]
    const hint = { code: 'zone-hint', zone: 'back.example', return_codes: ['127.0.0.2'] }
    expect(judged(policy, ...zones)).toEqual(['deliver', [hint, ...onlyTwo]])
  })
})

describe('zoneQuestions', () => {
  const asked = (message = messageOf(), policy = listPolicy(zoneOf('one.example'))) =>
    zoneQuestions(message, factsOf(message, policy, alice).recipients, policy)
  const from = (ip: string) => messageOf({ client: { kind: 'client', ip, helo: null } })

  it('asks each zone once, with the octets or the nibbles reversed', () => {
    expect(asked()).toEqual([{ zone: 'one.example', name: '9.100.51.198.one.example', family: 'ipv4' }])
    const name = '6.6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.6.0.0.8.b.d.0.1.0.0.2.one.example'
    expect(asked(from('2001:db8:66::66'))).toEqual([{ zone: 'one.example', name, family: 'ipv6' }])
    expect(asked(from('::ffff:198.51.100.9'))).toEqual(asked())
  })

  it('asks a zone only about the family that it serves', () => {
    const policy = listPolicy(zoneOf('four.example', { families: 'ipv4' }), zoneOf('six.example', { families: 'ipv6' }))
    const reasons = (ip: string) =>
      asked(from(ip), policy).map((question) => ('why' in question ? question.why : 'asked'))
    expect([reasons('198.51.100.9'), reasons('2001:db8::1')]).toEqual([
      ['asked', 'address-family'],
      ['address-family', 'asked'],
    ])
  })

  it.each([
    ['when every recipient is unknown', messageOf({ recipients: ['nobody@example.com'] }), 'no-recipient-left'],
    ['when nobody knows who connected', messageOf({ client: { kind: 'unknown', why: 'disagree' } }), 'client-unknown'],
    ['when the client is private', from('10.1.2.3'), 'client-not-public'],
    ['when the client is in a reserved range', from('240.0.0.1'), 'client-not-public'],
  ] as const)('asks nothing %s', (_name, message, why) => {
    expect(asked(message)).toEqual([{ zone: 'one.example', name: null, why }])
  })

  it('asks nothing for a domain that is bypassed', () => {
    const policy = { ...listPolicy(), domains: [domainOf('example.com', { mode: 'bypass' as const })] }
    expect(asked(messageOf(), policy)[0]).toEqual({ zone: 'one.example', name: null, why: 'bypass' })
  })

  it('asks about the client behind a relay that the operator trusts', () => {
    const policy = { ...listPolicy(zoneOf('one.example')), trustedRelays: ['198.51.100.9'] }
    const received = [
      'from home.example (home.example [203.0.113.5]) by mail.partner.example with ESMTP id 1; Sat, 21 Nov 2026',
    ]
    expect(asked(messageOf({ received }), policy)).toEqual([
      { zone: 'one.example', name: '5.113.0.203.one.example', family: 'ipv4' },
    ])
  })

  it('states why no zone was asked when it is not certain who connected', () => {
    const message = messageOf({ client: { kind: 'unknown', why: 'disagree' } })
    const facts = factsOf(message, listPolicy(), alice, [unasked('one.example', 'client-unknown')])
    expect(decide(facts, listPolicy()).reasons).toEqual([{ code: 'client-unknown', why: 'disagree' }])
    expect(decide(factsOf(message, policyOf(), alice), policyOf()).reasons).toEqual([])
  })
})
