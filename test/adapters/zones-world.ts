import type { KeyReader } from '../../lambda/adapters/keys.ts'
import { createZoneLookup, type ZoneLookupOptions } from '../../lambda/adapters/zones.ts'
import type { AddressAnswer, ControlFact } from '../../lambda/core/facts.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import type { ZoneHeard, ZoneLookup } from '../../lambda/ports/zone-lookup.ts'
import { lookupIn } from '../../local/dns/lookup.ts'
import type { Zones } from '../../local/dns/zones.ts'
import { listPolicy, weighing, zoneOf } from '../builders.ts'
import { never, question, worldOfZones } from '../contract/zone-lookup.ts'

export type ZonesWorld = {
  readonly dns: Zones
  readonly zones: ZoneLookup
  /** The names that were asked for, in order. */
  readonly asked: string[]
  /** The zones whose SOA was asked for. */
  readonly askedSoa: string[]
  readonly clock: () => number
  readonly wait: (seconds: number) => void
  /** `ip` reversed, as in the name. */
  readonly ask: (ip?: string, zone?: string) => Promise<AddressAnswer>
  readonly hear: (ip?: string, zone?: string) => Promise<ZoneHeard>
  /** As the filter asks: after this was heard. */
  readonly check: (heard: ZoneHeard, zone?: string) => Promise<ControlFact>
}

export const noKeys: KeyReader = () => Promise.resolve(null)

/** The adapter over zones in memory, with a clock that stands still until it is told to wait. */
export const zonesWorld = (
  changes: Partial<ZoneLookupOptions> = {},
  between: (lookUp: AddressLookup) => AddressLookup = (lookUp) => lookUp,
): ZonesWorld => {
  const dns = worldOfZones()
  let now = Date.UTC(2026, 10, 21)
  const asked: string[] = []
  const askedSoa: string[] = []
  const clock = () => now
  const inner = between(lookupIn(dns))
  let drawn = 0
  const zones = createZoneLookup({
    policy: listPolicy(
      zoneOf('list.example', { errorCodes: ['127.0.1.255'] }),
      weighing('allow.example', -3),
      zoneOf('bare.example', { testEntries: false }),
    ),
    lookUp: (name, signal) => {
      asked.push(name)
      return inner(name, signal)
    },
    soaOf: (zone) => {
      askedSoa.push(zone)
      const reply = dns.reply(zone, 'SOA')
      const [record] = reply.kind === 'answer' ? reply.answer.answers : []
      return Promise.resolve(record?.type === 'SOA' ? record.data.minimum : null)
    },
    keys: noKeys,
    clock,
    // Every drawing is another number: 0/256, 1/256 ...
    random: () => (drawn++ % 256) / 256,
    ...changes,
  })
  const hear = (ip?: string, zone?: string) => zones.lookUp(question(ip, zone), never())
  return {
    dns,
    zones,
    asked,
    askedSoa,
    clock,
    wait: (seconds) => {
      now += seconds * 1000
    },
    hear,
    ask: async (ip, zone) => (await hear(ip, zone)).answer,
    check: ({ heardAt }, zone = 'list.example') => zones.control(zone, 'ipv4', heardAt, never()),
  }
}

export const listing: AddressAnswer = { answer: 'addresses', addresses: ['127.0.0.4', '127.0.0.9'], ttlSeconds: 300 }
export const testEntry: AddressAnswer = { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 300 }
export const nobody: AddressAnswer = { answer: 'none', why: 'no-such-name' }
export const muted: AddressAnswer = { answer: 'failed', cause: 'muted' }
export const healthy: ControlFact = { answer: 'heard', listed: testEntry, unlisted: nobody, unheardOf: nobody }
export const worldLister: ControlFact = { ...healthy, unlisted: testEntry, unheardOf: testEntry }
export const allMuted: ControlFact = { answer: 'heard', listed: muted, unlisted: muted, unheardOf: muted }
