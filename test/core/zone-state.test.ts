import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isDue,
  isLeftAlone,
  nextZoneState,
  worstHealth,
  type ProbedHealth,
  type ZoneState,
  type ZoneTransition,
} from '../../lambda/core/zone-state.ts'

const start = Date.parse('2026-11-21T10:00:00.000Z')
const minute = 60_000

/** One probe a minute; the state after each, and the transitions. */
function run(healths: readonly ProbedHealth[], partly = false) {
  const states: ZoneState[] = []
  const transitions: (ZoneTransition & { readonly minute: number })[] = []
  for (const [i, health] of healths.entries()) {
    const { next, transition } = nextZoneState(states.at(-1) ?? null, { health, partly }, start + i * minute)
    states.push(next)
    if (transition !== null) transitions.push({ ...transition, minute: i })
  }
  return { states, transitions, last: states.at(-1) }
}

describe('the state of a zone', () => {
  it.each([
    ['lists-the-world', 'lists-the-world', 1],
    ['empty', 'empty', 1],
    ['refusing', 'muted', 5],
  ] as const)('is dead after one probe that finds it %s', (health, state, minutes) => {
    const { last, transitions } = run(['healthy', health])
    expect(last).toEqual({
      state,
      since: '2026-11-21T10:01:00.000Z',
      failures: 1,
      silences: 0,
      retryAt: new Date(start + (1 + minutes) * minute).toISOString(),
    })
    expect(transitions).toEqual([{ from: 'healthy', to: state, since: '2026-11-21T10:00:00.000Z', minute: 1 }])
  })

  it('is dead by silence only after three silent probes in a row, and is asked every minute until then', () => {
    const { states, transitions } = run(['healthy', 'silent', 'silent', 'healthy', 'silent', 'silent', 'silent'])
    expect(states.map(({ state, retryAt }) => [state, retryAt !== null])).toEqual([
      ...Array.from({ length: 6 }, () => ['healthy', false]),
      ['silent', true],
    ])
    expect(transitions).toEqual([{ from: 'healthy', to: 'silent', since: '2026-11-21T10:00:00.000Z', minute: 6 }])
  })

  it('is unknown while a new zone has not answered, and says nothing of a new zone that works', () => {
    expect(run(['silent', 'silent']).last?.state).toBe('unknown')
    expect(run(['silent', 'healthy']).transitions).toEqual([])
    expect(run(['silent', 'silent', 'silent']).transitions).toEqual([
      { from: 'unknown', to: 'silent', since: '2026-11-21T10:00:00.000Z', minute: 2 },
    ])
  })

  it('leaves a dead zone alone for 1, 2, 4 .. 32 minutes, and begins anew once it was healthy', () => {
    const { states } = run([...Array.from({ length: 8 }, () => 'empty' as const), 'healthy', 'empty'])
    const waits = states.map(({ retryAt }, i) => retryAt && (Date.parse(retryAt) - start) / minute - i)
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 32, 32, null, 1])
  })

  it('leaves a zone that refuses alone for five minutes at least', () => {
    const { states } = run(Array.from({ length: 5 }, () => 'refusing' as const))
    expect(states.map(({ retryAt }, i) => (Date.parse(retryAt ?? '') - start) / minute - i)).toEqual([5, 5, 5, 8, 16])
  })

  it('shows a zone that fails in one family alone, and does not leave it alone', () => {
    expect(run(['healthy', 'empty'], true).last).toMatchObject({ state: 'empty', retryAt: null })
  })

  it('stays dead, and waits longer, when a dead zone falls silent', () => {
    expect(run(['lists-the-world', 'silent', 'silent']).last).toMatchObject({ state: 'lists-the-world', failures: 3 })
    expect(run(['lists-the-world', 'silent', 'silent', 'silent']).transitions).toMatchObject([
      { from: 'unknown', to: 'lists-the-world' },
      { from: 'lists-the-world', to: 'silent', since: '2026-11-21T10:00:00.000Z' },
    ])
  })

  it('keeps the time since when for as long as nothing changes, and never waits longer than 32 minutes', () => {
    const health = fc.constantFrom<ProbedHealth>('healthy', 'empty', 'lists-the-world', 'silent', 'refusing')
    fc.assert(
      fc.property(fc.array(health, { minLength: 1, maxLength: 60 }), (healths) => {
        const { states } = run(healths)
        for (const [i, state] of states.entries()) {
          const before = states[i - 1]
          if (before?.state === state.state) expect(state.since).toBe(before.since)
          const wait = state.retryAt === null ? 0 : Date.parse(state.retryAt) - (start + i * minute)
          expect(wait).toBeLessThanOrEqual(32 * minute)
          expect(wait > 0).toBe(!['healthy', 'unknown'].includes(state.state))
        }
      }),
    )
  })
})

describe('when a zone is asked', () => {
  const dead: ZoneState = {
    state: 'empty',
    since: '2026-11-21T10:00:00.000Z',
    failures: 1,
    silences: 0,
    retryAt: '2026-11-21T10:01:00.000Z',
  }

  it('is due at its time, and a little before, because schedules are late or early by seconds', () => {
    const ats = [start + 49_000, start + 51_000, start + minute].map((at) => isDue(dead, at))
    expect([...ats, isDue(null, start), isDue({ ...dead, retryAt: null }, start)]).toEqual([
      false,
      true,
      true,
      true,
      true,
    ])
  })

  it('is spared by messages until its time has come, whether or not the probe still runs', () => {
    expect([start, start + minute - 1, start + minute].map((at) => isLeftAlone(dead, at))).toEqual([true, true, false])
    expect(isLeftAlone({ ...dead, state: 'healthy' }, start)).toBe(false)
  })

  it('takes the worst of what the families say', () => {
    expect(worstHealth(['healthy', 'silent', 'lists-the-world', 'empty'])).toBe('lists-the-world')
    expect(worstHealth(['silent', 'refusing'])).toBe('refusing')
    expect(worstHealth(['healthy', 'healthy'])).toBe('healthy')
  })
})
