import { createAddressLookup } from '../lambda/adapters/dns.ts'
import { createZoneLookup, type ZoneLookupOptions } from '../lambda/adapters/zones.ts'
import type { AddressAnswer } from '../lambda/core/facts.ts'
import type { Policy } from '../lambda/core/policy.ts'
import { gatherFacts } from '../lambda/filter.ts'
import type { ZoneLookup } from '../lambda/ports/zone-lookup.ts'
import { startDnsServer } from '../local/dns/server.ts'
import { createMemoryBouncePorts } from '../local/memory/bounce-ports.ts'
import { createMemoryEntries } from '../local/memory/entries.ts'
import { createMemoryDirectory } from '../local/memory/recipient-directory.ts'
import { listPolicy, messageOf, zoneOf } from '../test/builders.ts'
import { rounded } from './median.ts'
import { sampleDirectory } from './samples.ts'

export type ZoneTimes = {
  /** One zone that answers after 20 ms, alone: what a round trip takes on this machine. Median. */
  readonly zone_alone_ms: number
  /** Eight zones that answer after 20 ms and one that never does, and is muted by then. From question to last answer. */
  readonly zones_p50_ms: number
  readonly zones_p99_ms: number
  /** The slowest of the messages that found out that the ninth is dead. */
  readonly zones_dead_ms: number
  /** For 10,000 look-ups of 1,000 addresses, divided by the number of zones. */
  readonly zone_queries_per_1000_addresses: number
}

const living = 8
const roundTripMs = 20

/** Measures the question stage of the filter with the DNS adapter over UDP. Takes about 25 s, most of it waiting. */
export async function measureZones(messages: number): Promise<ZoneTimes> {
  const dns = await startDnsServer({ records: [] })
  const names = Array.from({ length: living }, (_, i) => `bl${i}.example`)
  for (const name of names) dns.setFault(name, { kind: 'slow', ms: roundTripMs })
  dns.setFault('dead.example', { kind: 'silent' })
  const policy = policyOf([...names, 'dead.example'], [dns.address])
  const zones = zonesOver(policy, createAddressLookup(policy.dns))
  const dying: number[] = []
  for (let i = 0; i < 3; i++) dying.push(await timeOf(i, policy, zones))
  const alone = policyOf(['bl0.example'], [dns.address])
  const zoneAlone = zonesOver(alone, createAddressLookup(alone.dns))
  const muted: number[] = []
  const single: number[] = []
  for (let i = 3; i < messages + 3; i++) {
    single.push(await timeOf(i, alone, zoneAlone))
    muted.push(await timeOf(i, policy, zones))
  }
  await dns.close()
  return {
    zone_alone_ms: rounded(quantileOf(single, 0.5)),
    zones_p50_ms: rounded(quantileOf(muted, 0.5)),
    zones_p99_ms: rounded(quantileOf(muted, 0.99)),
    zones_dead_ms: rounded(Math.max(...dying)),
    zone_queries_per_1000_addresses: await queriesPerZone(policyOf(names, null)),
  }
}

async function queriesPerZone(policy: Policy): Promise<number> {
  let queries = 0
  const answer: AddressAnswer = { answer: 'none', why: 'no-such-name' }
  const zones = zonesOver(policy, () => {
    queries += 1
    return Promise.resolve(answer)
  })
  for (let i = 0; i < 10_000; i++) await timeOf(i % 1000, policy, zones)
  return queries / policy.dnsxl.zones.length
}

function policyOf(names: readonly string[], servers: readonly string[] | null): Policy {
  const policy = listPolicy(...names.map((name) => zoneOf(name)))
  return { ...policy, dns: { ...policy.dns, servers } }
}

function zonesOver(policy: Policy, lookUp: ZoneLookupOptions['lookUp']): ZoneLookup {
  return createZoneLookup({ policy, lookUp, soaOf: () => Promise.resolve(900), keys: () => Promise.resolve(null) })
}

/** Milliseconds that the zones of one message take; `i` is the client, one of 65,536. */
async function timeOf(i: number, policy: Policy, zones: ZoneLookup): Promise<number> {
  const message = messageOf({ client: { kind: 'client', ip: `1.2.${i >> 8}.${i & 255}`, helo: 'mail.example' } })
  const metrics = { failed: () => undefined }
  const ports = {
    ...bouncePorts,
    directory,
    zones,
    entries: createMemoryEntries(),
    metrics,
    stopwatch: () => performance.now(),
  }
  return (await gatherFacts(message, policy, ports, signal)).timings.zones
}

const signal = new AbortController().signal
const directory = createMemoryDirectory(sampleDirectory)
const bouncePorts = createMemoryBouncePorts()

function quantileOf(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0
}
