import { CreateTableCommand, DynamoDBClient, GetItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDynamoDb } from '../../local/aws/dynamodb.ts'
import { createS3 } from '../../local/aws/s3.ts'
import type { SettledDomain } from '../contract/import-table.ts'
import { createDirectoryTable } from '../directory-table.ts'

/** The embedded DynamoDB and S3, for whoever imports. */
export async function startImportServices() {
  const dataDir = mkdtempSync(join(tmpdir(), 'quietgate-imports-'))
  const principalOf = () => ({ kind: 'operator' }) as const
  const place = { region: 'us-east-1', accountId: '123456789012', principalOf }
  const dynamoDb = await createDynamoDb({ dataDir: null, ...place })
  const s3 = createS3({ dataDir, ...place })
  await Promise.all([dynamoDb.listen(), s3.listen()])
  const credentials = { accessKeyId: 'OPERATOR', secretAccessKey: 'local' }
  const requestHandler = { requestTimeout: 5000, throwOnRequestTimeout: true }
  const common = { region: 'us-east-1', credentials, maxAttempts: 1, requestHandler }
  const client = new DynamoDBClient({ endpoint: dynamoDb.url, ...common })
  const objects = new S3Client({ endpoint: s3.url, forcePathStyle: true, ...common })
  let made = 0
  return {
    dynamoDb,
    s3,
    client,
    objects,
    emptyTable: () => createDirectoryTable(client, `directory-${(made += 1)}`),
    emptyLedger: async () => {
      const TableName = `ledger-${(made += 1)}`
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        }),
      )
      await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }, { TableName })
      return TableName
    },
    emptyBucket: async () => {
      const Bucket = `records-${(made += 1)}`
      await objects.send(new CreateBucketCommand({ Bucket }))
      return Bucket
    },
    domain: async (TableName: string, name: string): Promise<SettledDomain> => {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: { address: { S: name } } }))
      const complete = Item?.['state']?.S === 'complete'
      return {
        entries: Number(Item?.['entries']?.N ?? '0'),
        completedAt: complete ? (Item['completed_at']?.S ?? '') : null,
      }
    },
    close: async () => {
      client.destroy()
      objects.destroy()
      await Promise.all([dynamoDb.close(), s3.close()])
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export type ImportServices = Awaited<ReturnType<typeof startImportServices>>
