import { CreateTableCommand, DynamoDBClient, ScanCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import type { Item } from '../../lambda/adapters/dynamodb-items.ts'
import { createDynamoDb } from '../../local/aws/dynamodb.ts'
import type { Endpoint } from '../../local/aws/endpoint.ts'
import type { FaultHook } from '../../local/aws/faults.ts'

/** A DynamoDB in this process, and tables as the stack makes the ledger's. */
export type LedgerWorld = {
  readonly client: DynamoDBClient
  readonly emptyTable: () => Promise<string>
  readonly itemsOf: (table: string) => Promise<readonly Item[]>
  readonly withFault: <T>(hook: FaultHook, work: () => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

export async function startLedgerWorld(): Promise<LedgerWorld> {
  const principalOf = () => ({ kind: 'operator' }) as const
  const options = { dataDir: null, region: 'us-east-1', accountId: '123456789012', principalOf }
  const endpoint: Endpoint = await createDynamoDb(options)
  await endpoint.listen()
  const client = new DynamoDBClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'local' },
    maxAttempts: 2,
    requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
  })
  let tables = 0
  return {
    client,
    emptyTable: () => createLedgerTable(client, `ledger-${(tables += 1)}`),
    itemsOf: async (table) => (await client.send(new ScanCommand({ TableName: table }))).Items ?? [],
    withFault: async (hook, work) => {
      endpoint.setFault(hook)
      try {
        return await work()
      } finally {
        endpoint.setFault(null)
      }
    },
    close: async () => {
      client.destroy()
      await endpoint.close()
    },
  }
}

/** What the network and DynamoDB can do, and the cause that is told of it. */
export const troubles = [
  ['unreachable', { kind: 'reset' }],
  ['timeout', { kind: 'hang' }],
  ['throttled', { kind: 'refuse', status: 400, code: 'ProvisionedThroughputExceededException' }],
  ['refused', { kind: 'refuse', status: 400, code: 'AccessDeniedException' }],
  ['unreachable', { kind: 'refuse', status: 500, code: 'InternalServerError' }],
] as const

async function createLedgerTable(client: DynamoDBClient, name: string): Promise<string> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }, { TableName: name })
  return name
}
