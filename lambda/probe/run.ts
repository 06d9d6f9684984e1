import type { ProbeEvent } from '../core/probe-events.ts'
import type { ProbePlan } from '../core/probe-plan.ts'
import type { AddressLookup } from '../ports/address-lookup.ts'
import type { AuthorityLookup } from '../ports/authority-lookup.ts'
import type { EventLog } from '../ports/event-log.ts'
import type { ProbeMetrics } from '../ports/probe-metrics.ts'
import type { StateItem, ZoneStates } from '../ports/zone-states.ts'

/** What the probe needs of the world. `lookUp` takes names with keys in braces. */
export type ProbePorts = {
  readonly lookUp: AddressLookup
  readonly askAuthority: AuthorityLookup
  readonly states: ZoneStates
  readonly events: EventLog
  readonly metrics: ProbeMetrics
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Milliseconds since any moment. */
  readonly stopwatch: () => number
  /** From 0 to below 1. */
  readonly random: () => number
}

/** One run of the probe. `at`: when it began, milliseconds since 1970. */
export type Run = {
  readonly plan: ProbePlan
  readonly ports: ProbePorts
  readonly at: number
  readonly signal: AbortSignal
}

/** Whether the event is written; if not, that is counted. */
export async function tell(event: ProbeEvent, { ports, signal }: Run): Promise<boolean> {
  return isWritten(await ports.events(event, signal), ports)
}

/** Whether the item is written; if not, that is counted. */
export async function keep(item: StateItem, { ports, signal }: Run): Promise<boolean> {
  return isWritten(await ports.states.write(item, signal), ports)
}

export function isoOf(at: number): string {
  return new Date(at).toISOString()
}

function isWritten(answer: 'written' | 'failed', { metrics }: ProbePorts): boolean {
  if (answer === 'failed') metrics.failed()
  return answer === 'written'
}
