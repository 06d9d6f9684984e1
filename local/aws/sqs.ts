import { createHash } from 'node:crypto'
import type { Access } from './authorise.ts'
import { createEndpoint, type Endpoint, type Exchange } from './endpoint.ts'
import { denialOf, type PrincipalOf } from './principal.ts'
import { readBody } from './read-body.ts'
import type { MemoryQueue, Received } from './sqs/queue.ts'

export type SqsOptions = {
  readonly region: string
  readonly accountId: string
  readonly principalOf: PrincipalOf
  /** By name. */
  readonly queues: ReadonlyMap<string, MemoryQueue>
}

type Params = Readonly<Record<string, unknown>>
type Answer = { readonly status: number; readonly body: object }

// SQS's own limit on a message, since 2025.
const LARGEST_BODY = 1024 * 1024

/**
 * SQS on this machine, in its JSON protocol: SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility and
 * GetQueueAttributes, behind IAM. Queues live in memory and have no order.
 */
export function createSqs(options: SqsOptions): Endpoint {
  return createEndpoint(
    'sqs',
    (exchange) => serve(exchange, options),
    () => Promise.resolve(),
  )
}

async function serve(exchange: Exchange, options: SqsOptions): Promise<void> {
  const answer = await answerTo(exchange, options)
  if (answer === null || exchange.response.destroyed) return
  const body = JSON.stringify(answer.body)
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(body) }
  exchange.response.writeHead(answer.status, headers).end(body)
}

/** Null where there is nobody left to answer. */
async function answerTo(exchange: Exchange, options: SqsOptions): Promise<Answer | null> {
  const { request, accessKeyId } = exchange
  const body = await readBody(request, LARGEST_BODY)
  if (body.kind === 'cut-short') return null
  if (body.kind === 'too-large') return failure('InvalidParameterValue', 'the body is over 1 MB')
  const operation = String(request.headers['x-amz-target'] ?? '').replace('AmazonSQS.', '')
  const params = paramsIn(body.bytes)
  const name = textOf(params['QueueUrl']).split('/').at(-1) ?? ''
  const resource = `arn:aws:sqs:${options.region}:${options.accountId}:${name}`
  const asked: readonly Access[] = [{ action: `sqs:${operation}`, resource }]
  const fault = await exchange.fault(asked)
  if (fault === 'over') return null
  if (fault?.kind === 'refuse') return { status: fault.status, body: { __type: fault.code, message: 'on purpose' } }
  if (accessKeyId === null) return failure('MissingAuthenticationToken', 'Request is missing Authentication Token')
  const principal = options.principalOf(accessKeyId)
  if (principal === null) return failure('InvalidClientTokenId', 'The security token is invalid.')
  const denial = denialOf({ principal, accessKeyId, accountId: options.accountId }, asked)
  if (denial !== null) return failure('AccessDeniedException', denial)
  const queue = options.queues.get(name)
  if (queue === undefined) return failure('QueueDoesNotExist', 'The specified queue does not exist.')
  return carriedOut(operation, queue, params)
}

function carriedOut(operation: string, queue: MemoryQueue, params: Params): Answer {
  switch (operation) {
    case 'SendMessage': {
      const text = textOf(params['MessageBody'])
      return ok({ MessageId: queue.send(text), MD5OfMessageBody: md5(text) })
    }
    case 'ReceiveMessage':
      return ok({ Messages: queue.receive(Number(params['MaxNumberOfMessages'] ?? 1)).map(asMessage) })
    case 'DeleteMessage':
      queue.remove(textOf(params['ReceiptHandle']))
      return ok({})
    case 'ChangeMessageVisibility': {
      const changed = queue.changeVisibility(textOf(params['ReceiptHandle']), Number(params['VisibilityTimeout']))
      return changed ? ok({}) : failure('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
    }
    case 'GetQueueAttributes':
      return ok({ Attributes: { ApproximateNumberOfMessages: String(queue.bodies().length) } })
    default:
      return failure('InvalidAction', `the local SQS does not know ${operation}`)
  }
}

function asMessage({ messageId, receiptHandle, body, sentAt, receiveCount }: Received): object {
  const Attributes = { SentTimestamp: String(sentAt), ApproximateReceiveCount: String(receiveCount) }
  return { MessageId: messageId, ReceiptHandle: receiptHandle, Body: body, MD5OfBody: md5(body), Attributes }
}

function ok(body: object): Answer {
  return { status: 200, body }
}

function failure(code: string, message: string): Answer {
  return { status: 400, body: { __type: `com.amazonaws.sqs#${code}`, message } }
}

function paramsIn(bytes: Buffer): Params {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Params) : {}
  } catch {
    return {}
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
