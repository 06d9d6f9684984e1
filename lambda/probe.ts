import type { QuestionFamily } from './core/control-questions.ts'
import { isDead, isDue, nextZoneState, worstHealth, type ZoneCondition, type ZoneState } from './core/zone-state.ts'
import { resolverEvent, zoneStateEvent } from './core/probe-events.ts'
import type { ProbePlan } from './core/probe-plan.ts'
import { stateId, type StateItem, type ZoneItem } from './ports/zone-states.ts'
import { askAuthority } from './probe/authority.ts'
import { askControls, type Control } from './probe/controls.ts'
import { askOwn, isOwnDue, noteOwn } from './probe/own-listings.ts'
import { isoOf, keep, tell, type ProbePorts, type Run } from './probe/run.ts'
import { targetsOf, type Target } from './probe/targets.ts'

/** How each zone is now; `null`: the states could not be read, and nothing was asked. */
export type Probed = readonly { readonly zone: string; readonly state: ZoneCondition }[] | null

/**
 * One run of the scheduled probe: asks every zone that is due its control questions, looks for ourselves on it every 15
 * minutes, and writes down what changed. No message waits for it, and no verdict depends on it.
 *
 * An event is written before the state that it tells of. If either fails, the next run finds the same change again: an
 * event may come twice, and none is lost.
 */
export async function probe(plan: ProbePlan, ports: ProbePorts, signal: AbortSignal): Promise<Probed> {
  const at = ports.clock()
  const targets = targetsOf(plan)
  const ids = [...targets.map(({ zone: { zone } }) => stateId({ kind: 'zone', zone })), stateId({ kind: 'resolver' })]
  const before = await ports.states.read(ids, signal)
  if (before === null) {
    ports.metrics.failed()
    return null
  }
  const run: Run = { plan, ports, at, signal }
  const zones = await Promise.all(targets.map((target) => probeTarget(target, zoneItemIn(before, target), run)))
  const known = zones.filter((item) => item !== null)
  const filters = await noteResolver(known, before.get(stateId({ kind: 'resolver' })), run)
  ports.metrics.probed({
    zonesUnhealthy: known.filter(({ state }) => isDead(state.state)).length,
    resolverFilters127: filters,
    ownListed: new Set(known.flatMap(({ ownListed }) => ownListed)).size,
  })
  const states = known.map(({ zone, state }) => ({ zone, state: state.state }))
  ports.metrics.states(states.map(({ state }) => state))
  return states
}

async function probeTarget(target: Target, previous: ZoneItem | null, run: Run): Promise<ZoneItem | null> {
  const { ports, at, signal } = run
  const { zone } = target.zone
  if (!isDue(previous?.state ?? null, at)) {
    ports.metrics.zone(zone, false, null)
    return previous
  }
  // Our own addresses first: a listing counts only if the zone passes its control questions afterwards.
  const own = isOwnDue(target, previous, at) ? await askOwn(target, run) : []
  const started = ports.stopwatch()
  const asked = await Promise.all(target.families.map((family) => askControls(family, target.zone, ports, signal)))
  const milliseconds = ports.stopwatch() - started
  // What was cut off by the end of the run's own time says nothing of the zone.
  if (signal.aborted) return previous
  const { controls, authorityLists } = await askAuthority(target, asked, previous, run)
  const { sound, state, told } = await noteHealth(target, previous, controls, run)
  if (state.state !== 'unknown') ports.metrics.zone(zone, !isDead(state.state), milliseconds)
  const counted = own.filter(({ family }) => sound.includes(family))
  const found = await noteOwn(target, counted, previous, run)
  const item: ZoneItem = { kind: 'zone', zone, state, probedAt: isoOf(at), authorityLists, ...found }
  return told && (await keep(item, run)) ? item : (previous ?? item)
}

/** The families that passed, the state that the zone is in now, and whether the change could be told. */
async function noteHealth(
  { zone }: Target,
  previous: ZoneItem | null,
  controls: readonly Control[],
  run: Run,
): Promise<{ readonly sound: readonly QuestionFamily[]; readonly state: ZoneState; readonly told: boolean }> {
  const sound = controls.filter(({ health }) => health === 'healthy').map(({ family }) => family)
  const health = worstHealth(controls.map((control) => control.health))
  const { next, transition } = nextZoneState(previous?.state ?? null, { health, partly: sound.length > 0 }, run.at)
  const evidence = controls.flatMap((control) => control.evidence)
  const told = transition === null || (await tell(zoneStateEvent(zone.zone, transition, evidence, run.at), run))
  return { sound, state: next, told }
}

/**
 * Every zone empty at once: not the zones died, but what stands in between takes answers in 127.0.0.0/8 away, as a guard
 * against DNS rebinding does. With a single zone the two cannot be told apart.
 */
async function noteResolver(zones: readonly ZoneItem[], item: StateItem | undefined, run: Run): Promise<boolean> {
  const filters = zones.length > 1 && zones.every(({ state }) => state.state === 'empty')
  const before = item?.kind === 'resolver' ? item : null
  if (filters === (before?.filters ?? false)) return filters
  const { policy } = run.plan
  const names = zones.map(({ zone }) => zone)
  if (await tell(resolverEvent(filters, policy.dns.servers, names, run.at), run)) {
    await keep({ kind: 'resolver', filters, since: isoOf(run.at) }, run)
  }
  return filters
}

function zoneItemIn(items: ReadonlyMap<string, StateItem>, { zone: { zone } }: Target): ZoneItem | null {
  const item = items.get(stateId({ kind: 'zone', zone }))
  return item?.kind === 'zone' ? item : null
}
