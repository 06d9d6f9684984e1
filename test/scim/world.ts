import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import { createDynamoDbScimDirectory } from '../../lambda/adapters/dynamodb-scim-directory.ts'
import { createDynamoDbScim } from '../../lambda/adapters/dynamodb-scim.ts'
import { readFunctionUrlEvent, writeFunctionUrlResponse } from '../../lambda/adapters/function-url-event.ts'
import type { ServedDomain } from '../../lambda/core/scim/addresses.ts'
import type { ScimMetrics } from '../../lambda/ports/scim-metrics.ts'
import type { ScimStore } from '../../lambda/ports/scim-store.ts'
import { answerScim } from '../../lambda/scim.ts'
import type { FaultHook } from '../../local/aws/faults.ts'
import { startDynamoDb } from '../dynamodb-world.ts'

export type Answered = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Null where there is none, whatever the type says. */
  readonly body: Body
}

/** A resource, a list or an error: what a test reads out of it is there, or the test fails. */
export type Body = {
  readonly [name: string]: unknown
  readonly id: string
  readonly meta: { readonly location: string; readonly version: string }
  readonly totalResults: number
  readonly Resources: readonly Body[]
}

/** The endpoint over an embedded DynamoDB, asked by the events of a function URL. */
export type ScimWorld = {
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answered>
  /** The entries of the directory: `alice@example.com mailbox`, with ` removed` behind what is removed; sorted. */
  readonly entries: () => Promise<readonly string[]>
  readonly entry: (address: string) => Promise<object | null>
  /** Writes an entry as a person or an import does. */
  readonly write: (address: string, source: string | null, removedAt?: string) => Promise<void>
  /** How many entries the domain counts. */
  readonly count: (domain: string) => Promise<number>
  readonly store: ReturnType<typeof createDynamoDbScim>
  /** The store of a function with less memory. */
  readonly storeWith: (mostCharacters: number) => ScimStore
  readonly directory: ReturnType<typeof createDynamoDbScimDirectory>
  readonly editor: ReturnType<typeof createDirectoryEditor>
  readonly counted: Parameters<ScimMetrics['answered']>[0][]
  readonly setFault: (fault: FaultHook | null) => void
  readonly close: () => Promise<void>
}

export const host = 'abc.lambda-url.eu-west-1.on.aws'
export const right = { authorization: 'Bearer right' }
export const servedDomains: readonly ServedDomain[] = [
  { name: 'example.com', foldCase: true, aliasOf: null },
  { name: 'example.org', foldCase: true, aliasOf: null },
]

/** As Lambda hands a request over; a body of application/scim+json comes as base64. */
export function urlEvent(
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): object {
  const [rawPath = '', rawQueryString = ''] = path.split('?')
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host, 'content-type': 'application/scim+json', 'user-agent': 'Azure-AD-SCIM/1.0', ...headers },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc',
      domainName: host,
      domainPrefix: 'abc',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'Azure-AD-SCIM/1.0' },
      requestId: 'e1506fd5-9e7b-434f-bd42-4f8fa224b599',
      routeKey: '$default',
      stage: '$default',
      time: '21/Nov/2026:10:00:00 +0000',
      timeEpoch: 1795255200000,
    },
    ...(text === null ? {} : { body: Buffer.from(text).toString('base64') }),
    isBase64Encoded: text !== null,
  }
}

export async function startScim(): Promise<ScimWorld> {
  const { client, emptyTable, itemsOf, setFault, close } = await startDynamoDb({ requestTimeout: 3000 })
  const directoryTable = await emptyTable('address')
  const scimTable = await emptyTable('id')
  const store = createDynamoDbScim(client, scimTable)
  const directory = createDynamoDbScimDirectory(client, directoryTable)
  const counted: Parameters<ScimMetrics['answered']>[0][] = []
  let clock = Date.parse('2026-11-21T10:00:00.000Z')
  let ids = 0
  const ports = {
    store,
    directory,
    authorize: (field: string | null): Promise<'yes' | 'no' | 'unknown'> =>
      Promise.resolve(field === 'Bearer right' ? 'yes' : field === 'Bearer unread' ? 'unknown' : 'no'),
    metrics: { answered: (counts: Parameters<ScimMetrics['answered']>[0]): void => void counted.push(counts) },
    now: () => new Date((clock += 1000)).toISOString(),
    newId: () => `id-${(ids += 1)}`,
  } as const
  const itemOf = async (key: string) =>
    (await client.send(new GetItemCommand({ TableName: directoryTable, Key: { address: { S: key } } }))).Item ?? null
  return {
    ask: async (method, path, body, headers = right) => {
      const request = readFunctionUrlEvent(urlEvent(method, path, body, headers))!
      const response = writeFunctionUrlResponse(
        await answerScim(request, servedDomains, ports, AbortSignal.timeout(5000)),
      )
      const text = response.body ?? null
      return { status: response.statusCode, headers: response.headers, body: JSON.parse(text ?? 'null') as Body }
    },
    entries: async () => {
      const items = await itemsOf(directoryTable)
      return items
        .filter((item) => item['kind']?.S !== 'domain')
        .map((item) =>
          [item['address']?.S, item['kind']?.S, item['target']?.S, item['removed_at'] && 'removed']
            .filter((word) => word !== undefined)
            .join(' '),
        )
        .sort()
    },
    entry: async (address) => {
      const item = await itemOf(address)
      if (item === null) return null
      return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, value.S ?? value.SS ?? value.N]))
    },
    write: async (address, source, removedAt) => {
      const Item = {
        address: { S: address },
        kind: { S: 'mailbox' },
        ...(source === null ? {} : { source: { S: source } }),
        ...(removedAt === undefined ? {} : { removed_at: { S: removedAt } }),
      }
      await client.send(new PutItemCommand({ TableName: directoryTable, Item }))
    },
    count: async (domain) => Number((await itemOf(domain))?.['entries']?.N ?? '0'),
    store,
    directory,
    storeWith: (mostCharacters) => createDynamoDbScim(client, scimTable, mostCharacters),
    editor: createDirectoryEditor(client, directoryTable),
    counted,
    setFault,
    close,
  }
}
