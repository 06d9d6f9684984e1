import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import { createDynamoDbDirectory } from '../../lambda/adapters/dynamodb-directory.ts'
import type { DirectoryEntry } from '../../lambda/core/facts.ts'
import type { FaultHook } from '../../local/aws/faults.ts'
import { describeRecipientDirectory } from '../contract/recipient-directory.ts'
import { startDynamoDb, type DynamoDbWorld } from '../dynamodb-world.ts'

let world: DynamoDbWorld

beforeAll(async () => {
  world = await startDynamoDb({ maxAttempts: 2, requestTimeout: 300 })
})
afterAll(() => world.close())

const mailbox: DirectoryEntry = { kind: 'mailbox', target: null, removedAt: null }
const soon = (): AbortSignal => AbortSignal.timeout(10_000)

describeRecipientDirectory('DynamoDB', async ({ entries, complete }) => {
  const table = await world.emptyTable('address')
  const editor = createDirectoryEditor(world.client, table)
  for (const [key, entry] of entries) await editor.add(key, key.slice(key.indexOf('@') + 1), entry)
  for (const domain of complete) await editor.complete(domain, '2026-11-21T10:00:00.000Z')
  return createDynamoDbDirectory(world.client, table)
})

describe('the recipient directory in DynamoDB', () => {
  it('asks again for what DynamoDB left unprocessed, and gets every answer', async () => {
    const directory = await directoryOf('a@example.com', 'c@example.com')
    const asked = await world.withFault(unprocessedUntil(3), () =>
      directory({ keys: ['a@example.com', 'b@example.com', 'c@example.com'], domains: ['example.com'] }, soon()),
    )
    expect([...asked.entries.values()].map(({ answer }) => answer)).toEqual(['found', 'absent', 'found'])
    expect(asked.domains.get('example.com')).toEqual({ answer: 'complete' })
  })

  it('answers unavailable for those keys alone that stay unprocessed', async () => {
    const directory = await directoryOf('a@example.com', 'b@example.com')
    const asked = await world.withFault(
      ({ action }) => (action === 'dynamodb:BatchGetItem' ? { kind: 'unprocessed', keep: 0 } : null),
      () => directory({ keys: ['a@example.com'], domains: [] }, soon()),
    )
    expect([...asked.entries.values()]).toEqual([{ answer: 'unavailable', cause: 'unprocessed' }])
  })

  it('asks for each key once in one request, in chunks of 100', async () => {
    const directory = await directoryOf('a@example.com')
    const requests: string[] = []
    const keys = Array.from({ length: 101 }, (_, i) => `user${i}@example.com`)
    await world.withFault(
      ({ action }) => {
        requests.push(action)
        return null
      },
      () => directory({ keys: [...keys, ...keys], domains: ['example.com'] }, soon()),
    )
    expect(requests).toEqual(['dynamodb:BatchGetItem', 'dynamodb:BatchGetItem'])
  })

  it.each([
    ['unreachable', { kind: 'reset' }, 'unreachable'],
    ['silent', { kind: 'hang' }, 'timeout'],
    ['throttled', { kind: 'refuse', status: 400, code: 'ProvisionedThroughputExceededException' }, 'throttled'],
    ['refused', { kind: 'refuse', status: 400, code: 'AccessDeniedException' }, 'refused'],
  ] as const)('answers unavailable for everything when DynamoDB is %s', async (_name, fault, cause) => {
    const directory = await directoryOf('a@example.com')
    const asked = await world.withFault(
      () => fault,
      () => directory({ keys: ['a@example.com'], domains: ['example.com'] }, soon()),
    )
    const unavailable = { answer: 'unavailable', cause }
    expect([...asked.entries.values(), ...asked.domains.values()]).toEqual([unavailable, unavailable])
  })

  it('gives up as soon as it is told to, however slow DynamoDB is', async () => {
    const directory = await directoryOf('a@example.com')
    const started = performance.now()
    const asked = await world.withFault(
      () => ({ kind: 'delay', ms: 250 }),
      () => directory({ keys: ['a@example.com'], domains: [] }, AbortSignal.timeout(50)),
    )
    expect(asked.entries.get('a@example.com')).toEqual({ answer: 'unavailable', cause: 'aborted' })
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('does not take an entry of a kind that it does not know for an absence', async () => {
    const table = await world.emptyTable('address')
    await world.client.send(
      new PutItemCommand({ TableName: table, Item: { address: { S: 'a@example.com' }, kind: { S: 'pattern' } } }),
    )
    const { entries } = await createDynamoDbDirectory(world.client, table)(
      { keys: ['a@example.com'], domains: [] },
      soon(),
    )
    expect(entries.get('a@example.com')).toEqual({ answer: 'unavailable', cause: 'refused' })
  })
})

describe('createDirectoryEditor', () => {
  it('does not let an empty domain be called complete', async () => {
    const editor = createDirectoryEditor(world.client, await world.emptyTable('address'))
    expect(await editor.complete('example.com', '2026-11-21T10:00:00.000Z')).toBe('refused-empty')
    expect(await editor.domain('example.com')).toEqual({ answer: 'incomplete', why: 'never-imported' })
  })

  it('takes a domain back into doubt when its last entry goes', async () => {
    const editor = createDirectoryEditor(world.client, await world.emptyTable('address'))
    expect(await editor.add('a@example.com', 'example.com', mailbox)).toBe(true)
    expect(await editor.complete('example.com', '2026-11-21T10:00:00.000Z')).toBe('completed')
    expect(await editor.domain('example.com')).toEqual({ answer: 'complete' })
    expect(await editor.remove('a@example.com', 'example.com')).toBe(true)
    expect(await editor.domain('example.com')).toEqual({ answer: 'incomplete', why: 'empty' })
  })

  it('adds an entry once and removes it once, and counts neither twice', async () => {
    const editor = createDirectoryEditor(world.client, await world.emptyTable('address'))
    const twice = [
      await editor.add('a@example.com', 'example.com', mailbox),
      await editor.add('a@example.com', 'example.com', mailbox),
    ]
    await editor.add('b@example.com', 'example.com', mailbox)
    await editor.complete('example.com', '2026-11-21T10:00:00.000Z')
    const gone = [
      await editor.remove('a@example.com', 'example.com'),
      await editor.remove('a@example.com', 'example.com'),
    ]
    expect([twice, gone]).toEqual([
      [true, false],
      [true, false],
    ])
    expect(await editor.domain('example.com')).toEqual({ answer: 'complete' })
  })

  it('lists the entries of one domain, or all', async () => {
    const editor = createDirectoryEditor(world.client, await world.emptyTable('address'))
    await editor.add('a@example.com', 'example.com', mailbox)
    await editor.add('b@example.org', 'example.org', mailbox)
    const keysOf = async (domain: string | null): Promise<readonly string[]> => {
      const keys: string[] = []
      for await (const { key } of editor.list(domain)) keys.push(key)
      return keys.sort()
    }
    expect([await keysOf('example.com'), await keysOf(null)]).toEqual([
      ['a@example.com'],
      ['a@example.com', 'b@example.org'],
    ])
  })
})

async function directoryOf(...keys: readonly string[]) {
  const table = await world.emptyTable('address')
  const editor = createDirectoryEditor(world.client, table)
  for (const key of keys) await editor.add(key, 'example.com', mailbox)
  await editor.complete('example.com', '2026-11-21T10:00:00.000Z')
  return createDynamoDbDirectory(world.client, table)
}

/** Leaves all but one key unprocessed until so many requests were made. */
function unprocessedUntil(requests: number): FaultHook {
  let seen = 0
  return ({ action }) => {
    if (action !== 'dynamodb:BatchGetItem') return null
    seen += 1
    return seen <= requests ? { kind: 'unprocessed', keep: 1 } : null
  }
}
