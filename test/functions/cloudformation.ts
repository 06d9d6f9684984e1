import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Told = {
  readonly Status: string
  readonly PhysicalResourceId: string
  readonly Reason?: string
  readonly Data?: unknown
  readonly contentType: string | undefined
}

/** The side of CloudFormation that custom resources answer. */
export type CloudFormation = {
  /** Has a function handle a request, and resolves with what it answered. */
  readonly ask: (handler: (event: unknown) => Promise<void>, request: object) => Promise<Told>
  /** Answers the next tellings with these HTTP statuses instead of taking them. */
  readonly refuseWith: (...statuses: readonly number[]) => void
  readonly close: () => Promise<void>
}

export async function startCloudFormation(): Promise<CloudFormation> {
  const told: Told[] = []
  const refusals: number[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const refusal = refusals.shift()
      if (refusal === undefined) {
        const answer = JSON.parse(Buffer.concat(chunks).toString()) as Omit<Told, 'contentType'>
        told.push({ ...answer, contentType: request.headers['content-type'] })
      }
      response.writeHead(refusal ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ids = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Resource' }
  return {
    ask: async (handler, request) => {
      told.length = 0
      await handler({ ...ids, ResponseURL: `http://127.0.0.1:${port}/answer?signature=x`, ...request })
      const [answer, ...more] = told
      if (answer === undefined || more.length > 0) throw new Error(`answered ${told.length} times`)
      return answer
    },
    refuseWith: (...statuses) => void refusals.push(...statuses),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
