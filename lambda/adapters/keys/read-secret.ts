/** Reads the text of a secret or a parameter; null for everything that AWS and the network can do. */
export type ReadSecret = (id: string, signal: AbortSignal) => Promise<string | null>

/** Limits for one request, in milliseconds: a key is waited for by a message, which gives all its questions 3 s. */
export const clientOptions = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1000, throwOnRequestTimeout: true },
}

/** What the network and an AWS service can do, as the SDK throws it. Anything else is a bug of ours. */
export const isTroubleOfAws = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted ||
  (error instanceof Error && ('code' in error || '$metadata' in error || error.name === 'TimeoutError'))
