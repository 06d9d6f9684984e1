import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleConfig } from '../../local/samples.ts'
import { assertValidEvent } from '../event-schema.ts'
import { startedStack, type StartedStack } from './started-stack.ts'

const backscatterer = {
  term: 'ips.backscatterer.example=127.0.0.2',
  operator: 'Backscatterer Example',
  appliesWhen: 'null-or-postmaster',
  families: 'ipv4',
}

describe('the scheduled probe on one machine', () => {
  let world: StartedStack
  beforeAll(async () => {
    const { dnsbl } = sampleConfig
    world = await startedStack({
      config: {
        ...sampleConfig,
        dnsbl: { ...dnsbl, zones: [...dnsbl.zones, backscatterer] },
        dns: { timeoutMs: 300, retries: 0 },
        outbound: { addresses: ['198.51.100.99'] },
      },
    })
  })
  afterAll(() => world.close())

  it('does not run by itself, and asks the DNS nothing until it does', () => {
    expect(world.stack.dns.questions()).toEqual([])
  })

  it('finds every list of the story healthy, and us on Backscatterer, with the rights of its own role', async () => {
    expect(await run(world)).toEqual([
      { zone: 'bl.example', state: 'healthy' },
      { zone: 'bl2.example', state: 'healthy' },
      { zone: 'wl.example', state: 'healthy' },
      { zone: 'ips.backscatterer.example', state: 'healthy' },
    ])
    expect(metricsOf(world)).toContainEqual(
      expect.objectContaining({ ZonesUnhealthy: 0, ResolverFilters127: 0, OwnAddressesListed: 1 }),
    )
    expect(await eventsOf(world)).toMatchObject([
      {
        kind: 'own-listed',
        subject: '198.51.100.99',
        zone: 'ips.backscatterer.example',
        codes: [{ code: '127.0.0.2' }],
      },
    ])
  })

  it('finds a list that lists the world dead at the next run, and leaves its state for all functions', async () => {
    world.stack.dns.setFault('bl.example', { kind: 'lists-everything', address: '127.0.0.2' })
    expect(await run(world)).toContainEqual({ zone: 'bl.example', state: 'lists-the-world' })
    expect(await eventsOf(world)).toContainEqual(
      expect.objectContaining({ kind: 'zone-state', zone: 'bl.example', from: 'healthy', to: 'lists-the-world' }),
    )
    const TableName = world.stack.outputs['StateTable'] ?? ''
    const { Item } = await world.stack.clients.dynamoDb.send(
      new GetItemCommand({ TableName, Key: { id: { S: 'zone#bl.example' } } }),
    )
    expect(JSON.parse(Item?.['body']?.S ?? '')).toMatchObject({
      zone: 'bl.example',
      state: { state: 'lists-the-world', failures: 1 },
    })
  })

  it('says that it could not, and fails nothing, when the states are out of reach', async () => {
    world.stack.dynamoDb.setFault(() => ({ kind: 'refuse', status: 400, code: 'AccessDeniedException' }))
    try {
      expect(await run(world)).toBeNull()
    } finally {
      world.stack.dynamoDb.setFault(null)
    }
    expect(metricsOf(world)).toContainEqual(expect.objectContaining({ ProbeFailures: 1 }))
  })
})

async function run({ stack }: StartedStack): Promise<unknown> {
  const answer = await stack.invoke(stack.outputs['ProbeFunction'] ?? '', {})
  if (answer.answer !== 'returned') throw new Error(`The probe failed: ${JSON.stringify(answer)}`)
  return answer.payload
}

function metricsOf({ log }: StartedStack): readonly unknown[] {
  return log.map((line): unknown => JSON.parse(line))
}

async function eventsOf({ stack }: StartedStack): Promise<readonly unknown[]> {
  const Bucket = stack.outputs['RecordBucket'] ?? ''
  const { Contents = [] } = await stack.clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'events/' }))
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const found = await stack.clients.s3.send(new GetObjectCommand({ Bucket, Key }))
      const event: unknown = JSON.parse((await found.Body?.transformToString()) ?? '')
      assertValidEvent(event)
      return event
    }),
  )
}
