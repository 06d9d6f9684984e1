import type { Action } from '../../../lambda/core/policy.ts'
import type { Reason } from '../../../lambda/core/reasons.ts'
import type { DecisionRecord, RecordedRecipient } from '../../../lambda/core/record.ts'
import type { TraceFound, TraceGround } from '../../../lambda/core/trace/answer.ts'
import { relationOf, type TraceQuestion } from '../../../lambda/core/trace/question.ts'
import { recordFixture } from '../../record-fixture.ts'

/** Monday, 16 November 2026; the question is asked on Tuesday at noon. */
export const monday = { from: '2026-11-16T00:00:00.000Z', until: '2026-11-17T00:00:00.000Z' } as const

export const ground: TraceGround = {
  domains: ['example.com', 'xn--bcher-kva.example'],
  keptSince: '2026-10-01T00:00:00.000Z',
  now: '2026-11-17T12:00:00.000Z',
}

/** "bob@partner.example wrote to alice@example.com on Monday, nothing came." */
export function asked(changes: Partial<TraceQuestion> = {}): TraceQuestion {
  return {
    recipient: 'alice@example.com',
    sender: 'bob@partner.example',
    messageId: null,
    words: [],
    ...monday,
    ...changes,
  }
}

export function to(address: string, changes: Partial<RecordedRecipient> = {}): RecordedRecipient {
  const action = changes.action ?? 'deliver'
  return { address, answer: 'known', mode: 'enforce', action, would_be_action: action, reasons: [], ...changes }
}

let made = 0

/** A record of a message of Monday at ten, with an id of its own. What happened to it follows from its recipients. */
export function mail(recipients: readonly RecordedRecipient[], changes: Partial<DecisionRecord> = {}): DecisionRecord {
  made += 1
  const action = mildest(recipients.map((recipient) => recipient.action))
  return recordFixture({
    message_id: `message-${made}`,
    received_at: '2026-11-16T10:00:00.000Z',
    recipients,
    action,
    would_be_action: mildest(recipients.map((recipient) => recipient.would_be_action)),
    disposition: action === 'deliver' ? 'CONTINUE' : 'STOP_RULE_SET',
    reasons: recipients.flatMap(({ reasons }) => reasons),
    ...changes,
  })
}

/** A message to alice@example.com that was stopped for a reason that concerns all of it. */
export function stopped(action: Action, reason: Reason, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return mail([to('alice@example.com', { action })], { reasons: [reason], ...changes })
}

/** What a search through these records finds. */
export function search(question: TraceQuestion, records: readonly DecisionRecord[]): TraceFound {
  const matches = records.filter((record) => relationOf(question, record) === 'match')
  return {
    matches,
    matched: matches.length,
    toOthers: records.filter((record) => relationOf(question, record) === 'to-others'),
    looked: records.length,
    unread: [],
  }
}

function mildest(actions: readonly Action[]): Action {
  return (['deliver', 'quarantine', 'discard'] as const).find((action) => actions.includes(action)) ?? 'deliver'
}
