import type { AddressAnswer, ControlFact } from '../facts.ts'
import type { ZonePolicy } from '../policy.ts'
import { matchesText, readAnswer } from '../protocol/dnsxl.ts'
import type { UnsoundState } from '../reasons.ts'

/**
 * What the control questions of a zone amount to (RFC 5782 5): it must list what every zone lists, with a code that it
 * gives for listings, and must not list what no zone lists. `null`: they were not asked.
 *
 * What nobody lists must not be answered at all, be it in 127/8 or outside: a parked domain and a list that was closed by
 * listing the world look alike from here. The worst that was heard counts, and a question that went unanswered is never
 * taken for a pass.
 */
export function healthOf(control: ControlFact, zone: ZonePolicy): 'healthy' | UnsoundState | null {
  if (control.answer === 'not-asked') return control.why === 'no-test-entries' ? 'untestable' : null
  const { listed, unlisted, unheardOf } = control
  const states = [stateOfUnlisted(unlisted, zone), stateOfUnlisted(unheardOf, zone), stateOfListed(listed, zone)]
  return worstFirst.find((state) => states.includes(state)) ?? 'healthy'
}

const worstFirst: readonly UnsoundState[] = ['lists-the-world', 'refusing', 'empty', 'silent']

function stateOfUnlisted(answer: AddressAnswer, zone: ZonePolicy): 'healthy' | UnsoundState {
  if (answer.answer === 'none') return 'healthy'
  if (answer.answer === 'failed') return 'silent'
  return readAnswer(answer.addresses, zone).kind === 'error-code' ? 'refusing' : 'lists-the-world'
}

function stateOfListed(answer: AddressAnswer, zone: ZonePolicy): 'healthy' | UnsoundState {
  if (answer.answer === 'none') return 'empty'
  if (answer.answer === 'failed') return 'silent'
  const reading = readAnswer(answer.addresses, zone)
  if (reading.kind === 'error-code') return 'refusing'
  if (reading.kind === 'not-a-dnsxl') return 'empty'
  const known = zone.listingCodes.some((pattern) => reading.codes.some((code) => matchesText(pattern, code)))
  return known ? 'healthy' : 'empty'
}
