import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryIndex } from '../../../lambda/core/entries/entry-index.ts'
import type { Entry } from '../../../lambda/core/entries/entry.ts'
import { namesOf, partiesOf, placesOf } from '../../../lambda/core/entries/match.ts'
import { readValue } from '../../../lambda/core/entries/value.ts'
import type { Message } from '../../../lambda/core/message.ts'
import { messageOf } from '../../builders.ts'
import { entry } from '../../contract/entry-list.ts'

const at = '2026-11-21T10:00:00.000Z'

describe('an entry', () => {
  it.each([
    ['bob@partner.example', {}, ['from-field', 'envelope-sender']],
    ['bob@partner.example', { reversePath: 'BOB@Partner.EXAMPLE.' }, ['from-field', 'envelope-sender']],
    ['bob@partner.example', { reversePath: null }, ['from-field']],
    ['bob@partner.example', { fromField: null }, ['envelope-sender']],
    ['bob@partner.example', { fromField: 'bob@x.partner.example' }, ['envelope-sender']],
    ['partner.example', {}, ['from-field', 'envelope-sender']],
    ['partner.example', { fromField: 'a@x.partner.example', reversePath: 'a@evilpartner.example' }, []],
    ['*.partner.example', {}, []],
    ['*.partner.example', { fromField: 'a@x.y.partner.example' }, ['from-field']],
    ['*.partner.example', { fromField: `a@${'x.'.repeat(5000)}partner.example` }, ['from-field']],
    ['xn--bcher-kva.example', { fromField: 'a@B\u00dcCHER.example' }, ['from-field']],
    ['198.51.100.0/24', {}, ['client']],
    ['198.51.100.8/30', {}, ['client']],
    ['198.51.100.12/30', {}, []],
    ['198.51.100.9', { client: { kind: 'unknown', why: 'absent' } as never }, []],
    ['2001:db8::/32', { client: { kind: 'client', ip: '2001:db8:1::9', helo: null } }, ['client']],
    ['198.51.100.9', { client: { kind: 'client', ip: '::ffff:198.51.100.9', helo: null } }, ['client']],
  ] as const)('for %s meets a message %j at %j', (value, changes, places) => {
    expect(placesOf(entryFor(value), partiesOf(messageOf(changes as Partial<Message>), []))).toEqual(places)
  })

  it('is looked for under no more names than a domain can have, however long the one is that somebody wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '.'), maxLength: 5000, size: 'max' }), (domain) => {
        const names = namesOf({ address: `x@${domain}`, domain }).slice(2)
        expect(names.every((name) => name.startsWith('*.') && name.length <= 2 + 253)).toBe(true)
        expect(names.length).toBeLessThanOrEqual(254)
      }),
    )
  })

  it('for a network meets the client behind a trusted relay, and not the relay', () => {
    const message = messageOf({
      client: { kind: 'client', ip: '203.0.113.5', helo: 'relay.example.com' },
      received: ['from mail.partner.example (mail.partner.example [198.51.100.9]) by relay.example.com with ESMTPS'],
    })
    const parties = partiesOf(message, ['203.0.113.5'])
    expect(placesOf(entryFor('198.51.100.9'), parties)).toEqual(['client'])
    expect(placesOf(entryFor('203.0.113.5'), parties)).toEqual([])
  })
})

describe('the index of the entries', () => {
  it('finds, in their order, those that meet the message and have not ended', () => {
    const ended = entry('partner.example', { expires_at: at })
    const entries = [entryFor('198.51.100.9'), entryFor('other.example'), ended, entryFor('bob@partner.example')]
    expect(entryIndex(entries).matching(() => partiesOf(messageOf(), []), at)).toEqual([entries[0], entries[3]])
  })

  it('finds the same as looking at each entry', () => {
    const label = fc.constantFrom('a', 'b', 'xn--bcher-kva')
    const domain = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'))
    const address = fc.tuple(label, domain).map(([local, name]) => `${local}@${name}`)
    const ip = fc.tuple(fc.nat(3), fc.nat(3)).map(([a, b]) => `198.51.${a}.${b}`)
    const network = fc.oneof(ip, fc.constantFrom('198.51.0.0/16', '198.51.0.0/30', '198.51.2.0/23', '192.0.0.0/8'))
    const value = fc.oneof(
      address,
      domain,
      domain.map((name) => `*.${name}`),
      network,
    )
    fc.assert(
      fc.property(fc.array(value), address, fc.option(address), ip, (values, fromField, reversePath, from) => {
        const entries = values.map(entryFor)
        const message = messageOf({ fromField, reversePath, client: { kind: 'client', ip: from, helo: null } })
        const parties = partiesOf(message, [])
        const found = entryIndex(entries).matching(() => parties, at)
        expect(found).toEqual(entries.filter((one) => placesOf(one, parties).length > 0))
      }),
      { numRuns: 1000 },
    )
  })
})

function entryFor(text: string): Entry {
  const read = readValue('allow', text)
  if (read.kind === 'refused') throw new Error(read.sentence)
  return entry(read.value, { kind: read.of })
}
