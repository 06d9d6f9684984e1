import { createMemoryDirectory } from '../../local/memory/recipient-directory.ts'
import { createMemoryRecordStore } from '../../local/memory/record-store.ts'
import { describeRecipientDirectory } from '../contract/recipient-directory.ts'
import { describeRecordStore } from '../contract/record-store.ts'

describeRecipientDirectory('in memory', ({ entries, complete }) =>
  Promise.resolve(
    createMemoryDirectory({
      entries,
      domains: new Map(complete.map((name) => [name, { answer: 'complete' } as const])),
    }),
  ),
)
describeRecordStore('in memory', () => Promise.resolve(createMemoryRecordStore()))
