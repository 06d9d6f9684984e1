import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Access } from './authorise.ts'
import type { Fault, FaultHook, FaultedRequest } from './faults.ts'
import { accessKeyIdOf } from './principal.ts'

/** A service of the local AWS, on 127.0.0.1 only. */
export type Endpoint = {
  /** Resolves to the port; 0 takes a free one. Rejects where the port is taken. */
  readonly listen: (port?: number) => Promise<number>
  /** `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL_*`. Throws before `listen`. */
  readonly url: string
  /** Goes away without a word: connections are cut and new ones refused. What is stored stays. */
  readonly stop: () => Promise<void>
  /** Comes back at the same port. */
  readonly start: () => Promise<void>
  /** Ends for good. */
  readonly close: () => Promise<void>
  /**
   * Cuts idle keep-alive connections, of one access key or of all. Lambda freezes a process between invocations, and
   * when it wakes up its sockets are dead; this makes that happen. Requests under way are left alone.
   */
  readonly dropConnections: (accessKeyId?: string) => void
  readonly setFault: (hook: FaultHook | null) => void
}

/** One request, as a service sees it. */
export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Decoded path segments are the service's business: this is the raw path, dot segments and all. */
  readonly path: string
  readonly query: URLSearchParams
  /** Null where the request is not signed. */
  readonly accessKeyId: string | null
  /**
   * Suffers the fault that the hook has for this request. `over`: there is nobody left to answer. A fault that needs the
   * service's own words is handed back, and so is null, which means: do the work.
   */
  readonly fault: (asked: readonly Access[]) => Promise<ServiceFault | 'over' | null>
}

export type ServiceFault = Extract<Fault, { kind: 'refuse' | 'unprocessed' }>

type Connection = { accessKeyId: string | null; underWay: number }

/**
 * @param serve Answers one request. What it throws is a bug: told on stderr, answered with 500.
 * @param release Frees what the service holds, once nobody can ask any more.
 */
export function createEndpoint(
  service: FaultedRequest['service'],
  serve: (exchange: Exchange) => Promise<void>,
  release: () => Promise<void>,
): Endpoint {
  const connections = new Map<Socket, Connection>()
  let hook: FaultHook | null = null
  const server = createServer((request, response) => {
    const [path = '/', search = ''] = splitTarget(request.url ?? '/')
    const query = new URLSearchParams(search)
    const accessKeyId = accessKeyIdOf(request.headers, query)
    const connection = connections.get(request.socket)
    if (connection) {
      connection.accessKeyId = accessKeyId
      connection.underWay++
      response.on('close', () => connection.underWay--)
    }
    const fault: Exchange['fault'] = (asked) => suffer(faultFor(hook, service, asked, accessKeyId ?? ''), response)
    serve({ request, response, path, query, accessKeyId, fault }).catch((bug: unknown) => failLoudly(bug, response))
  })
  keepTrack(server, connections)
  const door = doorOf(server, connections, service)
  return {
    ...door,
    get url() {
      return door.url()
    },
    close: async () => {
      await door.stop()
      await release()
    },
    dropConnections: (accessKeyId) => {
      for (const [socket, connection] of connections) {
        const meant = accessKeyId === undefined || connection.accessKeyId === accessKeyId
        if (meant && connection.underWay === 0) socket.destroy()
      }
    },
    setFault: (next) => {
      hook = next
    },
  }
}

function keepTrack(server: Server, connections: Map<Socket, Connection>): void {
  // Longer than any client keeps a connection that it does not use: the server never closes under its hands on its own.
  server.keepAliveTimeout = 120_000
  server.on('connection', (socket) => {
    connections.set(socket, { accessKeyId: null, underWay: 0 })
    socket.on('close', () => connections.delete(socket))
    // A client that goes away is an ordinary thing; without a listener it would end the process.
    socket.on('error', () => socket.destroy())
  })
}

type Door = Pick<Endpoint, 'listen' | 'stop' | 'start'> & { readonly url: () => string }

function doorOf(server: Server, connections: ReadonlyMap<Socket, Connection>, service: string): Door {
  let port: number | null = null
  const listen = (wanted = 0): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(wanted, '127.0.0.1', () => {
        server.off('error', reject)
        const address = server.address()
        port = typeof address === 'object' && address !== null ? address.port : wanted
        resolve(port)
      })
    })
  return {
    listen,
    start: async () => {
      if (!server.listening) await listen(port ?? 0)
    },
    stop: () =>
      new Promise((resolve) => {
        if (!server.listening) {
          resolve()
          return
        }
        server.close(() => resolve())
        for (const socket of connections.keys()) socket.destroy()
      }),
    url: () => {
      if (port === null) throw new Error(`the local ${service} has no address before it listens`)
      return `http://127.0.0.1:${port}`
    },
  }
}

function faultFor(
  hook: FaultHook | null,
  service: FaultedRequest['service'],
  asked: readonly Access[],
  accessKeyId: string,
): Fault | null {
  if (!hook) return null
  for (const { action, resource } of asked) {
    const fault = hook({ service, action, resource, accessKeyId })
    if (fault) return fault
  }
  return null
}

async function suffer(fault: Fault | null, response: ServerResponse): Promise<ServiceFault | 'over' | null> {
  if (fault === null || fault.kind === 'refuse' || fault.kind === 'unprocessed') return fault
  if (fault.kind === 'reset') {
    response.socket?.resetAndDestroy()
    return 'over'
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  if (fault.kind === 'delay') {
    return pause(fault.ms, null, { signal: gone.signal }).catch(() => 'over' as const)
  }
  return new Promise((resolve) => gone.signal.addEventListener('abort', () => resolve('over')))
}

/** A bug here must neither look like an answer of AWS nor end the process that the whole laptop runs in. */
function failLoudly(bug: unknown, response: ServerResponse): void {
  if (response.destroyed) return
  const text = bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)
  process.stderr.write(`local AWS: a request failed by a bug of its own: ${text}\n`)
  if (response.headersSent) response.destroy()
  else response.writeHead(500).end()
}

function splitTarget(target: string): readonly string[] {
  const at = target.indexOf('?')
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)]
}
