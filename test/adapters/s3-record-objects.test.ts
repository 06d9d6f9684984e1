import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openFileScratch } from '../../lambda/adapters/file-scratch.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { compactRecords, type Compacted } from '../../lambda/compact-records.ts'
import { recordKey, type DecisionRecord } from '../../lambda/core/record.ts'
import { RecordsInterrupted } from '../../lambda/ports/record-objects.ts'
import type { Fault } from '../../local/aws/faults.ts'
import { createMemoryRecordObjects } from '../../local/memory/record-objects.ts'
import { content, describeRecordObjects, gathered } from '../contract/record-objects.ts'
import { recordFixture } from '../record-fixture.ts'
import { startS3, type S3World } from '../s3-world.ts'

let world: S3World
const scratchDir = mkdtempSync(join(tmpdir(), 'quietgate-record-objects-'))
const scratch = await openFileScratch(scratchDir)
const { signal } = new AbortController()

beforeAll(async () => {
  world = await startS3({ requestTimeout: 1000 })
})
afterEach(() => world.setFault(null))
afterAll(async () => {
  await world.close()
  rmSync(scratchDir, { recursive: true, force: true })
})

describeRecordObjects('memory', () => Promise.resolve(createMemoryRecordObjects(Date.now, 2)))
describeRecordObjects('S3', async () => createS3RecordObjects(world.client, await world.emptyBucket()))

describe('the objects of the record bucket in S3', () => {
  it.each([
    ['refuses', { kind: 'refuse', status: 503, code: 'SlowDown' }, 'throttled'],
    ['denies', { kind: 'refuse', status: 403, code: 'AccessDenied' }, 'refused'],
    ['hangs', { kind: 'hang' }, 'timeout'],
    ['cuts the connection', { kind: 'reset' }, 'unreachable'],
  ] as const)('are interrupted, and nothing is taken for absent, when S3 %s', async (_name, fault, reason) => {
    const bucket = createS3RecordObjects(world.client, await world.emptyBucket())
    world.setFault(() => fault)
    const listing = gathered(bucket.list('records/', signal))
    await expect(listing).rejects.toMatchObject({ name: 'RecordsInterrupted', reason })
    await expect(bucket.read('records/a', signal)).rejects.toMatchObject({ name: 'RecordsInterrupted', reason })
    await expect(bucket.write('records/a', content('a'), null, signal)).rejects.toMatchObject({ reason })
    // The answer to HEAD has no body, and so no name of the error.
    await expect(bucket.stat('records/a', signal)).rejects.toBeInstanceOf(RecordsInterrupted)
  })

  it('are compacted without loss or double, whichever call fails', async () => {
    const faults: readonly Fault[] = [{ kind: 'refuse', status: 500, code: 'InternalError' }, { kind: 'reset' }]
    for (let at = 0, wasMet = true; wasMet; at += 1) {
      const name = await world.emptyBucket()
      const ids = ['a', 'b', 'c']
      for (const id of ids) await putRecord(name, id)
      let calls = 0
      world.setFault(() => (calls++ === at ? (faults[at % 2] ?? null) : null))
      const first = await compacted(name)
      wasMet = calls > at
      expect(first.answer).toBe(wasMet ? 'failed' : 'compacted')
      world.setFault(null)
      expect(await compacted(name)).toMatchObject({ answer: 'compacted', failures: [] })
      expect(await rowsOf(name)).toEqual(ids)
    }
  })
})

/** Written now, and received an hour ago. */
async function putRecord(bucket: string, id: string): Promise<void> {
  const record = recordFixture({ message_id: id, received_at: new Date(Date.now() - 3_600_000).toISOString() })
  await world.client.send(
    new PutObjectCommand({ Bucket: bucket, Key: recordKey(record), Body: JSON.stringify(record) }),
  )
}

/** As if run two hours later. */
function compacted(bucket: string): Promise<Compacted> {
  const objects = createS3RecordObjects(world.client, bucket)
  const ports = { objects, scratch, measure: () => undefined, clock: () => Date.now() + 7_200_000 }
  return compactRecords(ports, signal)
}

async function rowsOf(bucket: string): Promise<readonly string[]> {
  const pages = await gathered(createS3RecordObjects(world.client, bucket).list('records/', signal))
  const ids: string[] = []
  for (const { key } of pages.flat()) {
    const { Body } = await world.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    const text = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString('utf8')
    for (const line of text.split('\n').filter((line) => line !== '')) {
      ids.push((JSON.parse(line) as DecisionRecord).message_id)
    }
  }
  return ids.sort()
}
