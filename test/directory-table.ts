import { CreateTableCommand, waitUntilTableExists, type DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** Makes an empty table as the stack makes the directory's, and waits until it is there: DynamoDB says yes before it is. */
export async function createDirectoryTable(client: DynamoDBClient, name: string): Promise<string> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'address', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'address', KeyType: 'HASH' }],
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }, { TableName: name })
  return name
}
