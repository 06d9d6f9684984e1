import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

/** A burst of mail makes one refresh, and mail that never stops makes one every so often: within the 2 s that the page promises. */
const quietMs = 300
const mostMs = 1200
/** What no event tells, such as an alarm that ends, is looked for as often as CloudWatch would. */
const idleMs = 30_000

export type Refresh = {
  /** When the page was last brought up to date, in milliseconds since 1970: the end of what is shown. */
  readonly at: number
  /** Something has changed. */
  readonly soon: () => void
  readonly now: () => void
}

/** Says when to ask again. Nothing is asked while `live` is false, except by `now`. */
export function useRefresh(live: boolean): Refresh {
  const [at, setAt] = useState(() => Date.now())
  const waiting = useRef<{ readonly since: number; readonly timer: number } | null>(null)
  const now = useCallback((): void => {
    clearTimeout(waiting.current?.timer)
    waiting.current = null
    setAt(Date.now())
  }, [])
  const soon = useCallback((): void => {
    if (!live) return
    const since = waiting.current?.since ?? Date.now()
    clearTimeout(waiting.current?.timer)
    const wait = Math.max(0, Math.min(quietMs, since + mostMs - Date.now()))
    waiting.current = { since, timer: window.setTimeout(now, wait) }
  }, [live])
  useEffect(() => {
    if (!live) return undefined
    const timer = setInterval(() => {
      if (!document.hidden) now()
    }, idleMs)
    return () => clearInterval(timer)
  }, [live])
  return { at, soon, now }
}
