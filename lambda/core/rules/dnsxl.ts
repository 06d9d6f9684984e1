import type { Facts, ZoneFact } from '../facts.ts'
import type { Policy, ZonePolicy, ZoneTerm } from '../policy.ts'
import { lastExternalHop } from '../protocol/hops.ts'
import { matchesText, readAnswer } from '../protocol/dnsxl.ts'
import type { Finding, Reason, Rule, UnsoundState } from '../reasons.ts'
import { healthOf } from './zone-health.ts'

/**
 * Stops mail from a client that enough zones list.
 *
 * A zone that refused us or timed out has said nothing about the client. It is reported, so that a blind spot shows, but it
 * never counts: some zones answer 127.255.255.254 to any query from a cloud resolver, and a filter that took any answer for
 * a listing would stop all mail that day. A listing counts only if the zone passed its control questions after it gave it:
 * a zone that begins to list the world, is emptied, poisoned or parked has no effect from its first wrong answer on. Where
 * a zone that could have spoken *for* the client is silent or unsound, nothing is stopped at all: half a formula is not
 * the formula.
 */
export const dnsxl: Rule = (facts, policy) => {
  if (policy.dnsxl.zones.length === 0) return []
  const hop = lastExternalHop(facts.message.client, facts.message.received, policy.trustedRelays)
  if (hop.kind === 'unknown' && facts.zones.some(wasLeftOutForTheClient)) {
    return [found({ code: 'client-unknown', why: hop.why })]
  }
  const heard = facts.zones.flatMap((fact) => hear(fact, policy))
  return [...heard.flatMap(({ reasons }) => reasons).map((reason) => found(reason)), ...weigh(heard, policy)]
}

/**
 * Whether the control questions of a zone must be asked, given what the zones said so far: its answer would count, for or
 * against, or would have counted. Asked of nothing else, because most clients are listed nowhere.
 */
export function needsControl(fact: ZoneFact, zones: Facts['zones'], policy: Policy): boolean {
  const zone = policy.dnsxl.zones.find((candidate) => candidate.zone === fact.zone)
  if (zone?.testEntries !== true || fact.answer.answer === 'not-asked' || fact.answer.answer === 'failed') return false
  if (matchedTerms(fact, zone).length > 0) return true
  if (zone.appliesWhen === 'null-or-postmaster') return codesOf(fact, zone).length > 0
  // An allow list that was emptied says "not listed" of everybody: what it does not say stops mail, too.
  return mightSpeakFor(zone) && scoreIfAllSound(zones, policy) >= policy.dnsxl.stop
}

/** Whether a zone in safe mode lists the client, and is sound: a hint about a bounce, and about nothing else. */
export function isHintedAt({ zones }: Facts, policy: Policy): boolean {
  return zones.some((fact) =>
    hear(fact, policy).some(({ reasons }) => reasons.some(({ code }) => code === 'zone-hint')),
  )
}

type Heard = {
  readonly zone: ZonePolicy
  /** The terms that count: those whose pattern matched, each once however many records matched it. */
  readonly counted: readonly ZoneTerm[]
  /** It passed its control questions, so that what it said, and what it did not say, can be relied on. */
  readonly sound: boolean
  readonly reasons: readonly Reason[]
}

function hear(fact: ZoneFact, policy: Policy): readonly Heard[] {
  const zone = policy.dnsxl.zones.find((candidate) => candidate.zone === fact.zone)
  return zone === undefined || fact.answer.answer === 'not-asked' ? [] : [hearZone(fact, zone)]
}

function hearZone(fact: ZoneFact, zone: ZonePolicy): Heard {
  const silence = silenceOf(fact, zone)
  if (silence !== null) return { zone, counted: [], sound: false, reasons: [silence] }
  const codes = codesOf(fact, zone)
  const matched = matchedTerms(fact, zone)
  const health = zone.testEntries ? healthOf(fact.control, zone) : 'untestable'
  const heard = { zone, counted: [], sound: health === 'healthy' }
  if (codes.length === 0) {
    // `null`: nothing hung on the answer, so that nobody asked.
    return { ...heard, reasons: health === null || health === 'healthy' ? [] : [unsound(zone, health, [])] }
  }
  if (zone.appliesWhen === 'always' && matched.length === 0) {
    return { ...heard, reasons: [{ code: 'zone-code-undeclared', zone: zone.zone, return_codes: codes }] }
  }
  if (health !== 'healthy') return { ...heard, reasons: [unsound(zone, health ?? 'silent', codes)] }
  if (zone.appliesWhen === 'null-or-postmaster') {
    return { ...heard, reasons: [{ code: 'zone-hint', zone: zone.zone, return_codes: codes }] }
  }
  return { ...heard, counted: matched, reasons: [listing(zone, codes, matched)] }
}

function silenceOf({ answer }: ZoneFact, zone: ZonePolicy): Reason | null {
  if (answer.answer === 'failed') return { code: 'zone-silent', zone: zone.zone, cause: answer.cause }
  if (answer.answer !== 'addresses') return null
  const reading = readAnswer(answer.addresses, zone)
  if (reading.kind === 'codes') return null
  const said = reading.kind === 'error-code' ? reading.code : reading.address
  return { code: 'zone-silent', zone: zone.zone, cause: reading.kind, answer: said }
}

function codesOf({ answer }: ZoneFact, zone: ZonePolicy): readonly string[] {
  if (answer.answer !== 'addresses') return []
  const reading = readAnswer(answer.addresses, zone)
  return reading.kind === 'codes' ? reading.codes : []
}

function matchedTerms(fact: ZoneFact, zone: ZonePolicy): readonly ZoneTerm[] {
  if (zone.appliesWhen === 'null-or-postmaster') return []
  const codes = codesOf(fact, zone)
  return zone.terms.filter(({ pattern }) => codes.some((code) => matchesText(pattern, code)))
}

function unsound({ zone }: ZonePolicy, state: UnsoundState, codes: readonly string[]): Reason {
  return { code: 'zone-unsound', zone, state, return_codes: codes }
}

function listing({ zone, operator }: ZonePolicy, codes: readonly string[], matched: readonly ZoneTerm[]): Reason {
  return { code: 'zone-listed', zone, operator, return_codes: codes, weight: sumOf(matched) }
}

function weigh(heard: readonly Heard[], { dnsxl: { record, stop, action } }: Policy): readonly Finding[] {
  const score = sumOf(heard.flatMap(({ counted }) => counted))
  if (score >= stop) {
    const against = heard.filter(({ counted }) => counted.some(({ weight }) => weight > 0)).map(({ zone }) => zone)
    const operators = [...new Set(against.map(({ operator }) => operator))]
    const disarming = heard.find(({ sound, zone }) => !sound && mightSpeakFor(zone))
    if (disarming !== undefined) return [found({ code: 'dnsxl-disarmed', zone: disarming.zone.zone, score })]
    if (operators.length >= 2 || against.some(({ authoritative }) => authoritative)) {
      return [found({ code: 'dnsxl-stopped', score, threshold: stop, operators }, action)]
    }
    return [found({ code: 'dnsxl-one-operator', score, threshold: stop, operator: operators[0] ?? '' })]
  }
  const listed = heard.some(({ counted }) => counted.length > 0)
  return score >= record && listed ? [found({ code: 'dnsxl-recorded', score, threshold: record })] : []
}

function scoreIfAllSound(zones: Facts['zones'], policy: Policy): number {
  const terms = zones.flatMap((fact) => {
    const zone = policy.dnsxl.zones.find((candidate) => candidate.zone === fact.zone)
    return zone === undefined ? [] : matchedTerms(fact, zone)
  })
  return sumOf(terms.filter(({ weight }) => weight > 0))
}

function mightSpeakFor({ terms }: ZonePolicy): boolean {
  return terms.some(({ weight }) => weight < 0)
}

function wasLeftOutForTheClient({ answer }: ZoneFact): boolean {
  return answer.answer === 'not-asked' && answer.why === 'client-unknown'
}

function sumOf(terms: readonly ZoneTerm[]): number {
  return terms.reduce((sum, { weight }) => sum + weight, 0)
}

function found(reason: Reason, effect: Finding['effect'] = 'deliver'): Finding {
  return { by: 'dnsxl', effect, recipient: null, reason }
}
