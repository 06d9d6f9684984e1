import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decide } from '../../lambda/core/decide.ts'
import { explain, reasonCodes, sentenceOf } from '../../lambda/core/explain.ts'
import { recordOf } from '../../lambda/core/record.ts'
import { mailboxes } from '../../local/memory/recipient-directory.ts'
import { domainOf, factsOf, listed, listPolicy, messageOf, notListed } from '../builders.ts'

describe('explain', () => {
  it('tells a decision in words: what was done, for whom, and every reason', () => {
    const policy = { ...listPolicy(), domains: [domainOf('example.com', { mode: 'observe' as const })] }
    const message = messageOf({ recipients: ['alice+x@example.com', 'nobody@example.com'] })
    const facts = factsOf(message, policy, mailboxes('alice@example.com'), [
      listed('one.example', '127.0.0.2'),
      notListed('two.example'),
    ])
    const record = recordOf(facts, decide(facts, policy), policy, {
      decidedAt: '2026-11-21T10:00:01.000Z',
      timings: { directory: 0, zones: 0, bounce: 0, total: 0 },
      coldStart: false,
      codeVersion: 'test',
      disposition: 'CONTINUE',
      keptKey: null,
    })
    expect(explain(record)).toEqual([
      'deliver [observe, CONTINUE]',
      '  alice+x@example.com: known (sub-address), deliver',
      '  nobody@example.com: unknown, deliver (would be discard in enforce)',
      "  - nobody@example.com does not exist: its domain's directory is complete and has no such entry.",
      '  - The client is listed in one.example (one.example) as 127.0.0.2: +2.',
      '  - The listings add up to 2, which is recorded from 1 on and changes nothing.',
    ])
  })

  it('has a sentence for every reason that the schema of the record allows, and no other', () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../docs/decision-record.schema.json', import.meta.url), 'utf8'),
    ) as {
      definitions: { reason: { properties: { code: { enum: string[] } } } }
    }
    expect([...reasonCodes].sort()).toEqual([...schema.definitions.reason.properties.code.enum].sort())
  })

  it('says why an address was not looked up', () => {
    expect(sentenceOf({ code: 'recipient-not-checked', address: 'x', why: 'address-unreadable' })).toBe(
      'x was not looked up: it is not an address that RFC 5321 allows.',
    )
  })
})
