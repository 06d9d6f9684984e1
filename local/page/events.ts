import type { ServerResponse } from 'node:http'
import type { PageEvent } from './api.ts'

/** Hands events to every page that is open. */
export type Events = {
  readonly tell: (event: PageEvent) => void
  /** Sends what happened lately, and from then on what happens, until the page is closed. */
  readonly subscribe: (response: ServerResponse) => void
  /** Ends every connection. */
  readonly close: () => void
}

/** What a page that is opened later is told, the newest that many. */
const mostDecisions = 100
const heartbeatMs = 15_000
/** A page that reads nothing, as in a tab that sleeps, is cut off before its share of the memory grows; it asks again by itself. */
const mostUnreadOctets = 8 * 1024 * 1024

/** Server-sent events (HTML Standard, 9.2). */
export function createEvents(): Events {
  const open = new Set<ServerResponse>()
  const decisions: PageEvent[] = []
  const write = (response: ServerResponse, text: string): void => {
    if (response.writableLength > mostUnreadOctets) response.destroy()
    else response.write(text)
  }
  const heartbeat = setInterval(() => {
    for (const response of open) write(response, ': still here\n\n')
  }, heartbeatMs)
  heartbeat.unref()
  return {
    tell: (event) => {
      if (event.kind === 'decision') {
        decisions.push(event)
        if (decisions.length > mostDecisions) decisions.shift()
      }
      for (const response of open) write(response, textOf(event))
    },
    subscribe: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
      response.on('close', () => open.delete(response))
      open.add(response)
      const ready: PageEvent = { kind: 'ready', decisions: decisions.length }
      response.write(['retry: 1000\n\n', ...decisions.map(textOf), textOf(ready)].join(''))
    },
    close: () => {
      clearInterval(heartbeat)
      for (const response of open) response.end()
      open.clear()
    },
  }
}

/** JSON has no line feed of its own, so that one `data:` line always holds it. */
function textOf({ kind, ...data }: PageEvent): string {
  return `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
}
