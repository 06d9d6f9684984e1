import type { HandOverJob } from '../../lambda/core/hand-over/job.ts'
import type { Action } from '../../lambda/core/policy.ts'
import type { Reason } from '../../lambda/core/reasons.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'

export function jobFor(...recipients: readonly string[]): HandOverJob {
  return {
    schema_version: 1,
    message_id: 'id1',
    received_at: '2026-11-21T10:00:00.000Z',
    kept_key: 's3://mail/mail/id1',
    recipients,
    null_sender: true,
    round: 0,
    origin: 'receipt',
  }
}

/** A record of these recipients; the message itself goes on. */
export function recordFor(
  recipients: Readonly<Record<string, Action>>,
  reasons: readonly Reason[] = [],
): DecisionRecord {
  return {
    schema_version: 1,
    message_id: 'id1',
    decided_at: '2026-11-21T10:00:01.000Z',
    received_at: '2026-11-21T10:00:00.000Z',
    mode: 'enforce',
    action: 'deliver',
    would_be_action: 'deliver',
    disposition: 'CONTINUE',
    recipients: Object.entries(recipients).map(([address, action]) => ({
      address,
      answer: 'known',
      mode: 'enforce',
      action,
      would_be_action: action,
      reasons: [],
    })),
    null_sender: true,
    scans: { spam: 'pass', virus: 'pass', spf: 'pass', dkim: 'pass', dmarc: 'pass' },
    reasons,
    facts: '{}',
    policy_hash: '0',
    code_version: '0',
    timings_ms: { directory: 0, zones: 0, bounce: 0, total: 0 },
    cold_start: false,
  }
}
