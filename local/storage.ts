import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { BucketAlreadyOwnedByYou, CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { createDynamoDb } from './aws/dynamodb.ts'
import type { Endpoint } from './aws/endpoint.ts'
import type { PrincipalOf } from './aws/principal.ts'
import { createS3, type ObjectStore } from './aws/s3.ts'
import { directoryFault, recordsFault, type FaultPlan } from './faults.ts'
import { operatorKeys } from './principals.ts'
import { outputsOf } from './template/outputs.ts'
import { bucketsOf, tablesOf } from './template/storage.ts'
import type { Template } from './template/template.ts'

export type StorageOptions = {
  readonly dataDir: string
  readonly region: string
  readonly accountId: string
  readonly principalOf: PrincipalOf
  readonly faults: FaultPlan
}

export type Storage = {
  readonly s3: ObjectStore
  readonly dynamoDb: Endpoint
  /** The operator's. */
  readonly clients: { readonly s3: S3Client; readonly dynamoDb: DynamoDBClient }
}

/** The embedded S3 and DynamoDB, with the buckets and tables of the template in them. */
export async function startStorage(template: Template, options: StorageOptions): Promise<Storage> {
  const { dataDir, region, accountId, principalOf, faults } = options
  const tablesDir = join(dataDir, 'dynamodb')
  mkdirSync(tablesDir, { recursive: true })
  const s3 = createS3({ dataDir: join(dataDir, 's3'), region, accountId, principalOf })
  const dynamoDb = await createDynamoDb({ dataDir: tablesDir, region, accountId, principalOf })
  await Promise.all([s3.listen(), dynamoDb.listen()])
  const common = { region, credentials: operatorKeys, maxAttempts: 1 }
  const clients = {
    s3: new S3Client({ ...common, endpoint: s3.url, forcePathStyle: true }),
    dynamoDb: new DynamoDBClient({ ...common, endpoint: dynamoDb.url }),
  }
  for (const { name } of bucketsOf(template)) {
    await clients.s3.send(new CreateBucketCommand({ Bucket: name })).catch(unlessItExists)
  }
  for (const { createTable } of tablesOf(template)) {
    await clients.dynamoDb.send(new CreateTableCommand(createTable)).catch(unlessItExists)
    const wait = { client: clients.dynamoDb, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }
    await waitUntilTableExists(wait, { TableName: createTable.TableName })
  }
  const { DirectoryTable, RecordBucket } = outputsOf(template)
  const directory = tablesOf(template).find(({ name }) => name === DirectoryTable)
  dynamoDb.setFault(directoryFault(faults, directory?.arn ?? ''))
  const records = bucketsOf(template).find(({ name }) => name === RecordBucket)
  s3.setFault(recordsFault(faults, records?.arn ?? ''))
  return { s3, dynamoDb, clients }
}

function unlessItExists(error: unknown): void {
  if (!(error instanceof ResourceInUseException || error instanceof BucketAlreadyOwnedByYou)) throw error
}
