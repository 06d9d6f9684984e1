import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEntryList } from '../../lambda/adapters/s3-entry-list.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import { writeEntries } from '../../lambda/core/entries/file.ts'
import { entriesKey, MAX_ENTRIES_OCTETS } from '../../lambda/core/entries/place.ts'
import type { RecordObjects } from '../../lambda/ports/record-objects.ts'
import { createMemoryRecordObjects } from '../../local/memory/record-objects.ts'
import { describeEntryList, entry } from '../contract/entry-list.ts'
import { startS3, type S3World } from '../s3-world.ts'

let world: S3World
const { signal } = new AbortController()

beforeAll(async () => {
  world = await startS3({ requestTimeout: 1000 })
})
afterEach(() => world.setFault(null))
afterAll(() => world.close())

describeEntryList('memory', () => Promise.resolve(createEntryList(createMemoryRecordObjects(Date.now))))
describeEntryList('S3', async () => createEntryList(createS3RecordObjects(world.client, await world.emptyBucket())))

describe('the entries in S3', () => {
  it.each([
    ['is no JSON', '{"schema_version":1,'],
    ['has a later schema', '{"schema_version":2,"entries":[]}'],
    ['has an entry that is not written as it is compared', writeEntries([entry('Example.COM')])],
    ['is larger than it can be', `${writeEntries([])}${' '.repeat(MAX_ENTRIES_OCTETS)}`],
  ])('are neither obeyed nor written over when the object %s', async (_name, text) => {
    const bucket = await world.emptyBucket()
    await world.client.send(new PutObjectCommand({ Bucket: bucket, Key: entriesKey, Body: text }))
    const objects = createS3RecordObjects(world.client, bucket)
    const before = await objects.stat(entriesKey, signal)
    const list = createEntryList(objects)
    expect(await list.read(signal)).toEqual({ answer: 'unavailable', cause: 'malformed' })
    const answer = await list.change(() => [entry('a.example')], signal)
    expect(answer).toEqual({ answer: 'failed', cause: 'malformed' })
    expect(await objects.stat(entriesKey, signal)).toEqual(before)
  })

  it('answer, and do not throw, when S3 refuses', async () => {
    const list = createEntryList(createS3RecordObjects(world.client, await world.emptyBucket()))
    world.setFault(() => ({ kind: 'refuse', status: 403, code: 'AccessDenied' }))
    expect(await list.read(signal)).toEqual({ answer: 'unavailable', cause: 'refused' })
    expect(await list.change((entries) => entries, signal)).toMatchObject({ answer: 'failed' })
  })

  it('are changed once by a write whose answer was lost', async () => {
    const memory = createMemoryRecordObjects(Date.now)
    let edits = 0
    const losing: RecordObjects = {
      ...memory,
      // As the client of S3 does: it tries again, and is told that something stands there.
      write: async (key, content, replaces, aborted) => {
        await memory.write(key, content, replaces, aborted)
        return 'overtaken'
      },
    }
    const list = createEntryList(losing)
    const changed = await list.change((entries) => ((edits += 1), [...entries, entry('a.example')]), signal)
    expect([changed, edits]).toEqual([{ answer: 'changed' }, 1])
    expect(await list.read(signal)).toEqual({ answer: 'entries', entries: [entry('a.example')] })
  })

  it('give up when others are always faster', async () => {
    const memory = createMemoryRecordObjects(Date.now)
    const list = createEntryList({ ...memory, write: () => Promise.resolve('overtaken') })
    const answer = await list.change(() => [entry('a.example')], signal)
    expect(answer).toEqual({ answer: 'failed', cause: 'overtaken' })
  })
})
