import { controlNames } from '../core/control-questions.ts'
import { heardQuestion } from '../core/probe-events.ts'
import { matchesText, readAnswer } from '../core/protocol/dnsxl.ts'
import type { ZonePolicy } from '../core/policy.ts'
import type { AddressAnswer } from '../core/facts.ts'
import type { ZoneItem } from '../ports/zone-states.ts'
import type { Control } from './controls.ts'
import type { Run } from './run.ts'
import type { Target } from './targets.ts'

/**
 * Whether a zone that passed was emptied behind the resolver's back.
 *
 * A resolver remembers for hours that 127.0.0.2 is listed, and there is no other name that a zone is known to list. So the
 * zone's own name servers are asked. They are believed only about a zone that they have listed the entry of before: of
 * some zones the servers that one finds only know where to ask further, and would seem to have nothing.
 */
export async function askAuthority(
  { zone, families }: Target,
  controls: readonly Control[],
  previous: ZoneItem | null,
  { ports, signal }: Run,
): Promise<{ readonly controls: readonly Control[]; readonly authorityLists: boolean }> {
  const before = previous?.authorityLists === true
  const [family] = families
  const [first, ...others] = controls
  const unchanged = { controls, authorityLists: before }
  if (family === undefined || first === undefined || controls.some(({ health }) => health !== 'healthy'))
    return unchanged
  const { listed } = controlNames(family, zone.zone, 0)
  const answer = await ports.askAuthority(zone.zone, listed, signal)
  if (answer === null) return unchanged
  if (lists(answer, zone)) return { controls, authorityLists: true }
  if (!before || answer.answer !== 'none') return unchanged
  const emptied: Control = { ...first, health: 'empty', evidence: [...first.evidence, heardQuestion(listed, answer)] }
  return {
    controls: [emptied, ...others.map((control): Control => ({ ...control, health: 'empty' }))],
    authorityLists: true,
  }
}

function lists(answer: AddressAnswer, zone: ZonePolicy): boolean {
  if (answer.answer !== 'addresses') return false
  const reading = readAnswer(answer.addresses, zone)
  if (reading.kind !== 'codes') return false
  return zone.listingCodes.some((pattern) => reading.codes.some((code) => matchesText(pattern, code)))
}
