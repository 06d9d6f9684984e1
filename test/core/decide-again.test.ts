import { describe, expect, it } from 'vitest'
import { decideAgain } from '../../lambda/core/decide-again.ts'
import type { ZoneFact } from '../../lambda/core/facts.ts'
import type { Message } from '../../lambda/core/message.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import { mailboxes } from '../../local/memory/recipient-directory.ts'
import {
  domainOf,
  factsOf,
  listed,
  listPolicy,
  messageOf,
  notListed,
  notNeeded,
  policyOf,
  saying,
  zoneOf,
} from '../builders.ts'
import { recordedOf } from '../record-fixture.ts'

const directory = mailboxes('alice@example.com')
const twoZones = listPolicy()
const onBoth = [listed('one.example', '127.0.0.2'), listed('two.example', '127.0.0.2')]

function recorded(policy: Policy, changes: Partial<Message> = {}, zones: readonly ZoneFact[] = []): DecisionRecord {
  return recordedOf(factsOf(messageOf(changes), policy, directory, zones), policy)
}

describe('deciding a recorded message again', () => {
  it.each<[string, DecisionRecord, Policy]>([
    ['an ordinary one', recorded(policyOf()), policyOf()],
    ['one to nobody', recorded(policyOf(), { recipients: ['nobody@example.com'] }), policyOf()],
    ['one of a listed client', recorded(twoZones, {}, onBoth), twoZones],
    [
      'one of a client on one list',
      recorded(twoZones, {}, [onBoth[0] as ZoneFact, notListed('two.example')]),
      twoZones,
    ],
  ])('changes nothing under the same policy: %s', (_what, record, policy) => {
    const again = decideAgain(record, policy)
    expect(again).toMatchObject({ answer: 'decided', changes: [], unheard: [] })
    if (again.answer === 'decided') expect(again.verdict.reasons).toEqual(record.reasons)
  })

  it('shows whom a higher threshold would spare, and why', () => {
    const milder = { ...twoZones, dnsxl: { ...twoZones.dnsxl, stop: 5 } }
    expect(decideAgain(recorded(twoZones, {}, onBoth), milder)).toMatchObject({
      changes: [
        {
          address: 'alice@example.com',
          before: 'quarantine',
          after: 'deliver',
          gained: ['dnsxl-recorded'],
          lost: ['dnsxl-stopped'],
        },
      ],
      unheard: [],
    })
  })

  it('shows who would be stopped in a domain that is only observed, as if it were enforced', () => {
    const observed = policyOf({ domains: [domainOf('example.com', { mode: 'observe' })] })
    const record = recorded(observed, { recipients: ['nobody@example.com'] })
    expect(record.action).toBe('deliver')
    const milder = { ...observed, recipients: { ...observed.recipients, unknown: 'quarantine' } } as const
    expect(decideAgain(record, milder)).toMatchObject({ changes: [{ before: 'discard', after: 'quarantine' }] })
  })

  it('says what a new list was not asked, and takes that for nothing', () => {
    const three = listPolicy(...twoZones.dnsxl.zones, zoneOf('three.example'))
    const onOne = [onBoth[0] as ZoneFact, notListed('two.example')]
    expect(decideAgain(recorded(twoZones, {}, onOne), three)).toMatchObject({
      changes: [],
      unheard: [{ kind: 'zone', zone: 'three.example' }],
    })
  })

  it('says nothing of a list that would not have been asked', () => {
    const three = listPolicy(...twoZones.dnsxl.zones, zoneOf('three.example'))
    const toNobody = recorded(twoZones, { recipients: ['nobody@example.com'] })
    expect(decideAgain(toNobody, three)).toMatchObject({ changes: [], unheard: [] })
  })

  it('does not believe a listing whose list was not checked, because nothing hung on it then', () => {
    const counted = [zoneOf('one.example', { terms: [{ pattern: '127.0.0.9', weight: 2 }] }), zoneOf('two.example')]
    const unchecked = { zone: 'one.example', answer: saying('127.0.0.2'), control: notNeeded } as const
    const record = recorded(listPolicy(...counted), {}, [unchecked, listed('two.example', '127.0.0.2')])
    expect(decideAgain(record, twoZones)).toMatchObject({
      changes: [],
      unheard: [{ kind: 'control', zone: 'one.example' }],
    })
  })

  it('takes nobody for a stranger of whom the directory was not asked in this form', () => {
    const dashes = policyOf({ domains: [domainOf('example.com', { subAddressDelimiters: '+-' })] })
    const record = recorded(policyOf(), { recipients: ['alice-news@example.com'] })
    expect(record.action).toBe('discard')
    expect(decideAgain(record, dashes)).toMatchObject({
      changes: [{ before: 'discard', after: 'deliver' }],
      unheard: [{ kind: 'directory', key: 'alice@example.com' }],
    })
  })

  it('says that nobody looked into a message that was let through unseen', () => {
    const record = recorded(policyOf({ domains: [domainOf('example.com', { mode: 'bypass' })] }))
    const unseen = {
      ...record,
      facts: JSON.stringify({
        ...(JSON.parse(record.facts) as object),
        bounce: { answer: 'not-asked', why: 'bypass' },
        entries: { answer: 'not-asked', why: 'bypass' },
      }),
    }
    expect(decideAgain(unseen, policyOf())).toMatchObject({
      changes: [],
      unheard: [
        { kind: 'directory', key: 'alice@example.com' },
        { kind: 'directory', key: '@example.com' },
        { kind: 'bounce' },
        { kind: 'entries' },
      ],
    })
  })

  it.each(['', '{', 'null', '[]', '{"message":{}}'])('says that facts cannot be read: %j', (facts) => {
    expect(decideAgain({ ...recorded(policyOf()), facts }, policyOf())).toEqual({ answer: 'unreadable' })
  })
})
