import { PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEntryList } from '../../lambda/adapters/s3-entry-list.ts'
import { createS3Entries } from '../../lambda/adapters/s3-entries.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import { partiesOf } from '../../lambda/core/entries/match.ts'
import { entriesKey, MAX_ENTRIES_OCTETS } from '../../lambda/core/entries/place.ts'
import type { Fault } from '../../local/aws/faults.ts'
import { messageOf } from '../builders.ts'
import { entry } from '../contract/entry-list.ts'
import { startS3, type S3World } from '../s3-world.ts'

let world: S3World
const { signal } = new AbortController()
const partner = entry('partner.example')
const second = 1000
const minute = 60 * second

beforeAll(async () => {
  world = await startS3({ requestTimeout: 500 })
})
afterEach(() => world.setFault(null))
afterAll(() => world.close())

describe('the entries that the filter asks', () => {
  it('are none where nobody ever wrote one, and nothing is wrong with that', async () => {
    const filter = await filterOf()
    expect(await filter.ask()).toEqual({ answer: 'heard', matching: [] })
    expect(filter.failures()).toBe(0)
  })

  it('are those of the list that meet the message', async () => {
    const filter = await filterOf([entry('other.example'), partner])
    expect(await filter.ask()).toEqual({ answer: 'heard', matching: [partner] })
  })

  it('are read once in half a minute, and are not sent again when they have not changed', async () => {
    const filter = await filterOf([partner])
    await filter.ask()
    await filter.ask(29 * second)
    expect(filter.reads()).toEqual([200])
    expect(await filter.ask(second)).toEqual({ answer: 'heard', matching: [partner] })
    expect(filter.reads()).toEqual([200, 304])
  })

  it('are obeyed half a minute after they changed', async () => {
    const filter = await filterOf([partner])
    await filter.ask()
    await filter.write([])
    expect(await filter.ask(29 * second)).toMatchObject({ matching: [partner] })
    expect(await filter.ask(second)).toEqual({ answer: 'heard', matching: [] })
    await filter.write([partner])
    expect(await filter.ask(30 * second)).toMatchObject({ matching: [partner] })
  })

  it.each<[string, Fault, string]>([
    ['refuses', { kind: 'refuse', status: 403, code: 'AccessDenied' }, 'refused'],
    ['is throttled', { kind: 'refuse', status: 503, code: 'SlowDown' }, 'throttled'],
    ['cuts the connection', { kind: 'reset' }, 'unreachable'],
    ['hangs', { kind: 'hang' }, 'timeout'],
  ])(
    'are the last known ones for a quarter of an hour, and then unavailable, when S3 %s',
    async (_name, fault, cause) => {
      const filter = await filterOf([partner])
      await filter.ask()
      world.setFault(() => fault)
      expect(await filter.ask(30 * second)).toEqual({ answer: 'heard', matching: [partner] })
      expect(filter.failures()).toBe(1)
      expect(await filter.ask(14 * minute + 29 * second)).toEqual({ answer: 'heard', matching: [partner] })
      expect(await filter.ask(5 * second)).toEqual({ answer: 'unavailable', cause })
      world.setFault(null)
      expect(await filter.ask(5 * second)).toEqual({ answer: 'heard', matching: [partner] })
    },
  )

  it('are unavailable from the start where they could never be read, and S3 is not asked for each message', async () => {
    const filter = await filterOf([partner])
    world.setFault(() => ({ kind: 'refuse', status: 403, code: 'AccessDenied' }))
    expect(await filter.ask()).toEqual({ answer: 'unavailable', cause: 'refused' })
    expect(await filter.ask(4 * second)).toEqual({ answer: 'unavailable', cause: 'refused' })
    expect(filter.failures()).toBe(1)
    await filter.ask(second)
    expect(filter.failures()).toBe(2)
  })

  it.each([
    ['is not what this version reads', '{"schema_version":2,"entries":[]}'],
    ['is larger than it can be', ' '.repeat(MAX_ENTRIES_OCTETS + 1)],
  ])('are unavailable where the object %s', async (_name, text) => {
    const filter = await filterOf(text)
    expect(await filter.ask()).toEqual({ answer: 'unavailable', cause: 'malformed' })
    expect(filter.failures()).toBe(1)
  })

  it('are given up when the time for asking is over', async () => {
    const filter = await filterOf([partner])
    expect(await filter.ask(0, AbortSignal.abort())).toEqual({ answer: 'unavailable', cause: 'aborted' })
  })

  it('are read again after a clock was set back', async () => {
    const filter = await filterOf([partner])
    await filter.ask()
    await filter.write([])
    expect(await filter.ask(-10 * minute)).toEqual({ answer: 'heard', matching: [] })
  })
})

async function filterOf(written: readonly Entry[] | string = '') {
  const bucket = await world.emptyBucket()
  let now = Date.parse('2026-11-21T10:00:00.000Z')
  let failures = 0
  const statuses: number[] = []
  const client = world.client
  const entries = createS3Entries({ client: watched(), bucket, clock: () => now, failed: () => void (failures += 1) })
  const list = createEntryList(createS3RecordObjects(client, bucket))
  const write = async (all: readonly Entry[]): Promise<void> => {
    expect(await list.change(() => all, signal)).toEqual({ answer: 'changed' })
  }
  if (typeof written !== 'string') await write(written)
  else if (written !== '') await client.send(new PutObjectCommand({ Bucket: bucket, Key: entriesKey, Body: written }))
  const question = { parties: () => partiesOf(messageOf(), []), receivedAt: messageOf().receivedAt }
  return {
    write,
    ask: (later = 0, until = signal) => {
      now += later
      return entries(question, until)
    },
    failures: () => failures,
    /** How S3 answered each reading. */
    reads: () => statuses,
  }

  function watched(): typeof client {
    type Send = (...given: readonly unknown[]) => Promise<{ readonly $metadata: ResponseMetadata }>
    const plain = client.send.bind(client) as unknown as Send
    const send: Send = async (...given) => {
      try {
        const answer = await plain(...given)
        statuses.push(answer.$metadata.httpStatusCode ?? 0)
        return answer
      } catch (error) {
        statuses.push(error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0)
        throw error
      }
    }
    return Object.assign(Object.create(client) as typeof client, { send })
  }
}

type ResponseMetadata = { readonly httpStatusCode?: number }
