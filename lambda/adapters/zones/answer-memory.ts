import type { ZoneHeard } from '../../ports/zone-lookup.ts'

/** Answers of zones by name, for as long as they may be kept. Holds so many that a flood of clients cannot fill the memory. */
export type AnswerMemory = {
  readonly recall: (name: string) => ZoneHeard | null
  readonly keep: (name: string, answer: KeptAnswer) => void
  /** The zone passed its control questions, sent at this time. What it had said shortly before was sound. */
  readonly vouch: (zone: string, sentAt: number) => void
  /** The zone is not what it was: nothing that it said is believed later, when it may be healthy again. */
  readonly forget: (zone: string) => void
}

export type KeptAnswer = ZoneHeard & {
  readonly zone: string
  /** Milliseconds since 1970. */
  readonly until: number
  /** A verdict may hang on it: it is believed after a minute only if its zone was found healthy within that minute. */
  readonly mayCount: boolean
}

/** Milliseconds. A zone may have listed the world, or nobody, for a while in which no control question was asked. */
const UNVOUCHED_FOR = 60_000

/** `limit`: the oldest answer makes room when there are so many. `clock`: milliseconds since 1970. */
export const createAnswerMemory = (limit: number, clock: () => number): AnswerMemory => {
  const entries = new Map<string, Entry>()
  return {
    recall: (name) => {
      const entry = entries.get(name)
      if (entry === undefined) return null
      if (isUsable(entry, clock())) return { answer: entry.answer, heardAt: entry.heardAt }
      entries.delete(name)
      return null
    },
    keep: (name, answer) => {
      entries.set(name, { ...answer, vouched: false })
      for (const oldest of entries.keys()) {
        if (entries.size <= limit) break
        entries.delete(oldest)
      }
    },
    vouch: (zone, sentAt) => {
      for (const entry of entries.values()) {
        const before = sentAt - entry.heardAt
        if (entry.zone === zone && before >= 0 && before <= UNVOUCHED_FOR) entry.vouched = true
      }
    },
    forget: (zone) => {
      for (const [name, entry] of entries) if (entry.zone === zone) entries.delete(name)
    },
  }
}

type Entry = KeptAnswer & { vouched: boolean }

const isUsable = ({ heardAt, until, mayCount, vouched }: Entry, now: number): boolean => {
  const age = now - heardAt
  // Negative when the clock was set back: then nobody knows how old it is.
  return age >= 0 && now < until && (!mayCount || vouched || age <= UNVOUCHED_FOR)
}
