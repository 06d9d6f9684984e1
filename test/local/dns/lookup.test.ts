import { describe, expect, it } from 'vitest'
import { keyLookupIn, lookupIn, lookupOf } from '../../../local/dns/lookup.ts'
import { createZones } from '../../../local/dns/zones.ts'
import { describeAddressLookup } from '../../contract/address-lookup.ts'
import { describeKeyLookup } from '../../contract/key-lookup.ts'

describeAddressLookup('the look-up in memory', (records, faults) => {
  const zones = createZones(records)
  for (const [suffix, fault] of faults) zones.setFault(suffix, fault)
  return Promise.resolve({ lookup: lookupIn(zones), close: () => Promise.resolve() })
})

describeKeyLookup('the look-up in memory', (records, faults) => {
  const zones = createZones(records)
  for (const [suffix, fault] of faults) zones.setFault(suffix, fault)
  return Promise.resolve({ lookup: keyLookupIn(zones), close: () => Promise.resolve() })
})

describe('lookupOf', () => {
  it('answers from the records that it was given', async () => {
    const lookup = lookupOf([{ name: 'a.example', type: 'A', ttl: 5, data: '127.0.0.2' }])
    const { signal } = new AbortController()
    expect(await lookup('a.example', signal)).toEqual({ answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 5 })
    expect(await lookup('b.example', signal)).toEqual({ answer: 'none', why: 'no-such-name' })
  })
})
