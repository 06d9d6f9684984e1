import { afterAll, describe, expect, it } from 'vitest'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import { createDynamoDbDomainLists } from '../../lambda/adapters/dynamodb-domain-lists.ts'
import { createDynamoDbImportTable } from '../../lambda/adapters/dynamodb-import-table.ts'
import { startDynamoDb } from '../dynamodb-world.ts'

const world = await startDynamoDb()
afterAll(() => world.close())
const { signal } = new AbortController()

describe('the lists of domains in the table of the directory', () => {
  it('are as the imports and people left them', async () => {
    const table = await world.emptyTable('address')
    const imports = createDynamoDbImportTable(world.client, table)
    await imports.settle('example.com', 'hr', 2, '2026-11-20T10:00:00.000Z', signal)
    await imports.settle('example.com', 'gone', 1, null, signal)
    await imports.settle('example.com', 'gone', 0, null, signal)
    const editor = createDirectoryEditor(world.client, table)
    await editor.add('bob@example.com', 'example.com', { kind: 'mailbox', target: null, removedAt: null })
    const lists = createDynamoDbDomainLists(world.client, table)
    expect(await lists(['example.com', 'new.example'], signal)).toEqual(
      new Map([
        [
          'example.com',
          {
            isComplete: true,
            entries: 3,
            completedAt: '2026-11-20T10:00:00.000Z',
            sources: [{ source: 'hr', entries: 2 }],
          },
        ],
        ['new.example', { isComplete: false, entries: 0, completedAt: null, sources: [] }],
      ]),
    )
  })

  it('are null, and not absent, when the table does not answer', async () => {
    const table = await world.emptyTable('address')
    const lists = createDynamoDbDomainLists(world.client, table)
    expect(await lists(['example.com'], AbortSignal.abort())).toBeNull()
  })
})
