import { accessesOf } from './dynamodb/accesses.ts'
import { openEngine } from './dynamodb/engine.ts'
import type { Engine, EngineAnswer } from './dynamodb/engine.ts'
import { splitBatch } from './dynamodb/unprocessed.ts'
import { createEndpoint } from './endpoint.ts'
import type { Endpoint, Exchange } from './endpoint.ts'
import { denialOf } from './principal.ts'
import type { PrincipalOf } from './principal.ts'
import { readBody } from './read-body.ts'

export type DynamoDbOptions = {
  /** Folder that survives a restart; null keeps everything in memory. */
  readonly dataDir: string | null
  readonly region: string
  readonly accountId: string
  readonly principalOf: PrincipalOf
}

type Failure = { readonly status: number; readonly code: string; readonly message: string }

// DynamoDB's own limit on a request.
const LARGEST_BODY = 16 * 1024 * 1024

/**
 * DynamoDB on this machine: dynalite's behaviour behind IAM's. dynalite knows no transactions, no PartiQL, no change of the
 * time to live, and no old item in a failed condition.
 */
export async function createDynamoDb(options: DynamoDbOptions): Promise<Endpoint> {
  const engine = await openEngine(options.dataDir)
  return createEndpoint('dynamodb', (exchange) => serve(exchange, engine, options), engine.close)
}

async function serve(exchange: Exchange, engine: Engine, options: DynamoDbOptions): Promise<void> {
  const answer = await answerTo(exchange, engine, options)
  if (answer === null || exchange.response.destroyed) return
  const headers = { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) }
  exchange.response.writeHead(answer.status, headers).end(answer.body)
}

/** Null where there is nobody left to answer. */
async function answerTo(exchange: Exchange, engine: Engine, options: DynamoDbOptions): Promise<EngineAnswer | null> {
  const { request, accessKeyId } = exchange
  const body = await readBody(request, LARGEST_BODY)
  if (body.kind === 'cut-short') return null
  if (body.kind === 'too-large') {
    return failure({ status: 413, code: 'RequestEntityTooLargeException', message: 'the body is over 16 MB' })
  }
  const target = String(request.headers['x-amz-target'] ?? '')
  const operation = target.slice(target.indexOf('.') + 1)
  const params = parse(body.bytes)
  const accesses = accessesOf(operation, params, options)
  const fault = await exchange.fault(accesses)
  if (fault === 'over') return null
  if (fault?.kind === 'refuse') return failure({ ...fault, message: `${fault.code}: made to fail on purpose` })
  const refused = refusal(accessKeyId, accesses, options)
  if (refused) return failure(refused)
  if (fault && isParams(params) && (operation === 'BatchGetItem' || operation === 'BatchWriteItem')) {
    return askInPart(operation, params, fault.keep, exchange, engine)
  }
  return engine.ask(request.headers, body.bytes)
}

function refusal(
  accessKeyId: string | null,
  accesses: ReturnType<typeof accessesOf>,
  options: DynamoDbOptions,
): Failure | null {
  if (accessKeyId === null) {
    return {
      status: 400,
      code: 'MissingAuthenticationTokenException',
      message: 'Request is missing Authentication Token',
    }
  }
  const principal = options.principalOf(accessKeyId)
  if (principal === null) {
    return {
      status: 400,
      code: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    }
  }
  const message = denialOf({ principal, accessKeyId, accountId: options.accountId }, accesses)
  return message === null ? null : { status: 400, code: 'AccessDeniedException', message }
}

async function askInPart(
  operation: 'BatchGetItem' | 'BatchWriteItem',
  params: Readonly<Record<string, unknown>>,
  keep: number,
  { request }: Exchange,
  engine: Engine,
): Promise<EngineAnswer> {
  const requestItems = isParams(params['RequestItems']) ? params['RequestItems'] : {}
  const { kept, left } = splitBatch(operation, requestItems, keep)
  const unprocessed = operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems'
  if (Object.keys(kept).length === 0)
    return succeed({ ...(operation === 'BatchGetItem' && { Responses: {} }), [unprocessed]: left })
  const part = await engine.ask(request.headers, Buffer.from(JSON.stringify({ ...params, RequestItems: kept })))
  if (part.status !== 200) return part
  return succeed({ ...(JSON.parse(part.body) as object), [unprocessed]: left })
}

function succeed(body: object): EngineAnswer {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) }
}

function failure({ status, code, message }: Failure): EngineAnswer {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message, Message: message })
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body }
}

/** Malformed JSON is for dynalite to refuse, in DynamoDB's words. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}

function isParams(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
