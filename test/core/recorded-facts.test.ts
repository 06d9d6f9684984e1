import { describe, expect, it } from 'vitest'
import { decide } from '../../lambda/core/decide.ts'
import { factsOf } from '../../lambda/core/recorded-facts.ts'
import { mailboxes } from '../../local/memory/recipient-directory.ts'
import { factsOf as factsAbout, messageOf, policyOf } from '../builders.ts'

const facts = factsAbout(messageOf(), policyOf(), mailboxes('alice@example.com'))

describe('the facts of a record', () => {
  it('are those that were written', () => {
    expect(factsOf({ facts: JSON.stringify(facts) })).toEqual(facts)
  })

  it('of an older version were not asked for what it did not know, and can be decided', () => {
    const { message, recipients, zones } = facts
    const read = factsOf({ facts: JSON.stringify({ message, recipients, zones }) })
    expect(read).toEqual({
      message,
      recipients,
      zones,
      bounce: { answer: 'not-asked', why: 'not-known' },
      entries: { answer: 'not-asked', why: 'not-known' },
    })
    expect(read && decide(read, policyOf())).toEqual(decide(facts, policyOf()))
  })

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '"x"',
    '{"message":{},"recipients":{},"zones":[]}',
    '{"message":null,"recipients":[],"zones":[]}',
  ])('are none where there are none: %s', (text) => {
    expect(factsOf({ facts: text })).toBeNull()
  })
})
