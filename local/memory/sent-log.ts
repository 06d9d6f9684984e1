import { foldedAddress, sentLogKey, type SentEntry } from '../../lambda/core/sent-log.ts'
import type { LedgerFailure } from '../../lambda/ports/bounce-history.ts'
import { mostRecipients, type SentLog, type SentLogWriter } from '../../lambda/ports/sent-log.ts'

/** A sent log that ends with the process. */
export type MemorySentLog = SentLog &
  SentLogWriter & {
    /** From now on nothing can be read or written for this cause; null makes it well again. */
    readonly fail: (cause: LedgerFailure | null) => void
  }

export function createMemorySentLog(initial: readonly SentEntry[] = []): MemorySentLog {
  const log = new Map<string, Map<string, SentEntry>>()
  let failure: LedgerFailure | null = null
  const failureAt = (signal: AbortSignal): LedgerFailure | null => (signal.aborted ? 'aborted' : failure)
  const keep = (entry: SentEntry): void => {
    const key = sentLogKey(entry.messageId)
    if (key === null) return
    const sent = log.get(key) ?? new Map<string, SentEntry>()
    log.set(key, sent)
    for (const destination of entry.destinations) {
      const address = foldedAddress(destination)
      if (address !== null) sent.set(address, { ...entry, destinations: [destination] })
    }
  }
  initial.forEach(keep)
  return {
    fail: (cause) => {
      failure = cause
    },
    find: (messageId, failedRecipients, signal) => {
      const cause = failureAt(signal)
      if (cause !== null) return Promise.resolve({ answer: 'unavailable', cause })
      const sent = log.get(messageId)
      const wanted = [...new Set(failedRecipients)].slice(0, mostRecipients)
      const entries = wanted.map((address) => sent?.get(address)).filter((entry) => entry !== undefined)
      return Promise.resolve({ answer: 'entries', entries })
    },
    add: (entries, signal) => {
      const cause = failureAt(signal)
      if (cause !== null) return Promise.resolve({ failed: entries.filter(isEntry).length, cause })
      entries.forEach(keep)
      return Promise.resolve({ failed: 0, cause: null })
    },
  }
}

function isEntry({ messageId, destinations }: SentEntry): boolean {
  return sentLogKey(messageId) !== null && destinations.some((destination) => foldedAddress(destination) !== null)
}
