import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDirectoryEditor } from '../lambda/adapters/directory-editor.ts'
import { createDynamoDb } from '../local/aws/dynamodb.ts'
import { createS3 } from '../local/aws/s3.ts'
import { sampleRecords } from '../local/dns/sample-zones.ts'
import { startDnsServer } from '../local/dns/server.ts'
import { createDirectoryTable } from '../test/directory-table.ts'
import { functionEnvironment } from './function-folder.ts'
import { sampleDirectory } from './samples.ts'

/** What the function talks to, on this machine: its answers cost microseconds to a few milliseconds, not a network's. */
export type Services = {
  /** `address:port` of the DNS server. */
  readonly dns: string
  /** The SDK's own variables for endpoints. */
  readonly environment: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

export const region = 'us-east-1'

/** S3 with the bucket of the records, DynamoDB with the directory of the samples, and a DNS server with example zones. */
export async function startServices(): Promise<Services> {
  const dataDir = await mkdtemp(join(tmpdir(), 'quietgate-bench-'))
  const common = { region, accountId: '123456789012', principalOf: () => ({ kind: 'operator' }) as const }
  const s3 = createS3({ ...common, dataDir })
  const dynamoDb = await createDynamoDb({ ...common, dataDir: null })
  await Promise.all([s3.listen(), dynamoDb.listen()])
  const dns = await startDnsServer({ records: sampleRecords() })
  await fill(s3.url, dynamoDb.url)
  return {
    dns: dns.address,
    environment: { AWS_ENDPOINT_URL_S3: s3.url, AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url },
    close: async () => {
      await Promise.all([s3.close(), dynamoDb.close(), dns.close()])
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function fill(s3Url: string, dynamoDbUrl: string): Promise<void> {
  const common = { region, credentials: { accessKeyId: 'BENCH', secretAccessKey: 'local' } }
  const s3 = new S3Client({ ...common, endpoint: s3Url, forcePathStyle: true })
  const dynamoDb = new DynamoDBClient({ ...common, endpoint: dynamoDbUrl })
  const table = functionEnvironment.DIRECTORY_TABLE
  await s3.send(new CreateBucketCommand({ Bucket: functionEnvironment.RECORD_BUCKET }))
  await createDirectoryTable(dynamoDb, table)
  const editor = createDirectoryEditor(dynamoDb, table)
  for (const [key, entry] of sampleDirectory.entries) await editor.add(key, domain, entry)
  if ((await editor.complete(domain, '2026-11-21T10:00:00.000Z')) !== 'completed')
    throw new Error('The directory is empty.')
  s3.destroy()
  dynamoDb.destroy()
}

const domain = 'example.com'
