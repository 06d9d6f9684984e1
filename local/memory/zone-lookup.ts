import { controlNames } from '../../lambda/core/control-questions.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import type { ZoneLookup } from '../../lambda/ports/zone-lookup.ts'

/**
 * The zone look-up without a memory: it asks every time, mutes nobody, and knows no key. For tests and `explain`.
 *
 * `withoutTestEntries`: zones that the policy declares to have none.
 */
export const zoneLookupOf = (lookUp: AddressLookup, withoutTestEntries: readonly string[] = []): ZoneLookup => ({
  lookUp: async ({ name }, signal) => ({ answer: await lookUp(name, signal), heardAt: Date.now() }),
  control: async (zone, family, _since, signal) => {
    if (withoutTestEntries.includes(zone)) return { answer: 'not-asked', why: 'no-test-entries' }
    const names = controlNames(family, zone, Math.random())
    const [listed, unlisted, unheardOf] = await Promise.all([
      lookUp(names.listed, signal),
      lookUp(names.unlisted, signal),
      lookUp(names.unheardOf, signal),
    ])
    return { answer: 'heard', listed, unlisted, unheardOf }
  },
})
