import type { AddressAnswer } from '../../core/facts.ts'
import type { Policy, ZonePolicy } from '../../core/policy.ts'
import { readAnswer } from '../../core/protocol/dnsxl.ts'
import { healthOf } from '../../core/rules/zone-health.ts'
import type { AnswerMemory } from './answer-memory.ts'
import type { HeardControl } from './controls.ts'
import type { Mutes } from './mutes.ts'
import type { NegativeTtls } from './negative-ttls.ts'

/** What is learnt from what a zone says: what may be kept, and whether it is left alone for a while. */
export type Observations = {
  /** `sentAt` and `heardAt` in milliseconds since 1970. */
  readonly answered: (heard: Observed) => void
  readonly controlled: (zone: string, control: HeardControl, sentAt: number, heardAt: number) => void
}

export type Observed = {
  readonly zone: string
  readonly name: string
  readonly answer: AddressAnswer
  readonly sentAt: number
  readonly heardAt: number
}

export type ObservationsOptions = {
  readonly policy: Pick<Policy, 'dnsxl' | 'dns'>
  readonly memory: AnswerMemory
  readonly mutes: Mutes
  readonly negativeTtls: NegativeTtls
}

export const createObservations = ({ policy, memory, mutes, negativeTtls }: ObservationsOptions): Observations => {
  const zones = new Map(policy.dnsxl.zones.map((zone) => [zone.zone, zone]))
  const { timeoutMs } = policy.dns
  return {
    answered: ({ zone, name, answer, sentAt, heardAt }) => {
      noteTime(mutes, zone, [answer], heardAt - sentAt, timeoutMs)
      const known = zones.get(zone)
      const reading = answer.answer === 'addresses' ? readAnswer(answer.addresses, known).kind : answer.answer
      if (reading === 'error-code') mutes.refused(zone)
      // Failures and refusals say nothing of the address; and what is muted by now went wrong in the meantime.
      if ((reading !== 'none' && reading !== 'codes') || mutes.isMuted(zone)) return
      const seconds = answer.answer === 'addresses' ? positiveTtl(answer.ttlSeconds) : negativeTtls(zone)
      const mayCount = canCount(answer, known)
      memory.keep(name, { zone, answer, heardAt, until: heardAt + seconds * 1000, mayCount })
    },
    controlled: (zone, control, sentAt, heardAt) => {
      // Three packets that were sent together and lost together are one silence.
      noteTime(mutes, zone, [control.listed, control.unlisted, control.unheardOf], heardAt - sentAt, timeoutMs)
      const known = zones.get(zone)
      const health = known === undefined ? null : healthOf(control, known)
      if (health === 'healthy') {
        mutes.foundHealthy(zone)
        memory.vouch(zone, sentAt)
      } else if (health === 'lists-the-world' || health === 'empty' || health === 'refusing') {
        mutes.foundDead(zone)
        if (health === 'refusing') mutes.refused(zone)
        memory.forget(zone)
      }
    },
  }
}

/** Seconds, between a minute and an hour. */
const positiveTtl = (seconds: number): number => Math.min(Math.max(seconds, 60), 3600)

/** Whether a verdict may hang on an answer: on a listing, and on what a zone that speaks for clients does not say. */
const canCount = (answer: AddressAnswer, zone: ZonePolicy | undefined): boolean =>
  zone?.testEntries === true && (answer.answer === 'addresses' || zone.terms.some(({ weight }) => weight < 0))

/** A SERVFAIL in between does not end the row of time-outs: a resolver gives it for a zone that it could not reach either. */
const noteTime = (
  mutes: Mutes,
  zone: string,
  answers: readonly AddressAnswer[],
  waited: number,
  timeoutMs: number,
): void => {
  if (answers.some((answer) => isTimeout(answer, waited, timeoutMs))) mutes.timedOut(zone)
  else if (answers.every(({ answer }) => answer !== 'failed')) mutes.answered(zone)
}

/**
 * A question that was given up after a full time-out counts as one: the budget of a message may end just before the last
 * try does. One that was given up early does not: the zone is not to blame.
 */
const isTimeout = (answer: AddressAnswer, waited: number, timeoutMs: number): boolean =>
  answer.answer === 'failed' && (answer.cause === 'timeout' || (answer.cause === 'aborted' && waited >= timeoutMs))
