import { describe, expect, it } from 'vitest'
import { eventKey, type ProbeEvent } from '../lambda/core/probe-events.ts'
import type { ProbePlan } from '../lambda/core/probe-plan.ts'
import type { ZoneCondition } from '../lambda/core/zone-state.ts'
import { probe } from '../lambda/probe.ts'
import type { AddressAnswer } from '../lambda/core/facts.ts'
import type { AddressLookup } from '../lambda/ports/address-lookup.ts'
import type { ProbeTotals } from '../lambda/ports/probe-metrics.ts'
import { lookupIn } from '../local/dns/lookup.ts'
import { sampleRecords } from '../local/dns/sample-zones.ts'
import { parseZoneFile } from '../local/dns/zone-file.ts'
import { createZones } from '../local/dns/zones.ts'
import { createMemoryZoneStates } from '../local/memory/zone-states.ts'
import { policyOf, zoneOf } from './builders.ts'
import { assertValidEvent } from './event-schema.ts'

const minute = 60_000
const bl = zoneOf('bl.example')
const bl2 = zoneOf('bl2.example')
const backscatterer = zoneOf('ips.backscatterer.example', { families: 'ipv4', appliesWhen: 'null-or-postmaster' })
const wl = zoneOf('wl.example', {
  terms: [{ pattern: '127.0.[2..9].[0..3]', weight: -3 }],
  listingCodes: ['127.0.[2..20].[0..3]'],
})

describe('the scheduled probe', () => {
  it('asks each zone its control questions in each family that it serves, and nothing else', async () => {
    const world = worldOf(planOf([bl, backscatterer]))
    expect(await world.minutes(1)).toEqual([
      { zone: 'bl.example', state: 'healthy' },
      { zone: 'ips.backscatterer.example', state: 'healthy' },
    ])
    const v6 = '0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.example'
    expect(world.asked.toSorted()).toEqual(
      [
        ...['bl.example', 'ips.backscatterer.example'].flatMap((zone) => [
          `2.0.0.127.${zone}`,
          `1.0.0.127.${zone}`,
          `0.0.192.127.${zone}`,
        ]),
        `2.${v6}`,
        `1.${v6}`,
        `0.0.0.0.0.c.f.7.${v6.split('.').slice(7).join('.')}`,
      ].toSorted(),
    )
    expect(world.events).toEqual([])
  })

  it('finds a zone empty behind a resolver that remembers its test entry, and healthy when it is filled again', async () => {
    const world = worldOf(planOf([wl]))
    const states: unknown[] = []
    const listed = { answer: 'addresses', addresses: ['127.0.10.0'], ttlSeconds: 300 } as const
    const none = { answer: 'none', why: 'no-such-name' } as const
    for (const answer of [listed, none, none, listed]) {
      world.authority.set('wl.example', answer)
      states.push(await world.minutes(1))
    }
    // After the first bad probe the zone is left alone for a minute, which the third run ends.
    const be = (state: string) => [{ zone: 'wl.example', state }]
    expect(states).toEqual([be('healthy'), be('empty'), be('empty'), be('empty')])
    expect(await world.minutes(1)).toEqual(be('healthy'))
    expect(world.events).toMatchObject([
      {
        from: 'healthy',
        to: 'empty',
        evidence: expect.arrayContaining([
          { asked: '2.0.0.127.wl.example', heard: 'no-such-name', addresses: [] },
        ]) as unknown,
      },
      { from: 'empty', to: 'healthy' },
    ])
  })

  it('does not believe name servers that never listed the test entry: they may only know whom to ask', async () => {
    const world = worldOf(planOf([wl]))
    world.authority.set('wl.example', { answer: 'none', why: 'no-data' })
    expect(await world.minutes(2)).toEqual([{ zone: 'wl.example', state: 'healthy' }])
    world.authority.set('wl.example', { answer: 'failed', cause: 'timeout' })
    expect(await world.minutes(1)).toEqual([{ zone: 'wl.example', state: 'healthy' }])
  })

  it('leaves out a zone that has no test entries, because nothing that it says would count', async () => {
    const world = worldOf(planOf([{ ...bl, testEntries: false }], { addresses: ['203.0.113.66'] }))
    expect([await world.minutes(1), world.asked]).toEqual([[], []])
  })

  it('says that a zone lists the world after one probe, with what was heard, and how it comes back', async () => {
    const world = worldOf(planOf([backscatterer]))
    await world.minutes(1)
    world.dns.setFault('ips.backscatterer.example', { kind: 'lists-everything', address: '127.0.0.2' })
    expect(await world.minutes(1)).toEqual([{ zone: 'ips.backscatterer.example', state: 'lists-the-world' }])
    world.dns.setFault('ips.backscatterer.example', null)
    expect(await world.minutes(1)).toEqual([{ zone: 'ips.backscatterer.example', state: 'healthy' }])
    const heard = (asked: string) => ({ asked, heard: 'addresses', addresses: ['127.0.0.2'] })
    expect(world.events).toEqual([
      {
        schema_version: 1,
        kind: 'zone-state',
        at: '2026-11-21T10:01:00.000Z',
        zone: 'ips.backscatterer.example',
        from: 'healthy',
        to: 'lists-the-world',
        since: '2026-11-21T10:00:00.000Z',
        evidence: [
          heard('2.0.0.127.ips.backscatterer.example'),
          heard('1.0.0.127.ips.backscatterer.example'),
          heard('0.0.192.127.ips.backscatterer.example'),
        ],
      },
      expect.objectContaining({
        kind: 'zone-state',
        from: 'lists-the-world',
        to: 'healthy',
        since: '2026-11-21T10:01:00.000Z',
      }),
    ])
    expect(world.totals.map(({ zonesUnhealthy }) => zonesUnhealthy)).toEqual([0, 1, 0])
    expect(world.states).toEqual([['healthy'], ['lists-the-world'], ['healthy']])
  })

  it('calls a zone silent at the third probe, then asks it ever more seldom, and reports it dead in between', async () => {
    const world = worldOf(planOf([backscatterer]))
    world.dns.setFault('ips.backscatterer.example', { kind: 'silent' })
    await world.minutes(20)
    const askedAt = [...new Set(world.askedAt)].map((at) => (at - start) / minute)
    // Dead at 2; again after 1, 2, 4 and 8 minutes.
    expect(askedAt).toEqual([0, 1, 2, 3, 5, 9, 17])
    expect(world.totals.map(({ zonesUnhealthy }) => zonesUnhealthy)).toEqual([
      0,
      0,
      ...Array.from({ length: 18 }, () => 1),
    ])
    expect(world.health).toEqual(Array.from({ length: 18 }, () => ['ips.backscatterer.example', false]))
  })

  it('names the resolver when every zone is empty at once, and says when it has passed', async () => {
    const world = worldOf(planOf([bl, bl2]))
    await world.minutes(1)
    for (const { zone } of [bl, bl2]) world.dns.setFault(zone, { kind: 'empty' })
    await world.minutes(1)
    for (const { zone } of [bl, bl2]) world.dns.setFault(zone, null)
    await world.minutes(1)
    expect(world.events.filter(({ kind }) => kind.startsWith('resolver'))).toEqual([
      {
        schema_version: 1,
        kind: 'resolver-filters-127',
        at: '2026-11-21T10:01:00.000Z',
        resolver: "the function's default resolver",
        zones: ['bl.example', 'bl2.example'],
      },
      expect.objectContaining({ kind: 'resolver-passes-127', at: '2026-11-21T10:02:00.000Z' }),
    ])
    expect(world.totals.map(({ resolverFilters127 }) => resolverFilters127)).toEqual([false, true, false])
  })

  it('does not blame the resolver for one zone that is empty, be it the only one', async () => {
    for (const plan of [planOf([bl]), planOf([bl, bl2])]) {
      const world = worldOf(plan)
      world.dns.setFault('bl.example', { kind: 'empty' })
      await world.minutes(2)
      expect(world.totals.map(({ resolverFilters127 }) => resolverFilters127)).toEqual([false, false])
    }
  })

  it('forgets nothing and asks nobody while the states cannot be read', async () => {
    const world = worldOf(planOf([bl]))
    const unread = { ...world.ports.states, read: () => Promise.resolve(null) }
    expect(await probe(planOf([bl]), { ...world.ports, states: unread }, live())).toBeNull()
    expect([world.asked, world.failures()]).toEqual([[], 1])
  })

  it('tells a change again at the next run if it could not be written down', async () => {
    const world = worldOf(planOf([backscatterer]))
    await world.minutes(1)
    world.dns.setFault('ips.backscatterer.example', { kind: 'parked', address: '203.0.113.80' })
    const deaf = { ...world.ports, events: () => Promise.resolve('failed' as const) }
    await probe(world.plan, deaf, live())
    expect([world.events, world.failures()]).toEqual([[], 1])
    await world.minutes(1)
    expect(world.events).toMatchObject([{ kind: 'zone-state', from: 'healthy', to: 'lists-the-world' }])
  })

  it('takes what the end of its own time cut off for no death', async () => {
    const world = worldOf(planOf([backscatterer]))
    await world.minutes(1)
    const before = new Map(world.ports.states.items)
    const ending = new AbortController()
    const lookUp: AddressLookup = () => {
      ending.abort()
      return Promise.resolve({ answer: 'failed', cause: 'aborted' })
    }
    await probe(world.plan, { ...world.ports, lookUp }, ending.signal)
    expect([world.ports.states.items, world.events, world.failures()]).toEqual([before, [], 0])
  })
})

describe('our own addresses and domains', () => {
  const note = {
    zone: backscatterer.zone,
    codes: [{ pattern: '127.0.0.2', meaning: 'Returned mail' }],
    url: 'https://b/',
  }

  it('are looked for at every list, safe mode or not, every 15 minutes, and a listing is told with its evidence', async () => {
    const own = { addresses: ['198.51.100.99', '203.0.113.66'] }
    const world = worldOf(planOf([bl, backscatterer], own, [note]))
    await world.minutes(31)
    const times = (name: string) => world.asked.filter((asked) => asked === name).length
    expect([times('99.100.51.198.ips.backscatterer.example'), times('99.100.51.198.bl.example')]).toEqual([3, 3])
    expect(world.events.toSorted((a, b) => (eventKey(a) < eventKey(b) ? -1 : 1))).toEqual([
      {
        schema_version: 1,
        kind: 'own-listed',
        at: '2026-11-21T10:00:00.000Z',
        subject: '198.51.100.99',
        zone: 'ips.backscatterer.example',
        since: '2026-11-21T10:00:00.000Z',
        codes: [{ code: '127.0.0.2', meaning: 'Returned mail' }],
        url: 'https://b/',
      },
      {
        schema_version: 1,
        kind: 'own-listed',
        at: '2026-11-21T10:00:00.000Z',
        subject: '203.0.113.66',
        zone: 'bl.example',
        since: '2026-11-21T10:00:00.000Z',
        codes: [{ code: '127.0.0.2' }],
      },
    ])
    expect(new Set(world.totals.map(({ ownListed }) => ownListed))).toEqual(new Set([2]))
  })

  it('are told to be gone from a list once, with the time since when they stood there', async () => {
    const world = worldOf(planOf([backscatterer], { addresses: ['198.51.100.99'] }))
    await world.minutes(1)
    world.dns.removeZone('99.100.51.198.ips.backscatterer.example')
    await world.minutes(40)
    expect(world.events.slice(1)).toEqual([
      {
        schema_version: 1,
        kind: 'own-delisted',
        at: '2026-11-21T10:15:00.000Z',
        subject: '198.51.100.99',
        zone: 'ips.backscatterer.example',
        since: '2026-11-21T10:00:00.000Z',
        codes: [{ code: '127.0.0.2' }],
      },
    ])
    expect(world.totals.at(-1)?.ownListed).toBe(0)
  })

  it('are not listed by a list that lists the world, nor delisted by one that is empty', async () => {
    const world = worldOf(planOf([backscatterer], { addresses: ['198.51.100.99', '198.51.100.10'] }))
    world.dns.setFault('ips.backscatterer.example', { kind: 'lists-everything', address: '127.0.0.2' })
    await world.minutes(1)
    world.dns.setFault('ips.backscatterer.example', null)
    await world.minutes(1)
    world.dns.setFault('ips.backscatterer.example', { kind: 'empty' })
    await world.minutes(60)
    const own = world.events.filter(({ kind }) => kind.startsWith('own'))
    expect(own).toMatchObject([{ kind: 'own-listed', subject: '198.51.100.99', at: '2026-11-21T10:01:00.000Z' }])
    expect(world.totals.at(-1)?.ownListed).toBe(1)
  })

  it('are asked before the control questions, so that a list that goes wrong in between lists nobody', async () => {
    const world = worldOf(planOf([backscatterer], { addresses: ['198.51.100.99'] }))
    await world.minutes(1)
    expect(world.asked[0]).toBe('99.100.51.198.ips.backscatterer.example')
  })

  it('are not looked for on a list that speaks for clients', async () => {
    const world = worldOf(planOf([wl], { addresses: ['198.51.100.7'] }))
    await world.minutes(1)
    expect([world.asked.includes('7.100.51.198.wl.example'), world.events]).toEqual([false, []])
  })

  it('count no more when they are no longer declared as ours', async () => {
    const world = worldOf(planOf([backscatterer], { addresses: ['198.51.100.99'] }))
    await world.minutes(1)
    await probe(planOf([backscatterer]), world.ports, live())
    expect(world.totals.map(({ ownListed }) => ownListed)).toEqual([1, 0])
  })

  it('are looked for by name on lists of domains, which have to pass TEST and INVALID', async () => {
    const zone = zoneOf('dbl.example', { terms: [], listingCodes: ['127.0.1.[2..254]'], errorCodes: ['127.0.1.255'] })
    const records = recordsOf(`$TTL 300
$ORIGIN dbl.example.
@ SOA ns.dbl.example. hostmaster.dbl.example. 1 1h 15m 7d 900
test A 127.0.1.2
ours.example A 127.0.1.2
`)
    const plan = planOf([], { domains: ['ours.example', 'other.example'], domainZones: [zone] })
    const world = worldOf(plan)
    world.dns.addRecords(records)
    expect(await world.minutes(1)).toEqual([{ zone: 'dbl.example', state: 'healthy' }])
    expect(world.asked).toEqual([
      'ours.example.dbl.example',
      'other.example.dbl.example',
      'test.dbl.example',
      'invalid.dbl.example',
      'x80000000.invalid.dbl.example',
    ])
    expect(world.events).toMatchObject([
      { kind: 'own-listed', subject: 'ours.example', codes: [{ code: '127.0.1.2' }] },
    ])
  })
})

describe('the key of an event', () => {
  it('is made of its day, its time and what it is about, and keeps a key of a zone in braces', () => {
    const at = '2026-11-21T10:00:00.000Z'
    const listing = { schema_version: 1, kind: 'own-listed', at, since: at, codes: [] } as const
    expect([
      eventKey({
        schema_version: 1,
        kind: 'zone-state',
        at,
        since: at,
        zone: '{dqs}.zen.example',
        from: 'healthy',
        to: 'empty',
        evidence: [],
      }),
      eventKey({ ...listing, subject: '2001:db8::9', zone: 'bl.example' }),
      eventKey({ schema_version: 1, kind: 'resolver-filters-127', at, resolver: 'r', zones: [] }),
    ]).toEqual([
      `events/dt=2026-11-21/${at}-zone-%7Bdqs%7D.zen.example.json`,
      `events/dt=2026-11-21/${at}-own-2001%3Adb8%3A%3A9-bl.example.json`,
      `events/dt=2026-11-21/${at}-resolver.json`,
    ])
  })
})

const start = Date.parse('2026-11-21T10:00:00.000Z')
const live = (): AbortSignal => new AbortController().signal

function planOf(
  zones: ProbePlan['policy']['dnsxl']['zones'],
  outbound: Partial<ProbePlan['outbound']> = {},
  notes: ProbePlan['zones'] = [],
): ProbePlan {
  const { dnsxl, dns, keys } = policyOf()
  return {
    policy: { dnsxl: { ...dnsxl, zones }, dns, keys },
    outbound: { addresses: [], domains: [], domainZones: [], ...outbound },
    zones: notes,
  }
}

function recordsOf(text: string) {
  const parsed = parseZoneFile(text, 'the test')
  if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems))
  return parsed.records
}

/** The zones of the samples, a clock that the test moves, and all that the probe left behind. */
function worldOf(plan: ProbePlan) {
  const dns = createZones(sampleRecords())
  const answer = lookupIn(dns)
  const asked: string[] = []
  const askedAt: number[] = []
  const authority = new Map<string, AddressAnswer>()
  const events: ProbeEvent[] = []
  const totals: ProbeTotals[] = []
  const states: (readonly ZoneCondition[])[] = []
  const health: (readonly [string, boolean])[] = []
  let now = start
  let failures = 0
  const ports = {
    lookUp: ((name, signal) => {
      asked.push(name)
      askedAt.push(now)
      return answer(name, signal)
    }) satisfies AddressLookup,
    askAuthority: (zone: string) => Promise.resolve(authority.get(zone) ?? null),
    states: createMemoryZoneStates(),
    events: (event: ProbeEvent) => {
      assertValidEvent(event)
      events.push(event)
      return Promise.resolve('written' as const)
    },
    metrics: {
      zone: (zone: string, healthy: boolean) => {
        health.push([zone, healthy])
      },
      probed: (found: ProbeTotals) => void totals.push(found),
      states: (found: readonly ZoneCondition[]) => void states.push(found),
      failed: () => {
        failures++
      },
    },
    clock: () => now,
    stopwatch: () => now,
    random: () => 0.5,
  }
  return {
    ...{ plan, dns, authority, asked, askedAt, events, totals, states, health, ports, failures: () => failures },
    /** A run each minute; the last one's outcome. */
    minutes: async (count: number) => {
      let probed = null
      for (let i = 0; i < count; i++) {
        probed = await probe(plan, ports, live())
        now += minute
      }
      return probed
    },
  }
}
