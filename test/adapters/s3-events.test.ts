import { GetObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3Events } from '../../lambda/adapters/s3-events.ts'
import { zoneStateEvent } from '../../lambda/core/probe-events.ts'
import { startS3, type S3World } from '../s3-world.ts'

let world: S3World
let bucket: string

beforeAll(async () => {
  world = await startS3({ requestTimeout: 1000 })
  bucket = await world.emptyBucket()
})
afterAll(() => world.close())

const since = '2026-11-21T09:00:00.000Z'
const event = zoneStateEvent(
  '{dqs}.zen.example',
  { from: 'healthy', to: 'empty', since },
  [],
  Date.parse('2026-11-21T10:00:00.000Z'),
)
const key = 'events/dt=2026-11-21/2026-11-21T10:00:00.000Z-zone-%7Bdqs%7D.zen.example.json'

describe('events in S3', () => {
  it('are an object each, once however often they are written, and a line of the log each time', async () => {
    const lines: string[] = []
    const events = createS3Events(world.client, bucket, (line) => lines.push(line))
    expect([await events(event, soon()), await events(event, soon())]).toEqual(['written', 'written'])
    const found = await world.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    expect(JSON.parse((await found.Body?.transformToString()) ?? '')).toEqual(event)
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([1, 2].map(() => ({ level: 'warn', ...event })))
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true)
  })

  it.each([
    ['refuses', { kind: 'refuse', status: 503, code: 'SlowDown' }],
    ['resets', { kind: 'reset' }],
    ['hangs', { kind: 'hang' }],
  ] as const)('say that they failed, and are in the log, when S3 %s', async (_name, fault) => {
    const lines: string[] = []
    const events = createS3Events(world.client, bucket, (line) => lines.push(line))
    expect(
      await world.withFault(
        () => fault,
        () => events(event, soon()),
      ),
    ).toBe('failed')
    expect(lines).toHaveLength(1)
  })

  it('say that they failed when they have been told to give up', async () => {
    expect(await createS3Events(world.client, bucket, () => null)(event, AbortSignal.abort())).toBe('failed')
  })
})

function soon(): AbortSignal {
  return AbortSignal.timeout(10_000)
}
