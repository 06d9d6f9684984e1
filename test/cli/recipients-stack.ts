import { CreateTableCommand, DynamoDBClient, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDynamoDbSeenMarks } from '../../lambda/adapters/dynamodb-seen-marks.ts'
import { createDynamoDb } from '../../local/aws/dynamodb.ts'
import { createS3 } from '../../local/aws/s3.ts'
import { createDirectoryTable } from '../directory-table.ts'

/** The part of a stack that lists are imported into, and the file by which `--local` finds it. */
export async function startRecipientsStack() {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-recipients-'))
  const region = 'eu-west-1'
  const principalOf = () => ({ kind: 'operator' }) as const
  const place = { region, accountId: '123456789012', principalOf }
  const dynamoDb = await createDynamoDb({ dataDir: null, ...place })
  const s3 = createS3({ dataDir: join(folder, 's3'), ...place })
  await Promise.all([dynamoDb.listen(), s3.listen()])
  const common = { region, credentials: { accessKeyId: 'A', secretAccessKey: 'B' }, maxAttempts: 1 }
  const client = new DynamoDBClient({ endpoint: dynamoDb.url, ...common })
  const objects = new S3Client({ endpoint: s3.url, forcePathStyle: true, ...common })
  const outputs = { DirectoryTable: 'directory', LedgerTable: 'ledger', RecordBucket: 'records' }
  await createDirectoryTable(client, outputs.DirectoryTable)
  await client.send(
    new CreateTableCommand({
      TableName: outputs.LedgerTable,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  )
  const waiting = { client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }
  await waitUntilTableExists(waiting, { TableName: outputs.LedgerTable })
  await objects.send(new CreateBucketCommand({ Bucket: outputs.RecordBucket }))
  const file = join(folder, 'local-stack.json')
  const describe = (named: object) =>
    writeFileSync(
      file,
      JSON.stringify({ pid: process.pid, region, dynamoDb: dynamoDb.url, s3: s3.url, outputs: named }),
    )
  describe(outputs)
  const marks = createDynamoDbSeenMarks(client, outputs.LedgerTable)
  return {
    folder,
    env: { QUIETGATE_LOCAL: file, USER: 'ann' },
    client,
    dynamoDb,
    s3,
    /** Only these outputs are there from now on. */
    describe,
    outputs,
    /** Mail came for these keys on a day. */
    saw: (keys: readonly string[], day: string) => marks.mark(keys, day, AbortSignal.timeout(5000)),
    /** Puts an item as another program would. */
    put: (item: Readonly<Record<string, string>>) =>
      client.send(
        new PutItemCommand({
          TableName: outputs.DirectoryTable,
          Item: Object.fromEntries(Object.entries(item).map(([name, S]) => [name, { S }])),
        }),
      ),
    file: (name: string, content: string | Uint8Array): string => {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    },
    close: async () => {
      client.destroy()
      objects.destroy()
      await Promise.all([dynamoDb.close(), s3.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type RecipientsStack = Awaited<ReturnType<typeof startRecipientsStack>>
