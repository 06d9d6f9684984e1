import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3RecordStore } from '../../lambda/adapters/s3-records.ts'
import type { Endpoint } from '../../local/aws/endpoint.ts'
import { createS3 } from '../../local/aws/s3.ts'
import { describeRecordStore } from '../contract/record-store.ts'
import { recordFixture } from '../record-fixture.ts'

let endpoint: Endpoint
let client: S3Client
let buckets = 0
const dataDir = mkdtempSync(join(tmpdir(), 'quietgate-s3-records-'))

beforeAll(async () => {
  const principalOf = () => ({ kind: 'operator' }) as const
  endpoint = createS3({ dataDir, region: 'us-east-1', accountId: '123456789012', principalOf })
  await endpoint.listen()
  client = new S3Client({
    endpoint: endpoint.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'local' },
    maxAttempts: 2,
    requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
  })
})
afterAll(async () => {
  client.destroy()
  await endpoint.close()
  rmSync(dataDir, { recursive: true, force: true })
})

describeRecordStore('S3', async () => createS3RecordStore(client, await emptyBucket()))

describe('the record store in S3', () => {
  it.each([
    ['refuses', { kind: 'refuse', status: 503, code: 'SlowDown' }, 'SlowDown'],
    ['denies', { kind: 'refuse', status: 403, code: 'AccessDenied' }, 'AccessDenied'],
    ['hangs', { kind: 'hang' }, 'TimeoutError'],
  ] as const)('says that it failed when S3 %s', async (_name, fault, cause) => {
    const store = createS3RecordStore(client, await emptyBucket())
    endpoint.setFault(({ action }) => (action === 's3:PutObject' ? fault : null))
    try {
      const appended = await store.append('in/dt=2026-11-21/a.json', recordFixture(), AbortSignal.timeout(10_000))
      expect(appended).toEqual({ answer: 'failed', cause })
    } finally {
      endpoint.setFault(null)
    }
  })

  it('takes its own record, whose answer was lost, for the first one', async () => {
    const store = createS3RecordStore(client, await emptyBucket())
    const record = recordFixture()
    await store.append('in/dt=2026-11-21/a.json', record, AbortSignal.timeout(10_000))
    expect(await store.append('in/dt=2026-11-21/a.json', record, AbortSignal.timeout(10_000))).toEqual({
      answer: 'existed',
      first: record,
    })
  })
})

async function emptyBucket(): Promise<string> {
  buckets += 1
  await client.send(new CreateBucketCommand({ Bucket: `records-${buckets}` }))
  return `records-${buckets}`
}
