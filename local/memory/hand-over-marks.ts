import type { HandOverMarks } from '../../lambda/ports/hand-over-marks.ts'

export type MemoryHandOverMarks = HandOverMarks & {
  /** Which calls fail from now on. */
  readonly failWith: (fails: 'nothing' | 'begin' | 'finish') => void
}

export function createMemoryHandOverMarks(): MemoryHandOverMarks {
  const items = new Map<string, { readonly settled: ReadonlySet<string>; readonly until: number }>()
  let failing = 'nothing'
  return {
    failWith: (fails) => {
      failing = fails
    },
    begin: (messageId, now, until, signal) => {
      if (failing === 'begin' || signal.aborted) return Promise.resolve({ answer: 'failed', cause: 'unreachable' })
      const item = items.get(messageId) ?? { settled: new Set<string>(), until: 0 }
      if (item.until >= now) return Promise.resolve({ answer: 'busy' })
      items.set(messageId, { ...item, until })
      return Promise.resolve({ answer: 'begun', settled: item.settled })
    },
    finish: (messageId, settled, _now, signal) => {
      if (failing === 'finish' || signal.aborted) return Promise.resolve('failed')
      const before = items.get(messageId)?.settled ?? new Set<string>()
      items.set(messageId, { settled: new Set([...before, ...settled]), until: 0 })
      return Promise.resolve('marked')
    },
  }
}
