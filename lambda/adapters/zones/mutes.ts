/**
 * Which zones are left alone for a while, because they refused us, were found dead, or did not answer in time.
 *
 * In this instance only, and by the time of the day: an instance may have been frozen for hours.
 */
export type Mutes = {
  readonly isMuted: (zone: string) => boolean
  /** It said that it does not answer us. */
  readonly refused: (zone: string) => void
  /** It failed its control questions. */
  readonly foundDead: (zone: string) => void
  readonly foundHealthy: (zone: string) => void
  readonly timedOut: (zone: string) => void
  readonly answered: (zone: string) => void
}

const MINUTE = 60_000
const REFUSED_FOR = 5 * MINUTE
/** Three packets are not lost in a row by chance. */
const TIMEOUTS_TO_MUTE = 3
/** 1, 2, 4, 8, 16, 32 minutes. */
const MOST_DOUBLINGS = 5

export const createMutes = (clock: () => number): Mutes => {
  const states = new Map<string, State>()
  const stateOf = (zone: string): State => {
    const known = states.get(zone)
    if (known !== undefined) return known
    const state = { since: 0, until: 0, deaths: 0, timeouts: 0 }
    states.set(zone, state)
    return state
  }
  const isMuted = ({ since, until }: State): boolean => {
    const now = clock()
    // A clock that was set back does not prolong a mute.
    return now < until && now >= since
  }
  const mute = (state: State, milliseconds: number) => {
    state.since = clock()
    state.until = Math.max(isMuted(state) ? state.until : 0, state.since + milliseconds)
  }
  return {
    isMuted: (zone) => isMuted(stateOf(zone)),
    refused: (zone) => mute(stateOf(zone), REFUSED_FOR),
    foundDead: (zone) => {
      const state = stateOf(zone)
      // What was under way when it fell silent is the same finding, not another one.
      if (!isMuted(state)) mute(state, backoff(state.deaths++))
    },
    foundHealthy: (zone) => {
      stateOf(zone).deaths = 0
    },
    timedOut: (zone) => {
      const state = stateOf(zone)
      if (isMuted(state)) return
      state.timeouts += 1
      // Once muted, one more is enough: a dead zone costs its time only now and then.
      if (state.timeouts >= TIMEOUTS_TO_MUTE) mute(state, backoff(state.timeouts - TIMEOUTS_TO_MUTE))
    },
    answered: (zone) => {
      stateOf(zone).timeouts = 0
    },
  }
}

type State = {
  /** Milliseconds since 1970. */
  since: number
  until: number
  /** Since it was last healthy. */
  deaths: number
  /** In a row. */
  timeouts: number
}

const backoff = (doublings: number): number => MINUTE * 2 ** Math.min(doublings, MOST_DOUBLINGS)
