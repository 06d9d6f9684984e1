import { familiesOf, type QuestionFamily } from '../core/control-questions.ts'
import { isAllowList } from '../core/own-listing.ts'
import type { ZonePolicy } from '../core/policy.ts'
import type { ProbePlan } from '../core/probe-plan.ts'
import { queryName } from '../core/protocol/dnsxl.ts'
import { familyOf } from '../core/protocol/ip.ts'

/** A zone, the ways to ask it, and what of ours may stand on it. */
export type Target = {
  readonly zone: ZonePolicy
  readonly families: readonly QuestionFamily[]
  readonly own: readonly Own[]
}

/** An address or domain of ours, and the name to ask the zone for it. */
export type Own = { readonly subject: string; readonly family: QuestionFamily; readonly name: string }

/** Zones without test entries are left out: nobody can tell whether they work, and nothing that they say would count. */
export function targetsOf({ policy, outbound }: ProbePlan): readonly Target[] {
  const byAddress = policy.dnsxl.zones.map((zone): Target => {
    const families = familiesOf(zone)
    const own = outbound.addresses.flatMap((subject): readonly Own[] => {
      const family = familyOf(subject)
      return families.includes(family) ? [{ subject, family, name: queryName(subject, zone.zone) }] : []
    })
    return { zone, families, own: isAllowList(zone) ? [] : own }
  })
  const byDomain = outbound.domainZones.map((zone): Target => {
    const own = outbound.domains.map((subject): Own => ({ subject, family: 'domain', name: `${subject}.${zone.zone}` }))
    return { zone, families: ['domain'], own }
  })
  return [...byAddress, ...byDomain].filter(({ zone }) => zone.testEntries)
}
