import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { SettledDomain } from '../contract/import-table.ts'
import { startDynamoDb } from '../dynamodb-world.ts'
import { startS3 } from '../s3-world.ts'

/** The embedded DynamoDB and S3, for whoever imports. */
export async function startImportServices() {
  const [dynamoDb, s3] = await Promise.all([startDynamoDb(), startS3()])
  const { client } = dynamoDb
  return {
    dynamoDb,
    s3,
    client,
    objects: s3.client,
    emptyTable: () => dynamoDb.emptyTable('address'),
    emptyLedger: () => dynamoDb.emptyTable('id'),
    emptyBucket: s3.emptyBucket,
    domain: async (TableName: string, name: string): Promise<SettledDomain> => {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: { address: { S: name } } }))
      const complete = Item?.['state']?.S === 'complete'
      return {
        entries: Number(Item?.['entries']?.N ?? '0'),
        completedAt: complete ? (Item['completed_at']?.S ?? '') : null,
      }
    },
    close: async () => {
      await Promise.all([dynamoDb.close(), s3.close()])
    },
  }
}

export type ImportServices = Awaited<ReturnType<typeof startImportServices>>
