import type { AlarmView, DecisionEvent, InboxMessage } from '../api.ts'

export type Heard = {
  readonly onDecision: (event: DecisionEvent) => void
  /** What came before is told; everything that follows happens now. */
  readonly onReady: () => void
  readonly onUndecided: (messageId: string) => void
  readonly onInbox: (message: InboxMessage) => void
  readonly onAlarm: (alarm: AlarmView) => void
  /** Whether the server is there. The browser comes back by itself when it is again. */
  readonly onConnection: (connected: boolean) => void
}

/** Listens to what happens. Returns what ends it. */
export function listen(heard: Heard): () => void {
  const source = new EventSource('/api/events')
  const on = (kind: string, told: (data: unknown) => void): void => {
    source.addEventListener(kind, (event) => told(JSON.parse(event.data as string)))
  }
  on('decision', (data) => heard.onDecision(data as DecisionEvent))
  on('ready', () => heard.onReady())
  on('undecided', (data) => heard.onUndecided((data as { readonly messageId: string }).messageId))
  on('inbox', (data) => heard.onInbox((data as { readonly message: InboxMessage }).message))
  on('alarm', (data) => heard.onAlarm((data as { readonly alarm: AlarmView }).alarm))
  source.addEventListener('open', () => heard.onConnection(true))
  source.addEventListener('error', () => heard.onConnection(false))
  return () => source.close()
}
