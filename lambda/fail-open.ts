import { noBounce } from './core/bounce-facts.ts'
import { noEntries } from './core/entries/entries-fact.ts'
import type { Message } from './core/message.ts'
import type { Policy } from './core/policy.ts'
import { recordKey, recordOf } from './core/record.ts'
import type { Ports } from './filter.ts'

/**
 * What is left to do when the filter itself failed: say so in a record and in a metric that has an alarm. The message is
 * delivered, because a bug of ours says nothing about a message, and an error thrown at SES would be retried for hours and
 * could in the end bounce.
 */
export async function recordFailure(
  message: Message,
  error: unknown,
  policy: Policy,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  ports.metrics.failed('filter-failed')
  const reason = { code: 'filter-failed', error: wordsOf(error) } as const
  // Nothing of the message is read again: whatever failed on it may fail again.
  const facts = {
    message,
    recipients: [],
    zones: [],
    bounce: noBounce('not-needed'),
    entries: noEntries('not-needed'),
  }
  const verdict = {
    mode: policy.mode,
    action: 'deliver',
    wouldBeAction: 'deliver',
    recipients: message.recipients.map((address) => ({
      address,
      answer: 'unavailable' as const,
      matchedBy: null,
      mode: policy.mode,
      action: 'deliver' as const,
      wouldBeAction: 'deliver' as const,
      reasons: [],
    })),
    reasons: [reason],
  } as const
  const record = recordOf(facts, verdict, policy, {
    ...ports.run,
    decidedAt: new Date(ports.clock()).toISOString(),
    timings: { directory: 0, zones: 0, bounce: 0, total: 0 },
    disposition: ports.dispositionOf('deliver'),
  })
  const appended = await ports.records.append(recordKey(record), record, signal)
  if (appended.answer === 'failed') ports.metrics.failed('record-failed')
}

/** The error's own words, cut short: a stack is for the log. */
function wordsOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500)
}
