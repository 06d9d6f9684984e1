import type { MetricName } from './metrics-store.ts'

/** What the laptop counts itself where in AWS a service does: see aws-metrics.ts. */
export const countedHere: Readonly<Record<string, readonly string[]>> = {
  'AWS/Lambda': ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
  'AWS/SES': ['PublishSuccess', 'PublishFailure', 'PublishExpired'],
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'],
}

/** Why a metric can have no values on this machine; null where it can. */
export function absenceOf({ namespace, name }: MetricName): string | null {
  if (!namespace.startsWith('AWS/') || countedHere[namespace]?.includes(name) === true) return null
  return `Only AWS counts ${name} of ${namespace}.`
}
