import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3Events } from '../../lambda/adapters/s3-events.ts'
import { zoneStateEvent } from '../../lambda/core/probe-events.ts'
import type { Endpoint } from '../../local/aws/endpoint.ts'
import { createS3 } from '../../local/aws/s3.ts'

let endpoint: Endpoint
let client: S3Client
const dataDir = mkdtempSync(join(tmpdir(), 'quietgate-s3-events-'))

beforeAll(async () => {
  const principalOf = () => ({ kind: 'operator' }) as const
  endpoint = createS3({ dataDir, region: 'us-east-1', accountId: '123456789012', principalOf })
  await endpoint.listen()
  client = new S3Client({
    endpoint: endpoint.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
  })
  await client.send(new CreateBucketCommand({ Bucket: 'records' }))
})
afterAll(async () => {
  client.destroy()
  await endpoint.close()
  rmSync(dataDir, { recursive: true, force: true })
})

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
    const events = createS3Events(client, 'records', (line) => lines.push(line))
    expect([await events(event, soon()), await events(event, soon())]).toEqual(['written', 'written'])
    const found = await client.send(new GetObjectCommand({ Bucket: 'records', Key: key }))
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
    endpoint.setFault(() => fault)
    try {
      expect(await createS3Events(client, 'records', (line) => lines.push(line))(event, soon())).toBe('failed')
    } finally {
      endpoint.setFault(null)
    }
    expect(lines).toHaveLength(1)
  })

  it('say that they failed when they have been told to give up', async () => {
    expect(await createS3Events(client, 'records', () => null)(event, AbortSignal.abort())).toBe('failed')
  })
})

function soon(): AbortSignal {
  return AbortSignal.timeout(10_000)
}
