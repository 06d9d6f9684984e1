import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBody } from '../aws/read-body.ts'
import type { Refusal } from './api.ts'
import type { PageAssets } from './bundle.ts'
import { refusalOf, safeHeaders } from './guard.ts'
import { bodyLimits } from './requests.ts'

/** What a request is answered with. */
export type Answer =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly status: number; readonly sentence: string }
  /** `fileName`: to be kept as a file; null: to be used at once. */
  | { readonly kind: 'octets'; readonly type: string; readonly octets: Buffer; readonly fileName: string | null }
  /** Whoever made it goes on writing to the response. */
  | { readonly kind: 'stream'; readonly to: (response: ServerResponse) => void }

export type Routes = {
  /** By path. */
  readonly get: Readonly<Record<string, Route>>
  /** By path. They are given the JSON of the body. */
  readonly post: Readonly<Record<string, (body: unknown) => Answer | Promise<Answer>>>
  /** A message of the inbox, by the id in /api/inbox/ID/raw. */
  readonly rawMail: (id: string) => Answer
}

type Route = () => Answer | Promise<Answer>

export type PageServer = {
  /** `http://127.0.0.1:8025` */
  readonly url: string
  readonly port: number
  readonly close: () => Promise<void>
}

export type Listening =
  { readonly answer: 'listening'; readonly server: PageServer } | { readonly answer: 'taken'; readonly port: number }

/**
 * Serves the page to this machine alone. Nothing is read from the disk for a request, so that no path can lead anywhere.
 *
 * @param port 0 for any that is free
 * @param onBug Told of what a route threw; the page is told that there was a bug, and not which.
 */
export function servePage(
  assets: PageAssets,
  routes: Routes,
  port: number,
  onBug: (error: unknown) => void,
): Promise<Listening> {
  const server = createServer((request, response) => {
    void answerTo(request, server, assets, routes)
      .catch((error: unknown): Answer => {
        onBug(error)
        return { kind: 'refused', status: 500, sentence: 'A bug: the terminal of npm start says which.' }
      })
      .then((answer) => write(answer, request, response))
  })
  // An event stream is one request for as long as a page is open.
  server.requestTimeout = 120_000
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve({ answer: 'taken', port })
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => {
      const listening = portOf(server)
      resolve({
        answer: 'listening',
        server: { url: `http://127.0.0.1:${listening}`, port: listening, close: () => closed(server) },
      })
    })
  })
}

async function answerTo(request: IncomingMessage, server: Server, assets: PageAssets, routes: Routes): Promise<Answer> {
  const refused = refusalOf(request, portOf(server))
  if (refused !== null) return { kind: 'refused', ...refused }
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  // A path begins with a slash, so that it is never the name of what every object has.
  const get = assetsBy(assets)[path] ?? routes.get[path] ?? rawMailAt(path, routes)
  const post = routes.post[path]
  if (request.method === 'POST' && post !== undefined) return posted(request, path, post)
  if ((request.method === 'GET' || request.method === 'HEAD') && get !== undefined) return get()
  if (get !== undefined || post !== undefined) return notAllowed
  return { kind: 'refused', status: 404, sentence: 'There is nothing of that name.' }
}

function rawMailAt(path: string, routes: Routes): Route | undefined {
  const id = /^\/api\/inbox\/([\w-]{1,200})\/raw$/.exec(path)?.[1]
  return id === undefined ? undefined : () => routes.rawMail(id)
}

const notAllowed: Answer = { kind: 'refused', status: 405, sentence: 'That is asked in another way.' }

async function posted(
  request: IncomingMessage,
  path: string,
  route: (body: unknown) => Answer | Promise<Answer>,
): Promise<Answer> {
  const limit = path === '/api/send' ? bodyLimits.send : bodyLimits.other
  const body = await readBody(request, limit)
  if (body.kind !== 'read') {
    return { kind: 'refused', status: 413, sentence: `What is asked is longer than ${limit} octets, or was cut off.` }
  }
  const value = parsed(body.bytes)
  if (value === undefined) return { kind: 'refused', status: 400, sentence: 'What is asked is not JSON.' }
  return route(value)
}

/** undefined, which JSON has no word for: it is none. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function assetsBy({ html, js, css }: PageAssets): Readonly<Record<string, Route>> {
  return {
    '/': () => asset('text/html', html),
    '/app.js': () => asset('text/javascript', js),
    '/app.css': () => asset('text/css', css),
  }
}

function asset(type: string, text: string): Answer {
  return { kind: 'octets', type: `${type}; charset=utf-8`, octets: Buffer.from(text), fileName: null }
}

function write(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value)
  if (answer.kind === 'stream' && request.method !== 'HEAD') {
    answer.to(response)
    return
  }
  const { status, type, octets } = written(answer)
  if (status === 405) response.setHeader('allow', 'GET, HEAD, POST')
  if (answer.kind === 'octets' && answer.fileName !== null) {
    response.setHeader('content-disposition', `attachment; filename="${answer.fileName}"`)
  }
  // What is left of a body that was not read would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': type, 'content-length': octets.length })
  response.end(request.method === 'HEAD' ? undefined : octets)
}

type Written = { readonly status: number; readonly type: string; readonly octets: Buffer }

function written(answer: Answer): Written {
  const json = (status: number, value: unknown): Written => {
    return { status, type: 'application/json; charset=utf-8', octets: Buffer.from(JSON.stringify(value)) }
  }
  switch (answer.kind) {
    case 'json':
      return json(200, answer.value)
    case 'refused':
      return json(answer.status, { error: answer.sentence } satisfies Refusal)
    case 'octets':
      return { status: 200, ...answer }
    case 'stream':
      return { status: 200, type: 'text/event-stream', octets: Buffer.alloc(0) }
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
