import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What AWS answers, by the operation of the query and JSON protocols, or by method and path. */
export type AwsAnswers = Readonly<Record<string, Answer | (() => Answer)>>
export type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string }

export type AwsServer = { readonly url: string; readonly asked: readonly string[]; readonly close: () => Promise<void> }

/** All services of AWS at one address. What nobody wrote an answer for is denied, as a policy would. */
export async function serveAws(answers: AwsAnswers): Promise<AwsServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const operation = operationOf(request, Buffer.concat(chunks).toString())
      asked.push(operation)
      const found = answers[operation] ?? denied(operation)
      const answer = typeof found === 'function' ? found() : found
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked, close: () => closed(server) }
}

/** The XML of the query protocol. */
export function xml(operation: string, result: string): Answer {
  return { body: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>` }
}

export function json(value: unknown): Answer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

function operationOf({ headers, method = '', url = '' }: IncomingMessage, body: string): string {
  const action = new URLSearchParams(body).get('Action')
  const target = headers['x-amz-target']
  return action ?? (typeof target === 'string' ? (target.split('.')[1] ?? '') : `${method} ${decodeURIComponent(url)}`)
}

function denied(operation: string): Answer {
  const isQuery = /^[A-Z][A-Za-z]+$/.test(operation)
  const words = `not authorized to perform ${operation}`
  return isQuery
    ? {
        status: 403,
        body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${words}</Message></Error></ErrorResponse>`,
      }
    : {
        status: 403,
        headers: { 'x-amzn-errortype': 'AccessDeniedException', 'content-type': 'application/json' },
        body: JSON.stringify({ message: words }),
      }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
