import type { QuarantinePointer } from '../../lambda/core/effects.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import type { RecordStore } from '../../lambda/ports/record-store.ts'

/** Records that end with the process: for `explain`, and for tests. */
export type MemoryRecordStore = RecordStore & {
  readonly records: ReadonlyMap<string, DecisionRecord>
  readonly pointers: ReadonlyMap<string, QuarantinePointer>
}

export function createMemoryRecordStore(): MemoryRecordStore {
  const records = new Map<string, DecisionRecord>()
  const pointers = new Map<string, QuarantinePointer>()
  return {
    records,
    pointers,
    append: (key, record, signal) => {
      if (signal.aborted) return Promise.resolve({ answer: 'failed', cause: 'aborted' })
      const first = records.get(key)
      if (first !== undefined) return Promise.resolve({ answer: 'existed', first })
      records.set(key, record)
      return Promise.resolve({ answer: 'written' })
    },
    point: (key, pointer, signal) => {
      if (signal.aborted) return Promise.resolve('failed')
      pointers.set(key, pointer)
      return Promise.resolve('written')
    },
  }
}
