import type { Facts, ZoneFact } from '../facts.ts'
import type { Policy, ZonePolicy } from '../policy.ts'
import type { Finding, Reason, Rule } from '../reasons.ts'
import { matches, parsePattern, readAnswer } from '../protocol/dnsxl.ts'

/**
 * Stops mail from a client that enough zones list.
 *
 * A zone that refused us or timed out has said nothing about the client. It is reported, so that a blind spot shows, but it
 * never counts: some zones answer 127.255.255.254 to any query from a cloud resolver, and a filter that took any answer for
 * a listing would stop all mail that day. Where a zone that could have spoken *for* the client is silent, nothing is
 * stopped at all: half a formula is not the formula.
 */
export const dnsxl: Rule = ({ message, zones }, policy) => {
  if (policy.dnsxl.zones.length === 0) return []
  if (message.client.kind === 'unknown' && zones.some(wasLeftOutForTheClient)) {
    return [found({ code: 'client-unknown', why: message.client.why })]
  }
  const heard = zones.map((fact) => hear(fact, policy))
  return [...heard.flatMap(({ reasons }) => reasons).map((reason) => found(reason)), ...weigh(heard, policy)]
}

type Heard = {
  readonly zone: string
  readonly terms: readonly ZonePolicy[]
  /** The terms whose pattern matched, each once however many records matched it. */
  readonly matched: readonly ZonePolicy[]
  readonly silent: boolean
  readonly reasons: readonly Reason[]
}

function hear(fact: ZoneFact, policy: Policy): Heard {
  const { zone, answer } = fact
  const terms = policy.dnsxl.zones.filter((term) => term.zone === zone)
  const nothing = { zone, terms, matched: [], silent: false, reasons: [] }
  if (answer.answer === 'not-asked' || answer.answer === 'none') return nothing
  if (answer.answer === 'failed') {
    return { ...nothing, silent: true, reasons: [{ code: 'zone-silent', zone, cause: answer.cause }] }
  }
  const reading = readAnswer(answer.addresses)
  if (reading.kind !== 'codes') {
    const found = reading.kind === 'error-code' ? reading.code : reading.address
    return { ...nothing, silent: true, reasons: [{ code: 'zone-silent', zone, cause: reading.kind, answer: found }] }
  }
  const matched = terms.filter((term) => reading.codes.some((code) => isMatch(term.pattern, code)))
  return { ...nothing, matched, reasons: [listingOf(zone, reading.codes, matched)] }
}

function listingOf(zone: string, codes: readonly string[], matched: readonly ZonePolicy[]): Reason {
  const [first] = matched
  if (first === undefined) return { code: 'zone-code-undeclared', zone, return_codes: codes }
  return { code: 'zone-listed', zone, operator: first.operator, return_codes: codes, weight: sumOf(matched) }
}

function weigh(heard: readonly Heard[], { dnsxl: { record, stop, action } }: Policy): readonly Finding[] {
  const matched = heard.flatMap((zone) => zone.matched)
  const score = sumOf(matched)
  if (score >= stop) {
    const against = matched.filter(({ weight }) => weight > 0)
    const operators = [...new Set(against.map(({ operator }) => operator))]
    const disarming = heard.find(({ silent, terms }) => silent && terms.some(({ weight }) => weight < 0))
    if (disarming !== undefined) return [found({ code: 'dnsxl-disarmed', zone: disarming.zone, score })]
    if (operators.length >= 2 || against.some(({ authoritative }) => authoritative)) {
      return [found({ code: 'dnsxl-stopped', score, threshold: stop, operators }, action)]
    }
    return [found({ code: 'dnsxl-one-operator', score, threshold: stop, operator: operators[0] ?? '' })]
  }
  return score >= record && matched.length > 0 ? [found({ code: 'dnsxl-recorded', score, threshold: record })] : []
}

function isMatch(text: string, code: string): boolean {
  const pattern = parsePattern(text)
  return pattern.kind === 'pattern' && matches(pattern, code)
}

function wasLeftOutForTheClient({ answer }: Facts['zones'][number]): boolean {
  return answer.answer === 'not-asked' && answer.why === 'client-unknown'
}

function sumOf(terms: readonly ZonePolicy[]): number {
  return terms.reduce((sum, { weight }) => sum + weight, 0)
}

function found(reason: Reason, effect: Finding['effect'] = 'deliver'): Finding {
  return { by: 'dnsxl', effect, recipient: null, reason }
}
