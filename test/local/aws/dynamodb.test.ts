import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../local/aws/authorise.ts'
import { createDynamoDb } from '../../../local/aws/dynamodb.ts'
import type { Endpoint } from '../../../local/aws/endpoint.ts'
import type { FaultedRequest } from '../../../local/aws/faults.ts'
import type { Principal } from '../../../local/aws/principal.ts'

const TableName = 'directory'
const ARN = 'arn:aws:dynamodb:eu-west-1:123456789012:table/directory'
let dir: string
let dynamoDb: Endpoint
let operator: sdk.DynamoDBClient
let statements: Statement[]
let clients: sdk.DynamoDBClient[]

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'quietgate-dynamodb-'))
  statements = []
  clients = []
  dynamoDb = await open(null)
  await dynamoDb.listen()
  operator = clientOf('operator')
  await createTable(TableName)
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await dynamoDb.close()
  rmSync(dir, { recursive: true, force: true })
})

function open(dataDir: string | null): Promise<Endpoint> {
  const principalOf = (accessKeyId: string): Principal | null => {
    if (accessKeyId === 'operator') return { kind: 'operator' }
    return accessKeyId === 'filter' ? { kind: 'role', name: 'FilterRole', statements } : null
  }
  return createDynamoDb({ dataDir, region: 'eu-west-1', accountId: '123456789012', principalOf })
}

function clientOf(accessKeyId: string, httpAgent = new Agent({ keepAlive: true })): sdk.DynamoDBClient {
  const credentials = { accessKeyId, secretAccessKey: 'secret' }
  const client = new sdk.DynamoDBClient({
    endpoint: dynamoDb.url,
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
    requestHandler: { httpAgent },
  })
  clients.push(client)
  return client
}

async function createTable(name: string): Promise<void> {
  await operator.send(
    new sdk.CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }),
  )
  const wait = { client: operator, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }
  await sdk.waitUntilTableExists(wait, { TableName: name })
}

function allow(action: string, resource: string): void {
  statements.push({
    effect: 'Allow',
    actions: [action],
    notActions: [],
    resources: [resource],
    notResources: [],
    conditions: null,
  })
}

const item = (pk: string) => ({ pk: { S: pk } })
const put = (pk: string) => operator.send(new sdk.PutItemCommand({ TableName, Item: item(pk) }))
const get = (pk: string, client = operator) => client.send(new sdk.GetItemCommand({ TableName, Key: item(pk) }))
const batchGet = (client: sdk.DynamoDBClient, tables: readonly string[], keys: readonly string[]) => {
  const RequestItems = Object.fromEntries(
    tables.map((table) => [table, { Keys: keys.map(item), ConsistentRead: true }]),
  )
  return client.send(new sdk.BatchGetItemCommand({ RequestItems }))
}
const failure = async (sent: Promise<unknown>): Promise<{ name: string; message: string; code?: string } | null> =>
  sent.then(
    () => null,
    (error: unknown) => {
      const { name, message, code } = error as Error & { code?: string }
      return { name, message, ...(code !== undefined && { code }) }
    },
  )
const denied = (action: string, resource: string) => ({
  name: 'AccessDeniedException',
  message: `User: arn:aws:sts::123456789012:assumed-role/FilterRole/filter is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
})

describe('the local DynamoDB', () => {
  it('keeps items in its folder over a restart', async () => {
    await dynamoDb.close()
    dynamoDb = await open(dir)
    await dynamoDb.listen()
    operator = clientOf('operator')
    await createTable(TableName)
    await put('alice')
    await dynamoDb.close()

    dynamoDb = await open(dir)
    await dynamoDb.listen()
    operator = clientOf('operator')
    expect((await get('alice')).Item).toEqual(item('alice'))
  })

  it('refuses connections while it is stopped, and has everything when it is back', async () => {
    await put('alice')
    await dynamoDb.stop()
    expect(await failure(get('alice', clientOf('operator')))).toMatchObject({ code: 'ECONNREFUSED' })
    await dynamoDb.start()
    expect((await get('alice', clientOf('operator'))).Item).toEqual(item('alice'))
  })

  it('answers malformed requests in DynamoDB’s words', async () => {
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=operator/x, SignedHeaders=a, Signature=b',
      'x-amz-date': '20260101T000000Z',
      'content-type': 'application/x-amz-json-1.0',
    }
    const ask = async (target: string, body: string) => {
      const response = await fetch(dynamoDb.url, {
        method: 'POST',
        headers: { ...headers, 'x-amz-target': target },
        body,
      })
      return [response.status, ((await response.json()) as { __type: string }).__type.split('#')[1]]
    }
    expect(await ask('DynamoDB_20120810.GetItem', '{')).toEqual([400, 'SerializationException'])
    expect(await ask('DynamoDB_20120810.Nothing', '{}')).toEqual([400, 'UnknownOperationException'])
    expect(await ask('DynamoDB_20120810.BatchGetItem', '[]')).toEqual([400, 'ValidationException'])
    const unsigned = await fetch(dynamoDb.url, { method: 'POST', body: '{}' })
    expect([unsigned.status, await unsigned.text()]).toEqual([
      400,
      expect.stringContaining('MissingAuthenticationTokenException'),
    ])
  })
})

describe('the permissions of a role', () => {
  it('are needed for every call, on the table or on its index', async () => {
    const filter = clientOf('filter')
    const query = { TableName, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'a' } } }
    const calls: [Promise<unknown>, string, string][] = [
      [get('alice', filter), 'dynamodb:GetItem', ARN],
      [filter.send(new sdk.PutItemCommand({ TableName, Item: item('a') })), 'dynamodb:PutItem', ARN],
      [filter.send(new sdk.QueryCommand(query)), 'dynamodb:Query', ARN],
      [
        filter.send(new sdk.QueryCommand({ ...query, IndexName: 'by-domain' })),
        'dynamodb:Query',
        `${ARN}/index/by-domain`,
      ],
      [filter.send(new sdk.ListTablesCommand({})), 'dynamodb:ListTables', '*'],
      [
        filter.send(
          new sdk.BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: item('a') } }] } }),
        ),
        'dynamodb:BatchWriteItem',
        ARN,
      ],
      [
        filter.send(new sdk.TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName, Key: item('a') } }] })),
        'dynamodb:DeleteItem',
        ARN,
      ],
    ]
    const answers = await Promise.all(calls.map(([call]) => failure(call)))
    expect(answers).toEqual(calls.map(([, action, resource]) => denied(action, resource)))
  })

  it('are needed for every table of a batch', async () => {
    await createTable('other')
    await put('alice')
    allow('dynamodb:BatchGetItem', ARN)
    const filter = clientOf('filter')
    expect((await batchGet(filter, [TableName], ['alice'])).Responses).toEqual({ [TableName]: [item('alice')] })
    const both = batchGet(filter, [TableName, 'other'], ['alice'])
    expect(await failure(both)).toEqual(
      denied('dynamodb:BatchGetItem', 'arn:aws:dynamodb:eu-west-1:123456789012:table/other'),
    )
  })

  it('are nobody’s without a key that is known', async () => {
    expect(await failure(get('alice', clientOf('stranger')))).toMatchObject({ name: 'UnrecognizedClientException' })
  })
})

describe('faults', () => {
  it('leave keys of a batch unprocessed, in the shape of the request', async () => {
    for (const pk of ['a', 'b', 'c']) await put(pk)
    dynamoDb.setFault(() => ({ kind: 'unprocessed', keep: 2 }))
    const some = await batchGet(operator, [TableName], ['a', 'b', 'c'])
    expect(some.Responses?.[TableName]).toHaveLength(2)
    expect(some.UnprocessedKeys).toEqual({ [TableName]: { Keys: [item('c')], ConsistentRead: true } })
    dynamoDb.setFault(() => ({ kind: 'unprocessed', keep: 0 }))
    const none = await batchGet(operator, [TableName], ['a'])
    expect([none.Responses, none.UnprocessedKeys]).toEqual([
      {},
      { [TableName]: { Keys: [item('a')], ConsistentRead: true } },
    ])
  })

  it('leave items of a batch unwritten', async () => {
    dynamoDb.setFault(({ action }) => (action === 'dynamodb:BatchWriteItem' ? { kind: 'unprocessed', keep: 1 } : null))
    const requests = ['a', 'b'].map((pk) => ({ PutRequest: { Item: item(pk) } }))
    const { UnprocessedItems } = await operator.send(
      new sdk.BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }),
    )
    expect(UnprocessedItems).toEqual({ [TableName]: [requests[1]] })
    expect([(await get('a')).Item, (await get('b')).Item]).toEqual([item('a'), undefined])
  })

  it('refuse, delay, cut the connection, or never answer', async () => {
    const asked: FaultedRequest[] = []
    dynamoDb.setFault((request) => {
      asked.push(request)
      return { kind: 'refuse', status: 400, code: 'ProvisionedThroughputExceededException' }
    })
    expect(await failure(get('a'))).toMatchObject({ name: 'ProvisionedThroughputExceededException' })
    expect(asked).toEqual([{ service: 'dynamodb', action: 'dynamodb:GetItem', resource: ARN, accessKeyId: 'operator' }])
    dynamoDb.setFault(() => ({ kind: 'delay', ms: 20 }))
    expect((await get('a')).Item).toBeUndefined()
    dynamoDb.setFault(() => ({ kind: 'reset' }))
    expect(await failure(get('a'))).toMatchObject({ code: 'ECONNRESET' })
    dynamoDb.setFault(() => ({ kind: 'hang' }))
    const given = AbortSignal.timeout(50)
    const hanging = operator.send(new sdk.GetItemCommand({ TableName, Key: item('a') }), { abortSignal: given })
    expect(await failure(hanging)).toMatchObject({ name: 'AbortError' })
  })

  it('do not keep the server from closing', async () => {
    const arrived = { first: Promise.withResolvers<null>(), second: Promise.withResolvers<null>() }
    let requests = 0
    dynamoDb.setFault(() => {
      requests++
      arrived[requests === 1 ? 'first' : 'second'].resolve(null)
      return requests === 1 ? { kind: 'hang' } : { kind: 'delay', ms: 3_600_000 }
    })
    const waiting = [failure(get('a')), failure(get('b'))]
    await Promise.all([arrived.first.promise, arrived.second.promise])
    await dynamoDb.stop()
    expect((await Promise.all(waiting)).map((one) => one?.code)).toEqual(['ECONNRESET', 'ECONNRESET'])
  })
})

describe('idle connections', () => {
  it('of a frozen function are cut, those of others and those under way are not', async () => {
    const agents = { filter: new Agent({ keepAlive: true }), operator: new Agent({ keepAlive: true }) }
    allow('*', '*')
    const filter = clientOf('filter', agents.filter)
    const other = clientOf('operator', agents.operator)
    await Promise.all([get('a', filter), get('a', other)])
    const idle = (agent: Agent) => Object.values(agent.freeSockets).flat()
    const [stale] = idle(agents.filter)
    const cut = new Promise((resolve) => stale?.once('close', resolve))

    // The fault holds a request of the same key under way while its idle sibling is cut.
    const answered = new Promise<unknown>((resolve) => {
      dynamoDb.setFault(() => {
        dynamoDb.dropConnections('filter')
        return null
      })
      resolve(get('a', clientOf('filter')))
    })
    expect(await answered).toMatchObject({ $metadata: { httpStatusCode: 200 } })
    await cut
    expect([idle(agents.filter).length, idle(agents.operator).length]).toEqual([0, 1])
  })
})
