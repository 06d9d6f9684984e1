import { PutObjectCommand } from '@aws-sdk/client-s3'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import { createDynamoDbImportLock } from '../../lambda/adapters/dynamodb-import-lock.ts'
import { createDynamoDbImportTable } from '../../lambda/adapters/dynamodb-import-table.ts'
import { openFileScratch } from '../../lambda/adapters/file-scratch.ts'
import { createS3ImportArchive } from '../../lambda/adapters/s3-import-archive.ts'
import { createS3Incoming } from '../../lambda/adapters/s3-incoming.ts'
import { readObjectCreated } from '../../lambda/adapters/object-created-event.ts'
import { createMemoryImportPorts } from '../../local/memory/import-ports.ts'
import { describeImportArchive } from '../contract/import-archive.ts'
import { describeImportLock } from '../contract/import-lock.ts'
import { describeImportTable } from '../contract/import-table.ts'
import { imported } from '../import-directory/import-world.ts'
import { startImportServices, type ImportServices } from './import-services.ts'

let services: ImportServices

beforeAll(async () => {
  services = await startImportServices()
})
afterAll(() => services.close())

const soon = (): AbortSignal => AbortSignal.timeout(10_000)

describeImportTable('DynamoDB', async () => {
  const name = await services.emptyTable()
  return {
    table: createDynamoDbImportTable(services.client, name),
    domain: (domain) => services.domain(name, domain),
  }
})
describeImportTable('memory', () => {
  const { table, domains } = createMemoryImportPorts()
  const domain = (name: string) => {
    const { entries, completedAt } = domains.get(name) ?? { entries: 0, completedAt: null }
    return Promise.resolve({ entries, completedAt })
  }
  return Promise.resolve({ table, domain })
})
describeImportLock('DynamoDB', async () => createDynamoDbImportLock(services.client, await services.emptyTable()))
describeImportLock('memory', () => Promise.resolve(createMemoryImportPorts().lock))
describeImportArchive('S3', async () => createS3ImportArchive(services.objects, await services.emptyBucket()))
describeImportArchive('memory', () => Promise.resolve(createMemoryImportPorts().archive))

describe('imports in DynamoDB', () => {
  const alice = { key: 'alice@example.com', kind: 'mailbox', target: null, holders: [], there: false } as const

  it.each([
    ['refused', { kind: 'refuse', status: 400, code: 'AccessDeniedException' }],
    ['unreachable', { kind: 'reset' }],
  ] as const)('say %s, and stop, when the table is in trouble', async (reason, fault) => {
    const name = await services.emptyTable()
    const table = createDynamoDbImportTable(services.client, name)
    const lock = createDynamoDbImportLock(services.client, name)
    services.dynamoDb.setFault(() => fault)
    try {
      const interrupted = { name: 'ImportInterrupted', reason }
      await expect(table.put([alice], 'hr', soon())).rejects.toMatchObject(interrupted)
      await expect(table.tombstone(['a@example.com'], 'hr', 'x', soon())).rejects.toMatchObject(interrupted)
      await expect(table.read(['a@example.com'], soon())).rejects.toMatchObject(interrupted)
      await expect(table.settle('example.com', 'hr', 1, null, soon())).rejects.toMatchObject(interrupted)
      await expect(lock.release('a', soon())).rejects.toMatchObject(interrupted)
    } finally {
      services.dynamoDb.setFault(null)
    }
  })

  it('wait and try again when the table is throttled', async () => {
    const table = createDynamoDbImportTable(services.client, await services.emptyTable())
    let left = 2
    services.dynamoDb.setFault(() => {
      left -= 1
      return left < 0 ? null : { kind: 'refuse', status: 400, code: 'ProvisionedThroughputExceededException' }
    })
    try {
      await table.put([alice], 'hr', soon())
    } finally {
      services.dynamoDb.setFault(null)
    }
    expect((await table.read([alice.key], soon())).size).toBe(1)
  })

  it('leave what people added, count beside them, and are found by the editor', async () => {
    const name = await services.emptyTable()
    const editor = createDirectoryEditor(services.client, name)
    await editor.add('bob@example.com', 'example.com', { kind: 'mailbox', target: null, removedAt: null })
    const scratch = await openFileScratch(tmpdir())
    const ports = {
      table: createDynamoDbImportTable(services.client, name),
      seenDays: () => Promise.resolve(new Map()),
      lock: createDynamoDbImportLock(services.client, name),
      archive: createS3ImportArchive(services.objects, await services.emptyBucket()),
      scratch,
      clock: Date.now,
    }
    try {
      expect(await imported('alice@example.com\nbob@example.com\n', ports)).toMatchObject({ added: 1, others: 1 })
      expect(await services.domain(name, 'example.com')).toMatchObject({ entries: 2 })
      expect(await editor.domain('example.com')).toEqual({ answer: 'complete' })
      expect(await imported('carol@example.com\n', ports)).toMatchObject({ added: 1, removed: 1, others: 0 })
      const listed = []
      for await (const { key, entry } of editor.list('example.com'))
        listed.push(`${key} ${String(entry.removedAt === null)}`)
      expect(listed.sort()).toEqual(['alice@example.com false', 'bob@example.com true', 'carol@example.com true'])
      expect(await services.domain(name, 'example.com')).toMatchObject({ entries: 2 })
    } finally {
      await scratch.close()
    }
  })
})

describe('dropped files in S3', () => {
  it('are opened with their size, and whether they are forced', async () => {
    const Bucket = await services.emptyBucket()
    const put = (Key: string, Metadata: Record<string, string>) =>
      services.objects.send(new PutObjectCommand({ Bucket, Key, Body: 'alice', Metadata }))
    await put('directory/incoming/a.txt', {})
    await put('directory/incoming/b.txt', { force: 'Yes' })
    const open = createS3Incoming(services.objects, Bucket)
    const of = async (key: string) => {
      const found = await open(key, soon())
      return found === null ? null : { size: found.size, force: found.force }
    }
    expect(await of('directory/incoming/a.txt')).toEqual({ size: 5, force: false })
    expect(await of('directory/incoming/b.txt')).toEqual({ size: 5, force: true })
    expect(await of('directory/incoming/none')).toBe(null)
  })

  it('are told of by EventBridge; nothing else is read as a file', () => {
    const event = { source: 'aws.s3', 'detail-type': 'Object Created', detail: { object: { key: 'a b.csv' } } }
    expect(readObjectCreated(event)).toBe('a b.csv')
    for (const other of [null, 'x', {}, { ...event, source: 'x' }, { ...event, detail: { object: { key: 7 } } }]) {
      expect(readObjectCreated(other)).toBe(null)
    }
  })
})

describe('temporary files', () => {
  it('are gone with their folder, compressed or not', async () => {
    const scratch = await openFileScratch(tmpdir())
    const lines = async function* () {
      yield await Promise.resolve(['a', 'b'])
      yield []
      yield ['c']
    }
    const plain = await scratch.write(lines(), { gzip: false })
    const small = await scratch.write(lines(), { gzip: true })
    const text = []
    for await (const chunk of plain.open()) text.push(Buffer.from(chunk).toString())
    expect([text.join(''), plain.size, small.size > 10]).toEqual(['a\nb\nc\n', 6, true])
    await scratch.close()
    await expect(scratch.write(lines(), { gzip: false })).rejects.toMatchObject({
      name: 'ImportInterrupted',
      reason: 'ENOENT',
    })
  })
})
