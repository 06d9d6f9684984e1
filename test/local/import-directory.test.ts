import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startedStack, type StartedStack } from './started-stack.ts'

describe('a list that is dropped into the bucket', () => {
  let world: StartedStack
  beforeAll(async () => {
    world = await startedStack({ directory: null, queueSecondMs: 1 })
  })
  afterAll(() => world.close())

  it('is imported with the rights of its own role, and makes its recipients known and others unknown', async () => {
    expect(await resolved('alice@example.com')).toEqual(['deliver', 'unavailable'])
    await drop('staff.csv', 'Name,Email\r\n"Jones, Alice",alice@example.com\r\nBob,bob@example.com\r\n')
    expect(await report('staff.csv')).toMatchObject({
      source: 'staff',
      format: 'csv',
      entries: 2,
      diff: { added: 2, changed: 0, removed: 0 },
      outcome: { kind: 'applied', added: 2, changed: 0, removed: 0, others: 0 },
    })
    expect(await resolved('alice@example.com')).toEqual(['deliver', 'known'])
    expect(await resolved('carol@example.com')).toEqual(['discard', 'unknown'])
    expect(counted('DirectoryImports')).toBe(1)
  })

  it.each([
    ['no-mail.csv', 'Name,Phone\nAlice,1\n', { kind: 'unreadable', line: 1 }],
    ['bad.csv', 'address\na b@example.com\ncarol@example.com\n', { kind: 'refused', guards: [{ code: 'bad-rows' }] }],
    ['staff.csv', 'Name,Email\nCarol,carol@example.com\n', { kind: 'refused', guards: [{ code: 'removes-too-many' }] }],
    ['staff.csv', 'Name,Email\nAlice,alice@example.com\nCarol,carol@', { kind: 'refused' }],
    ['SCIM.csv', 'address\nalice@example.com\n', { kind: 'unreadable', line: null }],
  ])(
    'is refused where it is not sound (%s), with a report that says why and nothing changed',
    async (name, text, outcome) => {
      const refused = counted('DirectoryImportsRefused')
      await drop(name, text)
      expect(await report(name)).toMatchObject({ file: `directory/incoming/${name}`, outcome })
      expect(counted('DirectoryImportsRefused')).toBe(refused + 1)
      expect(await resolved('bob@example.com')).toEqual(['deliver', 'known'])
      expect(await resolved('carol@example.com')).toEqual(['discard', 'unknown'])
    },
  )

  it('is tried again where AWS failed, and gives its lock back every time', async () => {
    let failures = 0
    world.stack.dynamoDb.setFault(({ action }) =>
      action === 'dynamodb:UpdateItem' && failures++ === 0
        ? { kind: 'refuse', status: 400, code: 'AccessDeniedException' }
        : null,
    )
    await drop('staff.csv', 'Email\nalice@example.com\nbob@example.com\ndora@example.com\n')
    await vi.waitFor(() => expect(counted('DirectoryImports')).toBe(2), 20_000)
    await world.stack.idle()
    world.stack.dynamoDb.setFault(null)
    expect(await report('staff.csv')).toMatchObject({ outcome: { kind: 'applied', added: 1 } })
    expect(counted('DirectoryImportsFailed')).toBe(1)
    expect(world.reports).toContainEqual(
      expect.stringMatching(/^What \w+ started failed, and is tried again in 60 s: /),
    )
    expect(await resolved('dora@example.com')).toEqual(['deliver', 'known'])
  })

  async function drop(name: string, text: string): Promise<void> {
    const Bucket = world.stack.outputs['RecordBucket'] ?? ''
    await world.stack.clients.s3.send(new PutObjectCommand({ Bucket, Key: `directory/incoming/${name}`, Body: text }))
    await world.stack.idle()
  }

  async function report(name: string): Promise<unknown> {
    const Bucket = world.stack.outputs['RecordBucket'] ?? ''
    const Key = `directory/reports/${name}.json`
    const { Body } = await world.stack.clients.s3.send(new GetObjectCommand({ Bucket, Key }))
    return JSON.parse((await Body?.transformToString()) ?? '') as unknown
  }

  async function resolved(address: string): Promise<readonly unknown[]> {
    const { record } = await world.deliver({ recipients: [address] })
    return [record?.action, record?.recipients[0]?.answer]
  }

  const counted = (metric: string): number => world.log.filter((line) => line.includes(`"${metric}":1`)).length
})
