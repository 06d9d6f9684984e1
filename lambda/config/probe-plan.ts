import { policyOf, type Config } from '../config.ts'
import { findList } from '../core/catalogue.ts'
import type { ZonePolicy } from '../core/policy.ts'
import type { ProbePlan } from '../core/probe-plan.ts'

export type { ProbePlan } from '../core/probe-plan.ts'

/** What the scheduled probe is to ask for, with what the catalogue knows of the lists. */
export function probePlanOf(config: Config): ProbePlan {
  const { dnsxl, dns, keys } = policyOf(config)
  const { addresses, domains, domainZones } = config.outbound
  return {
    policy: { dnsxl, dns, keys },
    outbound: { addresses, domains, domainZones: domainZones.map(domainZoneOf) },
    zones: dnsxl.zones.flatMap(({ zone }) => {
      const list = findList(zone)
      return list === null ? [] : [{ zone, codes: list.codes, url: list.url }]
    }),
  }
}

/**
 * A list of domains. No catalogue knows its codes, so that whatever is in the usual blocks counts, as a listing of our own
 * is only shown to somebody; 127.0.1.255 is how such lists refuse a question that was put in the form for addresses.
 */
function domainZoneOf(zone: string): ZonePolicy {
  return {
    zone,
    terms: [],
    operator: zone,
    authoritative: false,
    appliesWhen: 'always',
    families: 'both',
    listingCodes: ['127.0.[0..1].[2..254]'],
    errorCodes: ['127.0.1.255'],
    definesLoopback: false,
    testEntries: true,
  }
}
