import type { UnsoundState } from './reasons.ts'

/**
 * How a zone is, as the scheduled probe sees it. `unknown`: it has not answered yet, and was not silent for long enough to
 * be called dead. `muted`: it answers that it does not answer.
 */
export type ZoneCondition = 'unknown' | 'healthy' | 'empty' | 'lists-the-world' | 'silent' | 'muted'

/** What `healthOf` may say of a zone that has test entries. */
export type ProbedHealth = 'healthy' | Exclude<UnsoundState, 'untestable'>

/** Times are ISO 8601, UTC. */
export type ZoneState = {
  readonly state: ZoneCondition
  readonly since: string
  /** Probes in a row that found it dead. */
  readonly failures: number
  /** Probes in a row that heard nothing. */
  readonly silences: number
  /** Until then it is left alone; `null`: it is not. */
  readonly retryAt: string | null
}

export type ZoneTransition = {
  readonly from: ZoneCondition
  readonly to: ZoneCondition
  /** When it came into the state that it leaves. */
  readonly since: string
}

/**
 * The state after a probe at `at` (milliseconds since 1970), and the transition if there is one. That a new zone works is
 * none.
 *
 * One lost packet is no death: a zone is dead by silence after three silent probes in a row. A wrong answer needs no
 * second one. `partly`: the zone passed for one address family and failed for the other; it is then unsound, and is not
 * left alone, because that would take the family that works with it.
 */
export function nextZoneState(
  previous: ZoneState | null,
  { health, partly }: { readonly health: ProbedHealth; readonly partly: boolean },
  at: number,
): { readonly next: ZoneState; readonly transition: ZoneTransition | null } {
  const before: ZoneState = previous ?? { state: 'unknown', since: isoOf(at), failures: 0, silences: 0, retryAt: null }
  const silences = health === 'silent' ? before.silences + 1 : 0
  const state = health === 'silent' && silences < silencesOfDeath ? before.state : stateAfter[health]
  const changed = state !== before.state
  const failures = isDead(state) ? before.failures + 1 : 0
  const retryAt = isDead(state) && !partly ? isoOf(at + minutesOf(state, failures) * 60_000) : null
  return {
    next: { state, since: changed ? isoOf(at) : before.since, failures, silences, retryAt },
    transition:
      changed && isToldOf(before.state, state) ? { from: before.state, to: state, since: before.since } : null,
  }
}

export function isDead(state: ZoneCondition): boolean {
  return state !== 'healthy' && state !== 'unknown'
}

/** Whether the probe that runs at `at` asks. A schedule is late or early by seconds; a minute must not become two. */
export function isDue(state: ZoneState | null, at: number): boolean {
  const retryAt = state?.retryAt ?? null
  return retryAt === null || Date.parse(retryAt) - at <= scheduleSlackMs
}

/** Whether a message's question at `at` is spared. A state that nobody renewed ends by itself. */
export function isLeftAlone(state: ZoneState, at: number): boolean {
  return isDead(state.state) && state.retryAt !== null && at < Date.parse(state.retryAt)
}

/** Of several, the one that does the most harm if it is believed. */
export function worstHealth(healths: readonly ProbedHealth[]): ProbedHealth {
  return worstFirst.find((health) => healths.includes(health)) ?? 'healthy'
}

const worstFirst: readonly ProbedHealth[] = ['lists-the-world', 'refusing', 'empty', 'silent']

const stateAfter: { readonly [H in ProbedHealth]: ZoneCondition } = {
  healthy: 'healthy',
  empty: 'empty',
  'lists-the-world': 'lists-the-world',
  silent: 'silent',
  refusing: 'muted',
}

const silencesOfDeath = 3
const scheduleSlackMs = 10_000

function isToldOf(from: ZoneCondition, to: ZoneCondition): boolean {
  return from !== 'unknown' || to !== 'healthy'
}

/** A zone that asked to be left alone is left alone for five minutes at least: some punish whoever keeps asking. */
function minutesOf(state: ZoneCondition, failures: number): number {
  const minutes = 2 ** Math.min(failures - 1, 5)
  return state === 'muted' ? Math.max(5, minutes) : minutes
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}
