import type { SentEntry } from '../../lambda/core/sent-log.ts'
import type { LedgerFailure } from '../../lambda/ports/bounce-history.ts'
import { sentLogKeptMs, type SentLogWriter } from '../../lambda/ports/sent-log.ts'

export type Written = {
  readonly entries: number
  readonly recipients: number
  /** Entries that would end at once. */
  readonly tooOld: number
  /** Why the table took no more. */
  readonly failure: LedgerFailure | null
}

/** Writes entries some at a time. Once the table has failed, it takes no more. */
export type EntryWriter = {
  /** `false`: the table takes no more. */
  readonly add: (entries: readonly SentEntry[]) => Promise<boolean>
  /** Writes what is left. */
  readonly end: () => Promise<void>
  readonly written: () => Written
}

/** Recipients that are written at once. */
const atOnce = 1000

/** For these together, in milliseconds: a table that has to grow first takes its time. */
const patienceMs = 60_000

/** `now` in milliseconds since 1970. */
export function createWriter(log: SentLogWriter, now: number): EntryWriter {
  let waiting: SentEntry[] = []
  let held = 0
  let written: Written = { entries: 0, recipients: 0, tooOld: 0, failure: null }

  const write = async (): Promise<void> => {
    const entries = waiting
    const recipients = held
    waiting = []
    held = 0
    if (entries.length === 0) return
    const { failed, cause } = await log.add(entries, AbortSignal.timeout(patienceMs))
    if (failed > 0) written = { ...written, failure: cause }
    else {
      written = { ...written, entries: written.entries + entries.length, recipients: written.recipients + recipients }
    }
  }

  return {
    add: async (entries) => {
      for (const entry of entries) {
        if (Date.parse(entry.sentAt) + sentLogKeptMs < now) {
          written = { ...written, tooOld: written.tooOld + 1 }
          continue
        }
        waiting.push(entry)
        held += entry.destinations.length
        if (held >= atOnce && written.failure === null) await write()
      }
      return written.failure === null
    },
    end: async () => {
      if (written.failure === null) await write()
    },
    written: () => written,
  }
}
