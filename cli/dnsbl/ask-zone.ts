import { controlNames, familiesOf } from '../../lambda/core/control-questions.ts'
import type { ControlFact, ZoneFact } from '../../lambda/core/facts.ts'
import type { ZonePolicy } from '../../lambda/core/policy.ts'
import { queryName } from '../../lambda/core/protocol/dnsxl.ts'
import { familyOf } from '../../lambda/core/protocol/ip.ts'
import type { UnsoundState } from '../../lambda/core/reasons.ts'
import { healthOf } from '../../lambda/core/rules/zone-health.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'

/** What a zone said of an address, and how the zone is: asked right after it, as the filter does. */
export type AskedZone = {
  readonly policy: ZonePolicy
  readonly fact: ZoneFact
  /** Milliseconds until the answer was there; null where it was not asked. */
  readonly milliseconds: number | null
  readonly health: AskedHealth | null
}

export type HealthState = 'healthy' | UnsoundState

/** The control questions of a zone in one family, and what they amount to. */
export type AskedHealth = {
  readonly family: 'ipv4' | 'ipv6'
  readonly control: ControlFact
  readonly state: HealthState
  /** Milliseconds until the last of the answers was there. */
  readonly milliseconds: number
}

export async function askZone(policy: ZonePolicy, ip: string, lookUp: AddressLookup): Promise<AskedZone> {
  const { zone } = policy
  const family = familyOf(ip)
  if (!familiesOf(policy).includes(family)) {
    const notAsked = { answer: 'not-asked', why: 'address-family' } as const
    const control = { answer: 'not-asked', why: 'nothing-to-count' } as const
    return { policy, fact: { zone, answer: notAsked, control }, milliseconds: null, health: null }
  }
  const started = performance.now()
  const answer = await lookUp(queryName(ip, zone), never)
  const milliseconds = since(started)
  const health = await askHealth(policy, family, lookUp)
  return { policy, fact: { zone, answer, control: health.control }, milliseconds, health }
}

export async function askHealth(
  policy: ZonePolicy,
  family: 'ipv4' | 'ipv6',
  lookUp: AddressLookup,
): Promise<AskedHealth> {
  const started = performance.now()
  const control = await askControl(policy, family, lookUp)
  return { family, control, state: healthOf(control, policy) ?? 'silent', milliseconds: since(started) }
}

async function askControl(
  { zone, testEntries }: ZonePolicy,
  family: 'ipv4' | 'ipv6',
  lookUp: AddressLookup,
): Promise<ControlFact> {
  if (!testEntries) return { answer: 'not-asked', why: 'no-test-entries' }
  const names = controlNames(family, zone, Math.random())
  const [listed, unlisted, unheardOf] = await Promise.all([
    lookUp(names.listed, never),
    lookUp(names.unlisted, never),
    lookUp(names.unheardOf, never),
  ])
  return { answer: 'heard', listed, unlisted, unheardOf }
}

/** Each question has a limit of its own in time. */
const never = new AbortController().signal

/** To three decimals, as in the records. */
function since(started: number): number {
  return Math.round((performance.now() - started) * 1000) / 1000
}
