import type { SeenMarks } from '../../lambda/ports/seen-marks.ts'

export type MemorySeenMarks = SeenMarks & {
  /** The day by key. */
  readonly days: ReadonlyMap<string, string>
  readonly failWith: (fails: boolean) => void
}

export function createMemorySeenMarks(): MemorySeenMarks {
  const days = new Map<string, string>()
  let fails = false
  return {
    days,
    failWith: (next) => {
      fails = next
    },
    mark: (keys, day, signal) => {
      if (fails || signal.aborted) return Promise.resolve('failed')
      for (const key of keys) if ((days.get(key) ?? '') < day) days.set(key, day)
      return Promise.resolve('marked')
    },
  }
}
