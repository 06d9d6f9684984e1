import { ImportInterrupted, type ImportPorts, type LockHolder } from '../ports/import-ports.ts'

/** The lock of imports, held by this one. */
export type Lease = {
  /** Null: taken. */
  readonly take: () => Promise<LockHolder | null>
  /**
   * Before each piece of work: takes the lock again where it would run out, and rejects where somebody else has it. The signal is
   * that of the import, and aborts when the lock is over, too: work that was throttled for so long would undo another's.
   */
  readonly keep: () => Promise<AbortSignal>
  /** Never rejects for what the world does: a lock that stays is over soon. */
  readonly release: () => Promise<void>
}

/** After so long without a sign of its holder the lock is anybody's. */
export const leaseMs = 120_000

export function createLease(id: string, by: string, { lock, clock }: ImportPorts, signal: AbortSignal): Lease {
  const since = new Date(clock()).toISOString()
  let until = 0
  const take = async (): Promise<LockHolder | null> => {
    const now = clock()
    const holder = { id, by, since, until: new Date(now + leaseMs).toISOString() }
    const other = await lock.take(holder, new Date(now).toISOString(), signal)
    if (other === null) until = now + leaseMs
    return other
  }
  return {
    take,
    keep: async () => {
      if (until - clock() <= leaseMs / 2 && (await take()) !== null) {
        throw new ImportInterrupted('keeping the lock', 'lock-lost')
      }
      return AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, until - clock()))])
    },
    release: async () => {
      try {
        // An import that was told to stop gives it back all the same.
        await lock.release(id, signal.aborted ? AbortSignal.timeout(releaseMs) : signal)
      } catch (error) {
        if (!(error instanceof ImportInterrupted)) throw error
      }
    },
  }
}

const releaseMs = 2000
