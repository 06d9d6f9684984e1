import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { FunctionError } from './function.ts'

/** An event on its way to the runtime client, with the headers that the Runtime API gives it. */
export type Delivery = {
  readonly requestId: string
  /** Milliseconds since 1970 when the process will be killed. */
  readonly deadlineMs: number
  readonly functionArn: string
  /** JSON */
  readonly event: string
  /** Ours: a failure that the runtime client makes instead of calling the handler. */
  readonly fault: string | null
}

export type RuntimeApiEvents = {
  /** The runtime client waits for an event: the process is ready, or ready again. */
  readonly onNext: () => void
  readonly onResponse: (requestId: string, json: string) => void
  readonly onError: (requestId: string, error: FunctionError) => void
  readonly onInitError: (error: FunctionError) => void
}

export type RuntimeApi = {
  /** `127.0.0.1:port` */
  readonly address: string
  /** Answers the waiting runtime client. Throws when none waits: one process takes one event at a time. */
  readonly deliver: (delivery: Delivery) => void
  readonly close: () => void
}

/** Lambda's limit for a synchronous response is 6 MB. */
const largestBody = 6 * 1024 * 1024 + 1024

const root = '/2018-06-01/runtime/'

/**
 * Lambda's side of the runtime interface, for one process.
 *
 * Source: Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes", version 2018-06-01.
 */
export async function startRuntimeApi(events: RuntimeApiEvents): Promise<RuntimeApi> {
  let waiting: ServerResponse | null = null
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === `${root}invocation/next`) {
      waiting = response
      events.onNext()
      return
    }
    void takePost(request, response, events)
  })
  // A frozen process answers nothing for hours; a timer of this server must not be what wakes or fails it.
  server.requestTimeout = 0
  server.headersTimeout = 0
  server.keepAliveTimeout = 0
  server.timeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliver: (delivery) => {
      if (waiting === null) throw new Error('the runtime client is not waiting for an event')
      const response = waiting
      waiting = null
      response.writeHead(200, headersOf(delivery)).end(delivery.event)
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function headersOf(delivery: Delivery): Record<string, string> {
  const traceId = delivery.requestId.replaceAll('-', '').slice(0, 24)
  return {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': delivery.requestId,
    'Lambda-Runtime-Deadline-Ms': String(delivery.deadlineMs),
    'Lambda-Runtime-Invoked-Function-Arn': delivery.functionArn,
    'Lambda-Runtime-Trace-Id': `Root=1-${Math.floor(delivery.deadlineMs / 1000).toString(16)}-${traceId};Sampled=0`,
    ...(delivery.fault === null ? {} : { 'Quietgate-Fault': delivery.fault }),
  }
}

async function takePost(request: IncomingMessage, response: ServerResponse, events: RuntimeApiEvents): Promise<void> {
  const body = await bodyOf(request)
  if (body === null) {
    answer(response, 413, { errorType: 'RequestEntityTooLarge', errorMessage: 'a response holds at most 6 MB' })
    return
  }
  const url = request.url ?? ''
  const known = request.method === 'POST' && url.startsWith(root) && hand(url.slice(root.length), body, events)
  if (known) answer(response, 202, { status: 'OK' })
  else answer(response, 404, { errorType: 'NotFound', errorMessage: `no such path: ${url}` })
}

function hand(action: string, body: string, events: RuntimeApiEvents): boolean {
  if (action === 'init/error') {
    events.onInitError(errorIn(body))
    return true
  }
  const [kind, requestId, verb] = action.split('/')
  if (kind !== 'invocation' || requestId === undefined) return false
  if (verb === 'response') events.onResponse(requestId, body)
  else if (verb === 'error') events.onError(requestId, errorIn(body))
  else return false
  return true
}

function answer(response: ServerResponse, status: number, body: Readonly<Record<string, string>>): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** Null when it is too long, or when the process died in the middle of it. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length <= largestBody) chunks.push(chunk)
    }
  } catch {
    return null
  }
  return length > largestBody ? null : Buffer.concat(chunks).toString('utf8')
}

function errorIn(body: string): FunctionError {
  const fallback = { type: 'Error', message: body.slice(0, 1000) }
  try {
    const { errorType, errorMessage } = JSON.parse(body) as { errorType?: unknown; errorMessage?: unknown }
    return {
      type: typeof errorType === 'string' ? errorType : fallback.type,
      message: typeof errorMessage === 'string' ? errorMessage : fallback.message,
    }
  } catch {
    return fallback
  }
}
