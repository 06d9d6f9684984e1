import { beforeEach, describe, expect, it } from 'vitest'
import type { ControlFact } from '../../lambda/core/facts.ts'
import type { Policy } from '../../lambda/core/policy.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import type { ZoneLookup } from '../../lambda/ports/zone-lookup.ts'
import { lookupIn } from '../../local/dns/lookup.ts'
import { parseZoneFile } from '../../local/dns/zone-file.ts'
import { createZones, type Zones } from '../../local/dns/zones.ts'
import { listPolicy, zoneOf } from '../builders.ts'

export type ZonesUnderTest = {
  readonly zones: ZoneLookup
  /** The time by which answers are heard, milliseconds since 1970. */
  readonly clock: () => number
}

export type MakeZoneLookup = (policy: Policy, lookUp: AddressLookup) => ZonesUnderTest

/** `list.example` as a zone should be, with IPv6; `bare.example` has no test entries. */
export const worldOfZones = (): Zones => {
  const file = parseZoneFile(world, 'zones.zone')
  if (file.kind === 'problems') throw new Error(file.problems.map(({ found }) => found).join())
  return createZones(file.records)
}

const nibbles = '0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0'

const world = `
$TTL 300
$ORIGIN list.example.
@             SOA  ns hostmaster 1 1h 15m 7d 120
2.0.0.127     A    127.0.0.2
2.${nibbles}  A    127.0.0.2
9.100.51.198  A    127.0.0.4
              A    127.0.0.9
$ORIGIN allow.example.
@             SOA  ns hostmaster 1 1h 15m 7d 900
2.0.0.127     A    127.0.10.0
$ORIGIN bare.example.
@             SOA  ns hostmaster 1 1h 15m 7d 120
9.100.51.198  A    127.0.0.2
`

const policy = listPolicy(zoneOf('list.example'), zoneOf('bare.example', { testEntries: false }))
const listed = { answer: 'addresses', addresses: ['127.0.0.4', '127.0.0.9'], ttlSeconds: 300 }
const testEntry = { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 300 }
const nobody = { answer: 'none', why: 'no-such-name' }
const healthy = { answer: 'heard', listed: testEntry, unlisted: nobody, unheardOf: nobody }

export const never = (): AbortSignal => new AbortController().signal

export const question = (ip = '9.100.51.198', zone = 'list.example') => ({ zone, name: `${ip}.${zone}` })

/** The contract of `lambda/ports/zone-lookup.ts`. */
export const describeZoneLookup = (name: string, make: MakeZoneLookup): void => {
  describe(`${name}, as a zone look-up`, () => {
    let dns: Zones
    let under: ZonesUnderTest
    beforeEach(() => {
      dns = worldOfZones()
      under = make(policy, lookupIn(dns))
    })
    const control = (zone = 'list.example', family: 'ipv4' | 'ipv6' = 'ipv4'): Promise<ControlFact> =>
      under.zones.control(zone, family, under.clock(), never())

    it('gives all that a zone says of a name, and when that was heard', async () => {
      const before = under.clock()
      const { answer, heardAt } = await under.zones.lookUp(question(), never())
      expect(answer).toEqual(listed)
      expect(heardAt).toBeGreaterThanOrEqual(before)
      expect(heardAt).toBeLessThanOrEqual(under.clock())
    })

    it('says that a zone does not list a name', async () => {
      expect((await under.zones.lookUp(question('8.100.51.198'), never())).answer).toEqual(nobody)
    })

    it.each(['servfail', 'refused'] as const)('resolves when the zone answers %s', async (kind) => {
      dns.setFault('list.example', { kind })
      expect((await under.zones.lookUp(question(), never())).answer).toEqual({ answer: 'failed', cause: kind })
      const failed = { answer: 'failed', cause: kind }
      expect(await control()).toEqual({ answer: 'heard', listed: failed, unlisted: failed, unheardOf: failed })
    })

    it('resolves when the zone is silent', async () => {
      dns.setFault('list.example', { kind: 'silent' })
      expect((await under.zones.lookUp(question(), never())).answer).toEqual({ answer: 'failed', cause: 'timeout' })
    })

    it('resolves for a name that the DNS cannot have', async () => {
      const { answer } = await under.zones.lookUp(question(`${'a'.repeat(64)}.51.198`), never())
      expect(answer).toEqual({ answer: 'failed', cause: 'malformed' })
    })

    it.each(['ipv4', 'ipv6'] as const)('asks a zone of three addresses of %s that show how it is', async (family) => {
      expect(await control('list.example', family)).toEqual(healthy)
    })

    it('hears of a zone that lists the world that it does', async () => {
      dns.setFault('list.example', { kind: 'lists-everything', address: '127.0.0.2' })
      expect(await control()).toEqual({ ...healthy, unlisted: testEntry, unheardOf: testEntry })
    })

    it('does not take an earlier control for one that was asked since', async () => {
      expect(await control()).toEqual(healthy)
      dns.setFault('list.example', { kind: 'lists-everything', address: '127.0.0.2' })
      expect(await under.zones.control('list.example', 'ipv4', under.clock() + 1, never())).toEqual({
        ...healthy,
        unlisted: testEntry,
        unheardOf: testEntry,
      })
    })

    it('does not ask the control questions of a zone that has no test entries', async () => {
      expect(await control('bare.example')).toEqual({ answer: 'not-asked', why: 'no-test-entries' })
    })

    it('answers aborted, and never an address, when the signal has aborted before', async () => {
      const { answer } = await under.zones.lookUp(question(), AbortSignal.abort())
      expect(answer).toEqual({ answer: 'failed', cause: 'aborted' })
      const aborted = { answer: 'failed', cause: 'aborted' }
      expect(await under.zones.control('list.example', 'ipv4', 0, AbortSignal.abort())).toEqual({
        answer: 'heard',
        listed: aborted,
        unlisted: aborted,
        unheardOf: aborted,
      })
    })

    it('rejects for a bug, which is not something that the network said', async () => {
      const broken = make(policy, () => Promise.reject(new TypeError('no such function')))
      await expect(broken.zones.lookUp(question(), never())).rejects.toThrow('no such function')
      await expect(broken.zones.control('list.example', 'ipv4', 0, never())).rejects.toThrow('no such function')
    })
  })
}
