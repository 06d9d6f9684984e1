import { CreateTableCommand, DynamoDBClient, ScanCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import type { Item } from '../lambda/adapters/dynamodb-items.ts'
import { createDynamoDb } from '../local/aws/dynamodb.ts'
import type { FaultHook } from '../local/aws/faults.ts'
import { settingsOf, withFault, type WorldOptions } from './aws-world.ts'

/** A DynamoDB in this process, and a client of it. */
export type DynamoDbWorld = {
  readonly url: string
  readonly client: DynamoDBClient
  /** Makes a table that no other test knows. Its key is one string. */
  readonly emptyTable: (keyAttribute: KeyAttribute) => Promise<string>
  /** Every item, as it is stored. */
  readonly itemsOf: (table: string) => Promise<readonly Item[]>
  readonly setFault: (fault: FaultHook | null) => void
  readonly withFault: <T>(hook: FaultHook, work: () => Promise<T>) => Promise<T>
  /** Can be said twice: a test may end DynamoDB before it ends itself. */
  readonly close: () => Promise<void>
}

/** The directory's tables are by address, all others by id. */
export type KeyAttribute = 'address' | 'id'

/** A `dataDir` must exist; without one all is in memory. */
export async function startDynamoDb(
  options: WorldOptions & { readonly dataDir?: string | null } = {},
): Promise<DynamoDbWorld> {
  const settings = settingsOf(options)
  const endpoint = await createDynamoDb({ dataDir: options.dataDir ?? null, ...settings.place })
  await endpoint.listen()
  const client = new DynamoDBClient({ endpoint: endpoint.url, ...settings.client })
  const setFault = (fault: FaultHook | null): void => endpoint.setFault(fault)
  let made = 0
  let closed: Promise<void> | null = null
  return {
    url: endpoint.url,
    client,
    emptyTable: (keyAttribute) => createTable(client, `table-${(made += 1)}`, keyAttribute),
    itemsOf: async (table) => (await client.send(new ScanCommand({ TableName: table }))).Items ?? [],
    setFault,
    withFault: (hook, work) => withFault({ setFault }, hook, work),
    close: () => {
      client.destroy()
      return (closed ??= endpoint.close())
    },
  }
}

/** Makes an empty table as the stack makes its own, and waits until it is there: DynamoDB says yes before it is. */
export async function createTable(client: DynamoDBClient, name: string, keyAttribute: KeyAttribute): Promise<string> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: keyAttribute, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: keyAttribute, KeyType: 'HASH' }],
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }, { TableName: name })
  return name
}
