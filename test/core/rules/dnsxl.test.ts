import { describe, expect, it } from 'vitest'
import { decide } from '../../../lambda/core/decide.ts'
import type { ZoneFact } from '../../../lambda/core/facts.ts'
import type { Policy } from '../../../lambda/core/policy.ts'
import type { Reason } from '../../../lambda/core/reasons.ts'
import { zoneQuestions } from '../../../lambda/core/questions.ts'
import { mailboxes } from '../../../local/memory/recipient-directory.ts'
import {
  domainOf,
  factsOf,
  listed,
  listPolicy,
  messageOf,
  notListed,
  policyOf,
  silent,
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

describe('dnsxl', () => {
  it('stops a client that two operators list', () => {
    const zones = [listed('one.example', '127.0.0.2'), listed('two.example', '127.0.0.2')]
    expect(judged(listPolicy(), ...zones)).toEqual([
      'quarantine',
      [
        oneListed,
        twoListed,
        { code: 'dnsxl-stopped', score: 4, threshold: 3, operators: ['one.example', 'two.example'] },
      ],
    ])
  })

  it('records a client that lies between the thresholds', () => {
    expect(judged(listPolicy(), listed('one.example', '127.0.0.2'), notListed('two.example'))).toEqual([
      'deliver',
      [oneListed, { code: 'dnsxl-recorded', score: 2, threshold: 1 }],
    ])
  })

  it('does not act on one operator alone, whatever its weight, unless it is authoritative', () => {
    const heavy = { ...oneListed, weight: 9 }
    expect(judged(listPolicy(zoneOf('one.example', { weight: 9 })), listed('one.example', '127.0.0.2'))).toEqual([
      'deliver',
      [heavy, { code: 'dnsxl-one-operator', score: 9, threshold: 3, operator: 'one.example' }],
    ])
    const authoritative = listPolicy(zoneOf('one.example', { weight: 9, authoritative: true }))
    expect(judged(authoritative, listed('one.example', '127.0.0.2'))[0]).toBe('quarantine')
  })

  it('takes two zones of one operator for one opinion', () => {
    const policy = listPolicy(zoneOf('one.example', { operator: 'same' }), zoneOf('two.example', { operator: 'same' }))
    expect(judged(policy, listed('one.example', '127.0.0.2'), listed('two.example', '127.0.0.2'))[0]).toBe('deliver')
  })

  it('adds the weight of a pattern once, however many records it matches', () => {
    const [, reasons] = judged(
      listPolicy(),
      listed('one.example', '127.0.0.2', '127.0.0.4', '127.0.0.10'),
      notListed('two.example'),
    )
    expect(reasons[0]).toEqual({ ...oneListed, return_codes: ['127.0.0.2', '127.0.0.4', '127.0.0.10'] })
  })

  it.each([
    ['a timeout', silent('one.example'), { code: 'zone-silent', zone: 'one.example', cause: 'timeout' }],
    [
      'the code of a refused resolver',
      listed('one.example', '127.255.255.254'),
      { code: 'zone-silent', zone: 'one.example', cause: 'error-code', answer: '127.255.255.254' },
    ],
    [
      'an error code beside a listing',
      listed('one.example', '127.0.0.2', '127.255.255.255'),
      { code: 'zone-silent', zone: 'one.example', cause: 'error-code', answer: '127.255.255.255' },
    ],
    [
      'a parked domain',
      listed('one.example', '203.0.113.80'),
      { code: 'zone-silent', zone: 'one.example', cause: 'not-a-dnsxl', answer: '203.0.113.80' },
    ],
    [
      '127.0.0.1',
      listed('one.example', '127.0.0.1'),
      { code: 'zone-silent', zone: 'one.example', cause: 'not-a-dnsxl', answer: '127.0.0.1' },
    ],
    [
      'a code that the policy does not count',
      listed('one.example', '127.0.0.99'),
      { code: 'zone-code-undeclared', zone: 'one.example', return_codes: ['127.0.0.99'] },
    ],
  ] as const)('never counts %s', (_name, fact, reason) => {
    expect(judged(listPolicy(), fact, listed('two.example', '127.0.0.2'))).toEqual([
      'deliver',
      [reason, twoListed, { code: 'dnsxl-recorded', score: 2, threshold: 1 }],
    ])
  })

  it('lets a zone speak for the client', () => {
    const policy = listPolicy(
      zoneOf('one.example'),
      zoneOf('two.example'),
      zoneOf('white.example', { pattern: '127.0.[0..20].[1..3]', weight: -3 }),
    )
    const against = [listed('one.example', '127.0.0.2'), listed('two.example', '127.0.0.2')]
    expect(judged(policy, ...against, listed('white.example', '127.0.5.2'))[0]).toBe('deliver')
    expect(judged(policy, ...against, notListed('white.example'))[0]).toBe('quarantine')
  })

  it('stops nobody while a zone that could have spoken for the client is silent', () => {
    const policy = listPolicy(zoneOf('one.example'), zoneOf('two.example'), zoneOf('white.example', { weight: -3 }))
    const zones = [listed('one.example', '127.0.0.2'), listed('two.example', '127.0.0.2'), silent('white.example')]
    const [action, reasons] = judged(policy, ...zones)
    expect([action, reasons.at(-1)]).toEqual(['deliver', { code: 'dnsxl-disarmed', zone: 'white.example', score: 4 }])
  })
})

describe('zoneQuestions', () => {
  const asked = (
    message = messageOf(),
    policy = listPolicy(zoneOf('one.example'), zoneOf('one.example', { pattern: '127.0.0.3' })),
  ) => zoneQuestions(message, factsOf(message, policy, alice).recipients, policy)

  it('asks each zone once, with the octets reversed', () => {
    expect(asked()).toEqual([{ zone: 'one.example', name: '9.100.51.198.one.example' }])
  })

  it.each([
    ['when every recipient is unknown', messageOf({ recipients: ['nobody@example.com'] }), 'no-recipient-left'],
    ['when nobody knows who connected', messageOf({ client: { kind: 'unknown', why: 'disagree' } }), 'client-unknown'],
    [
      'when the client is private',
      messageOf({ client: { kind: 'client', ip: '10.1.2.3', helo: null } }),
      'client-not-public',
    ],
  ] as const)('asks nothing %s', (_name, message, why) => {
    expect(asked(message)).toEqual([{ zone: 'one.example', name: null, why }])
  })

  it('asks nothing for a domain that is bypassed', () => {
    const policy = { ...listPolicy(), domains: [domainOf('example.com', { mode: 'bypass' as const })] }
    expect(asked(messageOf(), policy)[0]).toEqual({ zone: 'one.example', name: null, why: 'bypass' })
  })

  it('states why no zone was asked when it is not certain who connected', () => {
    const message = messageOf({ client: { kind: 'unknown', why: 'disagree' } })
    const zones = [{ zone: 'one.example', answer: { answer: 'not-asked', why: 'client-unknown' } } as const]
    expect(decide(factsOf(message, listPolicy(), alice, zones), listPolicy()).reasons).toEqual([
      { code: 'client-unknown', why: 'disagree' },
    ])
    expect(decide(factsOf(message, policyOf(), alice), policyOf()).reasons).toEqual([])
  })
})
