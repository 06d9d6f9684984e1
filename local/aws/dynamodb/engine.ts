import { EventEmitter } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import dynalite from 'dynalite'

export type EngineAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** DynamoDB's own behaviour, without a network in front of it. */
export type Engine = {
  readonly ask: (headers: IncomingHttpHeaders, body: Uint8Array) => Promise<EngineAnswer>
  readonly close: () => Promise<void>
}

/**
 * dynalite behind a function call: its request handler gets stand-ins for Node's request and response, which saves a
 * second HTTP hop and a port that would go round the authorisation.
 *
 * @param dataDir Folder of the database; null keeps it in memory. One process at a time may have it open.
 */
export async function openEngine(dataDir: string | null): Promise<Engine> {
  if (dataDir !== null) mkdirSync(dataDir, { recursive: true })
  const instant = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }
  const server = dynalite(dataDir === null ? instant : { ...instant, path: dataDir })
  // It closes its database only behind a server that was listening.
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return {
    ask: (headers, body) =>
      new Promise((resolve) => {
        const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers })
        server.emit('request', request, standIn(resolve))
        request.emit('data', Buffer.from(body))
        request.emit('end')
      }),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
      }),
  }
}

function standIn(resolve: (answer: EngineAnswer) => void): object {
  const headers: Record<string, string> = {}
  const response = {
    statusCode: 200,
    setHeader: (name: string, value: string | number): void => {
      headers[name.toLowerCase()] = String(value)
    },
    end: (body = ''): void => resolve({ status: response.statusCode, headers, body }),
  }
  return response
}
