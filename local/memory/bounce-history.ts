import type { BounceHistory, CountedBounce, LedgerFailure } from '../../lambda/ports/bounce-history.ts'

/** A history that ends with the process. While `failWith` has given it a cause, it is unavailable for that cause. */
export type MemoryBounceHistory = BounceHistory & { readonly failWith: (cause: LedgerFailure | null) => void }

export function createMemoryBounceHistory(): MemoryBounceHistory {
  const claims = new Map<string, Set<string>>()
  const recipients = new Map<string, Counted>()
  let failure: LedgerFailure | null = null
  const failed = (signal: AbortSignal) => {
    const cause = signal.aborted ? 'aborted' : failure
    return cause === null ? null : ({ answer: 'unavailable', cause } as const)
  }
  return {
    failWith: (cause) => {
      failure = cause
    },
    claim: ({ proof, messageId, limit }, signal) => {
      const why = failed(signal)
      if (why !== null) return Promise.resolve(why)
      const ids = claims.get(proof) ?? new Set()
      claims.set(proof, ids)
      if (ids.size < limit) ids.add(messageId)
      return Promise.resolve({ answer: ids.has(messageId) ? 'granted' : 'exhausted' })
    },
    count: (bounce, signal) => {
      const why = failed(signal)
      if (why !== null) return Promise.resolve(why)
      const counted = recipients.get(bounce.recipient) ?? { times: new Map(), burst: null }
      recipients.set(bounce.recipient, counted)
      return Promise.resolve({ answer: 'counted', ...countIn(counted, bounce) })
    },
  }
}

/** Times in milliseconds since 1970, by message. */
type Counted = {
  readonly times: Map<string, number>
  burst: { readonly since: number; readonly until: number } | null
}

function countIn(counted: Counted, bounce: CountedBounce): { readonly inWindow: number; readonly burst: boolean } {
  const ms = Date.parse(bounce.receivedAt)
  const windowMs = bounce.windowMinutes * 60_000
  const until = ms + bounce.quietMinutes * 60_000
  counted.times.set(bounce.messageId, ms)
  const within = [...counted.times.values()].filter((time) => time > ms - windowMs && time <= ms).length
  const inWindow = Math.min(within, bounce.limit + 1)
  const last = counted.burst
  const burst = inWindow > bounce.limit || (last !== null && ms < last.until && ms > last.since - windowMs)
  if (burst && (last === null || last.until <= ms)) counted.burst = { since: ms, until }
  else if (burst && last !== null) counted.burst = { since: last.since, until: Math.max(last.until, until) }
  return { inWindow, burst }
}
