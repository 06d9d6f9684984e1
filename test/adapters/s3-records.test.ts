import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3RecordStore } from '../../lambda/adapters/s3-records.ts'
import { describeRecordStore } from '../contract/record-store.ts'
import { recordFixture } from '../record-fixture.ts'
import { startS3, type S3World } from '../s3-world.ts'

let world: S3World

beforeAll(async () => {
  world = await startS3({ maxAttempts: 2, requestTimeout: 300 })
})
afterAll(() => world.close())

describeRecordStore('S3', async () => createS3RecordStore(world.client, await world.emptyBucket()))

describe('the record store in S3', () => {
  it.each([
    ['refuses', { kind: 'refuse', status: 503, code: 'SlowDown' }, 'SlowDown'],
    ['denies', { kind: 'refuse', status: 403, code: 'AccessDenied' }, 'AccessDenied'],
    ['hangs', { kind: 'hang' }, 'TimeoutError'],
  ] as const)('says that it failed when S3 %s', async (_name, fault, cause) => {
    const store = createS3RecordStore(world.client, await world.emptyBucket())
    const appended = await world.withFault(
      ({ action }) => (action === 's3:PutObject' ? fault : null),
      () => store.append('in/dt=2026-11-21/a.json', recordFixture(), AbortSignal.timeout(10_000)),
    )
    expect(appended).toEqual({ answer: 'failed', cause })
  })

  it('takes its own record, whose answer was lost, for the first one', async () => {
    const store = createS3RecordStore(world.client, await world.emptyBucket())
    const record = recordFixture()
    await store.append('in/dt=2026-11-21/a.json', record, AbortSignal.timeout(10_000))
    expect(await store.append('in/dt=2026-11-21/a.json', record, AbortSignal.timeout(10_000))).toEqual({
      answer: 'existed',
      first: record,
    })
  })
})
