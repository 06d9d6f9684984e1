/** What can keep a service of AWS from doing what it was asked. */
export type AwsFailure = 'timeout' | 'throttled' | 'refused' | 'unreachable' | 'aborted'

/** What the network and AWS can do is data, and this says which; anything else is a bug of ours and is thrown on. */
export function awsFailure(error: unknown, signal: AbortSignal): AwsFailure {
  if (signal.aborted) return 'aborted'
  if (!(error instanceof Error)) throw error
  // Every error that a service answers with has it, whichever client asked.
  if ('$fault' in error) {
    if (/Throttl|LimitExceeded|ThroughputExceeded|SlowDown/.test(error.name)) return 'throttled'
    return error.$fault === 'server' ? 'unreachable' : 'refused'
  }
  // The SDK names a cut connection TimeoutError, too; only the code tells them apart.
  if ('code' in error) return error.code === 'ETIMEDOUT' ? 'timeout' : 'unreachable'
  if (error.name === 'TimeoutError') return 'timeout'
  if ('$metadata' in error) return 'unreachable'
  throw error
}
