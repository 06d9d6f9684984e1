import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthorityLookup } from '../../lambda/adapters/authority.ts'
import { createAddressLookup } from '../../lambda/adapters/dns.ts'
import type { ProbeEvent } from '../../lambda/core/probe-events.ts'
import { probe } from '../../lambda/probe.ts'
import { createMemoryZoneStates } from '../../local/memory/zone-states.ts'
import { schedulesOf } from '../../local/template/schedules.ts'
import { listPolicy, policyOf, zoneOf } from '../builders.ts'
import { startLists, type Lists } from './lists.ts'
import { testEntries, type ListState } from './rbldnsd.ts'
import { startObservedStack } from './stack.ts'
import type { Unbound } from './unbound.ts'

const zones = ['one.example', 'two.example']
const sound: ListState = { kind: 'lists', listings: testEntries }

describe('the scheduled probe', () => {
  it.each([
    ['lists the world', 'lists-the-world', '127.0.0.2'],
    ['is parked', 'lists-the-world', '203.0.113.80'],
    ['answers that it does not answer', 'muted', '127.255.255.254'],
  ])('tells of a zone that %s at once, with what it heard', async (_sentence, to, address) => {
    const { world, probed } = await started(({ resolver }) => resolver)
    expect(await probed()).toEqual([])
    await world.publish('one.example', { kind: 'says-of-everybody', address })
    const [event, ...others] = await probed()
    expect(others).toEqual([])
    expect(event).toMatchObject({ kind: 'zone-state', zone: 'one.example', from: 'healthy', to })
    const heard = event?.kind === 'zone-state' ? event.evidence : []
    expect(heard.filter(({ addresses }) => addresses.includes(address))).not.toEqual([])
    // What is known is not told again.
    expect(await probed()).toEqual([])
  })

  it('finds a list empty after one probe, although the resolver remembers its test entry', async () => {
    const world = await startLists(new Map([['one.example', sound]]))
    onTestFinished(() => world.close())
    const servers = [world.resolver.address]
    const limits = { servers, timeoutMs: 1500, retries: 1 }
    const events: ProbeEvent[] = []
    const ports = {
      lookUp: createAddressLookup(limits),
      askAuthority: createAuthorityLookup({ ...limits, port: world.authorityPort }),
      states: createMemoryZoneStates(),
      events: (event: ProbeEvent) => {
        events.push(event)
        return Promise.resolve('written' as const)
      },
      metrics: { zone: () => undefined, probed: () => undefined, states: () => undefined, failed: () => undefined },
      clock: Date.now,
      stopwatch: () => performance.now(),
      random: Math.random,
    }
    const { dns, keys } = policyOf()
    const { dnsxl } = listPolicy(zoneOf('one.example', { families: 'ipv4' }))
    const plan = { policy: { dnsxl, dns, keys }, outbound: { addresses: [], domains: [], domainZones: [] }, zones: [] }
    const probed = () => probe(plan, ports, AbortSignal.timeout(20_000))
    expect(await probed()).toEqual([{ zone: 'one.example', state: 'healthy' }])
    await world.publish('one.example', { kind: 'lists', listings: {} })
    const remembered = await ports.lookUp('2.0.0.127.one.example', AbortSignal.timeout(5000))
    expect(remembered).toMatchObject({ answer: 'addresses', addresses: ['127.0.0.2'] })
    expect(await probed()).toEqual([{ zone: 'one.example', state: 'empty' }])
    expect(events).toMatchObject([{ kind: 'zone-state', from: 'healthy', to: 'empty' }])
  })

  it('names the resolver when all zones are empty at once, because it drops answers in 127/8', async () => {
    const { world, probed, observed } = await started(({ guardedResolver }) => guardedResolver)
    const events = await probed()
    expect(events.filter(({ kind }) => kind === 'resolver-filters-127')).toEqual([
      expect.objectContaining({ resolver: world.guardedResolver.address, zones }),
    ])
    const metrics = observed.log.filter((line) => line.startsWith('{"_aws"')).map((line) => JSON.parse(line) as object)
    expect(metrics).toContainEqual(expect.objectContaining({ ResolverFilters127: 1 }))
  })
})

/** `probed` runs the probe once, and gives the events that it wrote. */
async function started(resolverOf: (world: Lists) => Unbound) {
  const world = await startLists(new Map(zones.map((zone) => [zone, sound])))
  onTestFinished(() => world.close())
  const config = {
    mode: 'enforce',
    domains: ['example.com'],
    dnsbl: { zones: zones.map((zone) => ({ term: `${zone}=127.0.0.2*2`, operator: zone })) },
    dns: { servers: [resolverOf(world).address] },
  }
  const observed = await startObservedStack({ config, names: 'network' })
  onTestFinished(() => observed.close())
  const { stack } = observed
  const [scheduled] = schedulesOf(stack.template).flatMap(({ targets }) => targets)
  const seen = new Set<string>()
  const probed = async (): Promise<readonly ProbeEvent[]> => {
    const answer = await stack.invoke(scheduled!.functionArn, {})
    expect(answer.answer).toBe('returned')
    const bucket = stack.outputs['RecordBucket']
    const { Contents = [] } = await stack.clients.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'events/' }),
    )
    const fresh = Contents.flatMap(({ Key = '' }) => (seen.has(Key) ? [] : [Key]))
    for (const key of fresh) seen.add(key)
    return Promise.all(
      fresh.map(async (key) => {
        const { Body } = await stack.clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        return JSON.parse((await Body?.transformToString()) ?? '') as ProbeEvent
      }),
    )
  }
  return { world, observed, probed }
}
