import { controlNames, type ControlNames, type QuestionFamily } from '../core/control-questions.ts'
import type { ControlFact } from '../core/facts.ts'
import type { ZonePolicy } from '../core/policy.ts'
import { heardQuestion, type HeardQuestion } from '../core/probe-events.ts'
import { healthOf } from '../core/rules/zone-health.ts'
import type { ProbedHealth } from '../core/zone-state.ts'
import type { ProbePorts } from './run.ts'

/** What a zone's control questions in one family amount to, and what was heard. */
export type Control = {
  readonly family: QuestionFamily
  readonly health: ProbedHealth
  readonly evidence: readonly HeardQuestion[]
}

/** Asks them all at once, and never from a memory. */
export async function askControls(
  family: QuestionFamily,
  zone: ZonePolicy,
  { lookUp, random }: ProbePorts,
  signal: AbortSignal,
): Promise<Control> {
  const names = controlNames(family, zone.zone, random())
  const ask = async (question: keyof ControlNames) => ({
    question,
    name: names[question],
    answer: await lookUp(names[question], signal),
  })
  const [listed, unlisted, unheardOf] = await Promise.all([ask('listed'), ask('unlisted'), ask('unheardOf')])
  const control: ControlFact = {
    answer: 'heard',
    listed: listed.answer,
    unlisted: unlisted.answer,
    unheardOf: unheardOf.answer,
  }
  const health = healthOf(control, zone)
  return {
    family,
    // Only of a control that was not asked is there nothing to say.
    health: health === null || health === 'untestable' ? 'silent' : health,
    evidence: [listed, unlisted, unheardOf].map(({ name, answer }) => heardQuestion(name, answer)),
  }
}
