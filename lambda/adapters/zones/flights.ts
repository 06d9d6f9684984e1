/** Work under way that several may wait for. */
export type Flights<T> = {
  /**
   * Waits for the work of this key, or starts it if none that was started at or after `since` is under way. Resolves with
   * null when `signal` aborts; the work itself is aborted only when nobody waits for it any more.
   */
  readonly share: (
    key: string,
    since: number,
    start: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ) => Promise<T | null>
}

export const createFlights = <T>(clock: () => number): Flights<T> => {
  const flights = new Map<string, Flight<T>>()
  const depart = (key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const controller = new AbortController()
    const startedAt = clock()
    const remove = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    const flight: Flight<T> = {
      startedAt,
      controller,
      waiting: 0,
      remove,
      outcome: start(controller.signal).finally(remove),
    }
    flights.set(key, flight)
    return flight
  }
  return {
    share: (key, since, start, signal) => {
      if (signal.aborted) return Promise.resolve(null)
      const underWay = flights.get(key)
      return join(underWay !== undefined && underWay.startedAt >= since ? underWay : depart(key, start), signal)
    },
  }
}

type Flight<T> = {
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly controller: AbortController
  readonly outcome: Promise<T>
  readonly remove: () => void
  waiting: number
}

const join = <T>(flight: Flight<T>, signal: AbortSignal): Promise<T | null> => {
  flight.waiting += 1
  return new Promise((resolve, reject) => {
    const leave = () => {
      flight.waiting -= 1
      resolve(null)
      if (flight.waiting > 0) return
      // Nobody may join what has been given up.
      flight.remove()
      flight.controller.abort()
    }
    signal.addEventListener('abort', leave, { once: true })
    // It may have aborted while the work was being started: then the event has passed.
    if (signal.aborted) leave()
    flight.outcome.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
