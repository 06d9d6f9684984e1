import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type * as fs from 'node:fs'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDynamoDbDirectory } from '../../lambda/adapters/dynamodb-directory.ts'
import { startImportServices, type ImportServices } from '../adapters/import-services.ts'

let services: ImportServices
let table: string
let bucket: string
let folder: string
let printed: string[]
let handler: (event: unknown) => Promise<void>

beforeEach(async () => {
  services = await startImportServices()
  table = await services.emptyTable()
  bucket = await services.emptyBucket()
  folder = mkdtempSync(join(tmpdir(), 'quietgate-function-'))
  const settings = {
    domains: [{ name: 'example.com', foldCase: true }],
    limits: { removedShare: 0.1, removedCount: null },
  }
  writeFileSync(join(folder, 'import.json'), JSON.stringify(settings))
  vi.stubEnv('DIRECTORY_TABLE', table)
  vi.stubEnv('LEDGER_TABLE', await services.emptyLedger())
  vi.stubEnv('RECORD_BUCKET', bucket)
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', services.dynamoDb.url)
  vi.stubEnv('AWS_ENDPOINT_URL_S3', services.s3.url)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'A')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'B')
  vi.stubEnv('TMPDIR', folder)
  vi.resetModules()
  // The stack puts its settings beside the bundle.
  vi.doMock('node:fs', async (original) => {
    const real = await original<typeof fs>()
    return { ...real, readFileSync: () => real.readFileSync(join(folder, 'import.json'), 'utf8') }
  })
  handler = (await import('../../lambda/functions/import-directory.ts')).handler
  printed = []
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => printed.push(String(line)) > 0)
})
afterEach(async () => {
  vi.doUnmock('node:fs')
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await services.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the function that imports dropped files', () => {
  it('imports a list, puts the report beside it, counts, and leaves no file behind', async () => {
    await drop('staff.txt', 'alice@example.com\nbob@example.com\n')
    expect(await report('staff.txt')).toMatchObject({
      file: 'directory/incoming/staff.txt',
      source: 'staff',
      format: 'plain',
      entries: 2,
      diff: { added: 2, removed: 0 },
      outcome: { kind: 'applied', added: 2, removed: 0 },
    })
    expect(counted()).toEqual([
      { _aws: null, DirectoryImports: 1, DirectoryAdded: 2, DirectoryChanged: 0, DirectoryRemoved: 0 },
    ])
    const ask = createDynamoDbDirectory(services.client, table)
    const questions = { keys: ['alice@example.com', 'nobody@example.com'], domains: ['example.com'] }
    const { entries, domains } = await ask(questions, AbortSignal.timeout(5000))
    expect([[...entries.values()].map(({ answer }) => answer), domains.get('example.com')]).toEqual([
      ['found', 'absent'],
      { answer: 'complete' },
    ])
    expect(readdirSync(folder)).toEqual(['import.json'])
  })

  it('refuses what a guard speaks against, unless the file says that it is forced', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `user${index}@example.com\n`)
    await drop('staff.txt', many.join(''))
    await drop('staff.txt', many.slice(10).join(''))
    expect(await report('staff.txt')).toMatchObject({
      outcome: { kind: 'refused', guards: [{ code: 'removes-too-many', removed: 10, of: 20, most: 2 }] },
    })
    await drop('staff.txt', many.slice(10).join(''), { force: 'yes' })
    expect(await report('staff.txt')).toMatchObject({ outcome: { kind: 'applied', removed: 10 } })
    expect(counted()[1]).toEqual({ _aws: null, DirectoryImportsRefused: 1 })
  })

  it('refuses a name that no source can have, and what cannot be read', async () => {
    await drop('my staff.txt', 'alice@example.com\n')
    expect(await report('my staff.txt')).toMatchObject({ outcome: { kind: 'unreadable' } })
    await drop('a.csv', 'Name,Phone\n')
    expect(await report('a.csv')).toMatchObject({ outcome: { kind: 'unreadable', line: 1 } })
    expect(counted()).toEqual([1, 2].map(() => ({ _aws: null, DirectoryImportsRefused: 1 })))
  })

  it('throws where another try may help, and counts it', async () => {
    await put('staff.txt', 'alice@example.com\n', {})
    services.dynamoDb.setFault(() => ({ kind: 'refuse', status: 400, code: 'AccessDeniedException' }))
    await expect(handler(eventOf('staff.txt'))).rejects.toThrow('directory/incoming/staff.txt was not imported')
    services.dynamoDb.setFault(null)
    expect(await report('staff.txt')).toMatchObject({
      outcome: { kind: 'interrupted', sentence: 'taking the lock: refused' },
    })
    expect(counted()).toEqual([{ _aws: null, DirectoryImportsFailed: 1 }])
    await handler(eventOf('staff.txt'))
    expect(await report('staff.txt')).toMatchObject({ outcome: { kind: 'applied', added: 1 } })
  })

  it('does nothing about other events, the folder itself, and a file that is gone', async () => {
    await handler({})
    await handler(eventOf(''))
    await handler(eventOf('gone.txt'))
    expect(counted()).toEqual([])
  })
})

const eventOf = (name: string) => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: bucket }, object: { key: `directory/incoming/${name}` } },
})

async function put(name: string, text: string, Metadata: Record<string, string>): Promise<void> {
  const Key = `directory/incoming/${name}`
  await services.objects.send(new PutObjectCommand({ Bucket: bucket, Key, Body: text, Metadata }))
}

async function drop(name: string, text: string, metadata: Record<string, string> = {}): Promise<void> {
  await put(name, text, metadata)
  await handler(eventOf(name))
}

async function report(name: string): Promise<unknown> {
  const found = await services.objects.send(
    new GetObjectCommand({ Bucket: bucket, Key: `directory/reports/${name}.json` }),
  )
  return JSON.parse((await found.Body?.transformToString()) ?? '') as unknown
}

function counted(): readonly object[] {
  return printed.map((line) => ({ ...(JSON.parse(line) as object), _aws: null }))
}
