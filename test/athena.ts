import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { athenaStatement } from '../lambda/adapters/athena-record-index.ts'
import { unpacked } from '../lambda/compact-records/unpack.ts'
import { batchOfKey, compactedRecords } from '../lambda/core/compaction/hours.ts'
import type { DecisionRecord } from '../lambda/core/record.ts'
import type { RecordObjects } from '../lambda/ports/record-objects.ts'

/**
 * Athena's JSON protocol, as far as the search for records speaks it. It runs one statement only, by its meaning, over the compacted objects
 * that lie there; any other text is a syntax error.
 */
export type AthenaDouble = {
  readonly url: string
  /** The operations that were called, in their order. */
  readonly asked: readonly string[]
  /** The parameters of the queries that were started. */
  readonly parameters: readonly (readonly string[])[]
  /** What happens instead of an answer, from now on. */
  readonly setTrouble: (trouble: Trouble | null) => void
  /** A page of results has so many rows. */
  readonly setPageSize: (rows: number) => void
  readonly close: () => Promise<void>
}

export type Trouble =
  /** The query never ends. */
  | { readonly kind: 'runs-on'; readonly onLook?: () => void }
  | { readonly kind: 'ends'; readonly state: 'FAILED' | 'CANCELLED'; readonly reason?: string }
  /** AWS refuses the operation. */
  | { readonly kind: 'refused'; readonly operation: string; readonly code: string }

/** `statement`: what it understands. */
export async function serveAthena(objects: RecordObjects, bucket: string, table = 'records'): Promise<AthenaDouble> {
  const asked: string[] = []
  const parameters: (readonly string[])[] = []
  const queries = new Map<string, Result>()
  let trouble: Trouble | null = null
  let pageSize = 1000
  const operations: Readonly<Record<string, (input: Input) => Promise<object> | object>> = {
    StartQueryExecution: async ({ QueryString, ExecutionParameters = [], ClientRequestToken = '' }) => {
      if (QueryString !== athenaStatement(table)) throw new Refusal('InvalidRequestException')
      parameters.push(ExecutionParameters)
      if (!queries.has(ClientRequestToken)) {
        queries.set(ClientRequestToken, await resultOf(objects, bucket, ExecutionParameters))
      }
      return { QueryExecutionId: ClientRequestToken }
    },
    GetQueryExecution: ({ QueryExecutionId = '' }) => {
      const { octets } = queries.get(QueryExecutionId) ?? raise('InvalidRequestException')
      const Statistics = { DataScannedInBytes: octets }
      if (trouble?.kind === 'runs-on') {
        trouble.onLook?.()
        return { QueryExecution: { Status: { State: 'RUNNING' } } }
      }
      if (trouble?.kind !== 'ends') return { QueryExecution: { Status: { State: 'SUCCEEDED' }, Statistics } }
      return { QueryExecution: { Status: { State: trouble.state, StateChangeReason: trouble.reason }, Statistics } }
    },
    GetQueryResults: ({ QueryExecutionId = '', NextToken = '0' }) => {
      const { rows } = queries.get(QueryExecutionId) ?? raise('InvalidRequestException')
      const [from, until] = [Number(NextToken), Number(NextToken) + pageSize]
      const Rows = rows.slice(from, until).map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) }))
      return { ResultSet: { Rows }, ...(until < rows.length ? { NextToken: String(until) } : {}) }
    },
    StopQueryExecution: () => ({}),
  }
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    })
  })
  const answer = async (request: IncomingMessage): Promise<readonly [number, object]> => {
    const operation = String(request.headers['x-amz-target']).replace('AmazonAthena.', '')
    const input = JSON.parse(await textOf(request)) as Input
    asked.push(operation)
    try {
      if (trouble?.kind === 'refused' && trouble.operation === operation) raise(trouble.code)
      return [200, await (operations[operation] ?? raise('UnknownOperationException'))(input)]
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return [400, { __type: error.code, Message: `The double refuses ${operation}.` }]
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    parameters,
    setTrouble: (next) => (trouble = next),
    setPageSize: (rows) => (pageSize = rows),
    close: () => closed(server),
  }
}

/** `lower(concat_ws(...))` of the statement. Trino makes each code point small by itself, and of one always one. */
export function indexedText(record: Partial<DecisionRecord>): string {
  const { message_id, header_message_id, mail_from, header_from, recipients } = record
  const addresses = recipients?.map(({ address }) => address).join(' ')
  const columns = [message_id, header_message_id, mail_from, header_from, addresses]
  const text = columns.filter((one) => one !== undefined).join(' ')
  return Array.from(text, (character) => Array.from(character.toLowerCase())[0] ?? '').join('')
}

/** `regexp_like`: strict, so that what only JavaScript takes for an expression throws. */
export function regexpLike(text: string, pattern: string): boolean {
  return new RegExp(pattern, 'u').test(text)
}

type Input = {
  readonly QueryString?: string
  readonly ExecutionParameters?: readonly string[]
  readonly ClientRequestToken?: string
  readonly QueryExecutionId?: string
  readonly NextToken?: string
}

type Result = { readonly octets: number; readonly rows: readonly (readonly string[])[] }

async function resultOf(objects: RecordObjects, bucket: string, parameters: readonly string[]): Promise<Result> {
  const { signal } = new AbortController()
  const [first, last, pattern] = parameters.map(stringOf)
  if (first === undefined || last === undefined || pattern === undefined) throw new Refusal('InvalidRequestException')
  const counts = new Map<string, number>()
  let octets = 0
  for await (const page of objects.list(compactedRecords, signal)) {
    for (const { key, size } of page) {
      const day = batchOfKey(key)?.day ?? ''
      if (day < first || day > last) continue
      octets += size
      for (const record of await rowsOf(objects, key, signal)) {
        const isHit = record.message_id === undefined || regexpLike(indexedText(record), pattern)
        for (const kind of isHit ? ['row', 'hit'] : ['row']) {
          const group = `s3://${bucket}/${key}\n${kind}`
          counts.set(group, (counts.get(group) ?? 0) + 1)
        }
      }
    }
  }
  const header = ['path', 'kind', 'many']
  return { octets, rows: [header, ...[...counts].map(([group, many]) => [...group.split('\n'), String(many)])] }
}

/** A string literal of SQL, and nothing else. */
function stringOf(parameter: string): string {
  const text = /^'([^']*)'$/.exec(parameter)?.[1]
  return text ?? raise('InvalidRequestException')
}

/** A line that is no JSON is a row of nothing (`ignore.malformed.json`). */
async function rowsOf(
  objects: RecordObjects,
  key: string,
  signal: AbortSignal,
): Promise<readonly Partial<DecisionRecord>[]> {
  const body = (await objects.read(key, signal)) ?? raise('InvalidRequestException')
  const chunks: Buffer[] = []
  for await (const chunk of unpacked(body, key)) chunks.push(chunk)
  const lines = Buffer.concat(chunks).toString().replace(/\n$/, '').split('\n')
  return lines.map((line) => {
    try {
      return JSON.parse(line) as Partial<DecisionRecord>
    } catch {
      return {}
    }
  })
}

class Refusal extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

function raise(code: string): never {
  throw new Refusal(code)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
