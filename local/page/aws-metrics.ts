import type { Invoked } from '../functions.ts'
import type { Queues } from '../queues.ts'
import type { ActionOutcome, ReceivedMessage } from '../ses/outcome.ts'
import type { MetricName, MetricsStore } from './metrics-store.ts'

/**
 * AWS Lambda's own metrics of one invocation. As there, an invocation counts as 0 where it did not fail.
 *
 * Source: Lambda Developer Guide, "Types of metrics for Lambda functions". Nothing is throttled on this machine.
 */
export function countInvocation(store: MetricsStore, { functionName, at, ms, failed, atOnce }: Invoked): void {
  const counted = { Invocations: 1, Errors: failed ? 1 : 0, Throttles: 0, ConcurrentExecutions: atOnce }
  const dimensions = { FunctionName: functionName }
  for (const [name, value] of Object.entries(counted)) {
    store.add({ metric: { namespace: 'AWS/Lambda', name, dimensions }, values: [value], unit: 'Count', at })
  }
  const metric = { namespace: 'AWS/Lambda', name: 'Duration', dimensions }
  store.add({ metric, values: [ms], unit: 'Milliseconds', at })
}

/** Amazon SES Developer Guide, "Viewing metrics for Amazon SES email receiving": what became of each rule's actions. */
export function countRules(store: MetricsStore, { rules, receivedAt }: ReceivedMessage): void {
  for (const rule of rules) {
    const failures = rule.actions.reduce((sum, action) => sum + failuresOf(action), 0)
    const counted = {
      PublishSuccess: rule.end === 'expired' ? 0 : 1,
      PublishFailure: failures,
      PublishExpired: rule.end === 'expired' ? 1 : 0,
    }
    for (const [name, value] of Object.entries(counted)) {
      const metric = { namespace: 'AWS/SES', name, dimensions: { RuleName: rule.name } }
      store.add({ metric, values: [value], unit: 'Count', at: receivedAt.getTime() })
    }
  }
}

function failuresOf(action: ActionOutcome): number {
  if (action.kind === 's3') return action.outcome === 'expired' ? action.attempts : action.attempts - 1
  if (action.kind !== 'lambda' || action.outcome === 'queued') return 0
  return action.invocations.filter(({ answer }) => answer === 'failed').length
}

/** Amazon SQS Developer Guide, "Available CloudWatch metrics": a look at each queue, as SQS takes one a minute. */
export function countQueues(store: MetricsStore, queues: Queues['queues'], now: number): void {
  for (const [QueueName, queue] of queues) {
    const of = (name: string): MetricName => ({ namespace: 'AWS/SQS', name, dimensions: { QueueName } })
    const waiting = queue.bodies().length
    const seconds = Math.max(0, Math.round((now - (queue.oldest() ?? now)) / 1000))
    store.add({ metric: of('ApproximateNumberOfMessagesVisible'), values: [waiting], unit: 'Count', at: now })
    store.add({ metric: of('ApproximateAgeOfOldestMessage'), values: [seconds], unit: 'Seconds', at: now })
  }
}
