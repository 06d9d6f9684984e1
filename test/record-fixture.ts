import { decide } from '../lambda/core/decide.ts'
import type { Facts } from '../lambda/core/facts.ts'
import type { Policy } from '../lambda/core/policy.ts'
import { recordOf, type DecisionRecord } from '../lambda/core/record.ts'
import { mailboxes } from '../local/memory/recipient-directory.ts'
import { factsOf, messageOf, policyOf } from './builders.ts'
import { assertValidRecord } from './record-schema.ts'

/** A valid record of an ordinary message, with some fields changed. */
export function recordFixture(changes: Partial<DecisionRecord> = {}): DecisionRecord {
  const policy = policyOf()
  const facts = factsOf(messageOf(), policy, mailboxes('alice@example.com'))
  const record = recordedOf(facts, policy)
  const changed = { ...record, ...changes }
  assertValidRecord(changed)
  return changed
}

/** The record of what was decided about these facts. */
export function recordedOf(facts: Facts, policy: Policy): DecisionRecord {
  return recordOf(facts, decide(facts, policy), policy, {
    decidedAt: '2026-11-21T10:00:01.000Z',
    timings: { directory: 1, zones: 2, bounce: 0, total: 3 },
    coldStart: false,
    codeVersion: '0.1.0+test',
    disposition: 'CONTINUE',
    keptKey: 's3://mail/mail/x',
  })
}
