import { useEffect, useRef, useState } from 'preact/hooks'
import type { AlarmView, DecisionEvent, InboxMessage } from '../api.ts'
import { askInbox } from './ask.ts'
import { listen } from './listen.ts'
import { mostDecisions } from './side/feed.ts'

/** What has happened since the stack started, as far as the page shows it. */
export type Live = {
  /** The newest first. */
  readonly decisions: readonly DecisionEvent[]
  /** The one that was made just now; null: none since the page was opened. */
  readonly latest: DecisionEvent | null
  readonly inbox: readonly InboxMessage[]
  readonly connected: boolean
}

const nothing: Live = { decisions: [], latest: null, inbox: [], connected: true }

/**
 * Follows the server's events. `onChange` is called when the charts have something new to show.
 */
export function useLive(onChange: (alarm: AlarmView | null) => void): Live {
  const [live, setLive] = useState(nothing)
  const changed = useRef(onChange)
  changed.current = onChange
  useEffect(() => {
    let isReady = false
    const readInbox = (): void => {
      askInbox().then(
        (inbox) => setLive((was) => ({ ...was, inbox })),
        () => undefined,
      )
    }
    readInbox()
    return listen({
      onDecision: (event) => {
        const latest = isReady ? event : null
        setLive((was) => ({ ...was, latest, decisions: withDecision(was.decisions, event) }))
        if (isReady) changed.current(null)
      },
      onReady: () => {
        isReady = true
      },
      onUndecided: () => changed.current(null),
      onInbox: (message) => setLive((was) => ({ ...was, inbox: withMessage(was.inbox, message) })),
      onAlarm: (alarm) => changed.current(alarm),
      onConnection: (connected) => {
        // The server tells everything again to whoever comes back.
        isReady = false
        setLive((was) => ({ ...was, connected }))
        if (connected) readInbox()
      },
    })
  }, [])
  return live
}

/** Told again after a connection that broke, a decision stays one. */
function withDecision(decisions: readonly DecisionEvent[], event: DecisionEvent): readonly DecisionEvent[] {
  const others = decisions.filter(({ record }) => record.message_id !== event.record.message_id)
  return [event, ...others].slice(0, mostDecisions)
}

/** As many as the server keeps. */
const mostMessages = 1000

function withMessage(inbox: readonly InboxMessage[], message: InboxMessage): readonly InboxMessage[] {
  return [message, ...inbox.filter(({ id }) => id !== message.id)].slice(0, mostMessages)
}
