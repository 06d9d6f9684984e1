import type { AddressAnswer, ControlFact } from '../core/facts.ts'
import type { Policy } from '../core/policy.ts'
import type { AddressLookup } from '../ports/address-lookup.ts'
import type { ZoneHeard, ZoneLookup, ZoneLookUp } from '../ports/zone-lookup.ts'
import type { KeyReader } from './keys.ts'
import { createAnswerMemory } from './zones/answer-memory.ts'
import { createControls } from './zones/controls.ts'
import { createFlights } from './zones/flights.ts'
import { keyedLookup, withoutKeyLabel } from './zones/keyed-lookup.ts'
import { createMutes } from './zones/mutes.ts'
import { createNegativeTtls, type NegativeTtlLookup } from './zones/negative-ttls.ts'
import { createObservations } from './zones/observations.ts'

export type ZoneLookupOptions = {
  readonly policy: Pick<Policy, 'dnsxl' | 'dns'>
  readonly lookUp: AddressLookup
  readonly soaOf: NegativeTtlLookup
  readonly keys: KeyReader
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number
  /** Zones that are known to be dead from elsewhere: not asked, as if muted. @default none */
  readonly skip?: (zone: string) => boolean
  /** Answers that are kept. @default 10000 */
  readonly limit?: number
}

/**
 * The zone look-up of one function instance: what it keeps, shares, and leaves alone.
 *
 * Nothing in here makes a verdict harsher. A zone that is left alone answers `muted`, which counts for nothing, and
 * disarms the rule where the zone could have spoken for the client.
 */
export const createZoneLookup = (options: ZoneLookupOptions): ZoneLookup => {
  const { policy, skip = () => false } = options
  const { clock = Date.now, random = Math.random, limit = 10_000 } = options
  const lookUp = keyedLookup(options.lookUp, options.keys)
  const memory = createAnswerMemory(limit, clock)
  const mutes = createMutes(clock)
  const negativeTtls = createNegativeTtls((zone, signal) => options.soaOf(withoutKeyLabel(zone), signal), clock)
  const observations = createObservations({ policy, memory, mutes, negativeTtls })
  const controls = createControls({ ask: lookUp, heard: observations.controlled, clock, random })
  const flights = createFlights<ZoneHeard>(clock)
  const untestable = new Set(policy.dnsxl.zones.filter(({ testEntries }) => !testEntries).map(({ zone }) => zone))
  const isLeftAlone = (zone: string): boolean => skip(zone) || mutes.isMuted(zone)

  const ask = async ({ zone, name }: ZoneLookUp, signal: AbortSignal): Promise<ZoneHeard> => {
    const sentAt = clock()
    // Asked beside the question, the zone's time for negative answers is often there when such an answer comes.
    negativeTtls(zone)
    const answer = await lookUp(name, signal)
    const heardAt = clock()
    observations.answered({ zone, name, answer, sentAt, heardAt })
    return { answer, heardAt }
  }

  return {
    lookUp: async (question, signal) => {
      if (signal.aborted) return { answer: failed('aborted'), heardAt: clock() }
      if (isLeftAlone(question.zone)) return { answer: failed('muted'), heardAt: clock() }
      const kept = memory.recall(question.name)
      if (kept !== null) return kept
      // What is older was given up long ago, by a process that was frozen before it noticed.
      const since = clock() - policy.dns.budgetMs
      const heard = await flights.share(question.name, since, (shared) => ask(question, shared), signal)
      return heard ?? { answer: failed('aborted'), heardAt: clock() }
    },
    control: async (zone, family, since, signal): Promise<ControlFact> => {
      if (untestable.has(zone)) return { answer: 'not-asked', why: 'no-test-entries' }
      if (signal.aborted) return unanswered('aborted')
      if (isLeftAlone(zone)) return unanswered('muted')
      return (await controls({ zone, family, since }, signal)) ?? unanswered('aborted')
    },
  }
}

type FailureCause = Extract<AddressAnswer, { answer: 'failed' }>['cause']

const failed = (cause: FailureCause): AddressAnswer => ({ answer: 'failed', cause })

const unanswered = (cause: FailureCause): ControlFact => {
  const answer = failed(cause)
  return { answer: 'heard', listed: answer, unlisted: answer, unheardOf: answer }
}
