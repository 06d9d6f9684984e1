/** Seconds for which a zone lets "no such name" be kept (the minimum of its SOA, RFC 2308 5); null if it cannot be had. */
export type NegativeTtlLookup = (zone: string, signal: AbortSignal) => Promise<number | null>

/**
 * The negative TTL of a zone in seconds, as far as it is known now: 60 until the zone has said it, at most 15 minutes.
 * Asked once an hour in the background, because no message should wait for what only makes the next one cheaper.
 */
export type NegativeTtls = (zone: string) => number

export const createNegativeTtls = (soaOf: NegativeTtlLookup, clock: () => number): NegativeTtls => {
  const known = new Map<string, Known>()
  return (zone) => {
    const now = clock()
    const entry = known.get(zone) ?? { seconds: UNKNOWN, askedAt: 0, dueAt: 0 }
    known.set(zone, entry)
    if (now >= entry.dueAt || now < entry.askedAt) {
      entry.askedAt = now
      entry.dueAt = now + HOUR
      // Nobody waits for it, so that an error of it would end the process.
      void soaOf(zone, AbortSignal.timeout(ASKING_TAKES))
        .catch(() => null)
        .then((seconds) => {
          if (seconds === null) entry.dueAt = Math.min(entry.dueAt, clock() + AFTER_FAILURE)
          else entry.seconds = Math.min(Math.max(seconds, 0), LONGEST)
        })
    }
    return entry.seconds
  }
}

type Known = { seconds: number; askedAt: number; dueAt: number }

/** Seconds. */
const UNKNOWN = 60
const LONGEST = 15 * 60
/** Milliseconds. */
const HOUR = 3_600_000
/** A process that is frozen in the middle of the question hears nothing, and would stay at 60 s for an hour. */
const AFTER_FAILURE = 5 * 60_000
const ASKING_TAKES = 3000
