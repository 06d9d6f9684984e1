import { CreateTableCommand, DynamoDBClient, ScanCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDynamoDb } from '../../local/aws/dynamodb.ts'
import type { FaultHook } from '../../local/aws/faults.ts'

/** An empty ledger in an embedded DynamoDB, and the file by which `--local` finds it. */
export type LedgerTable = {
  readonly url: string
  readonly table: string
  /** For `quietgate`: where the file is. */
  readonly env: { readonly QUIETGATE_LOCAL: string }
  /** A folder for whatever else the test needs. */
  readonly folder: string
  /** Every item, as `Message-ID destination reverse-path time`, sorted. */
  readonly items: () => Promise<readonly string[]>
  readonly setFault: (fault: FaultHook | null) => void
  readonly close: () => Promise<void>
}

export async function startLedgerTable(): Promise<LedgerTable> {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-ledger-'))
  const region = 'eu-west-1'
  const TableName = 'ledger'
  const principalOf = () => ({ kind: 'operator' }) as const
  const dynamoDb = await createDynamoDb({ dataDir: null, region, accountId: '123456789012', principalOf })
  await dynamoDb.listen()
  const { url } = dynamoDb
  const client = new DynamoDBClient({ region, endpoint: url, credentials: { accessKeyId: 'A', secretAccessKey: 'B' } })
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }, { TableName })
  const file = join(folder, 'local-stack.json')
  const outputs = { LedgerTable: TableName }
  writeFileSync(file, JSON.stringify({ pid: process.pid, region, dynamoDb: url, outputs }))
  return {
    url,
    table: TableName,
    env: { QUIETGATE_LOCAL: file },
    folder,
    items: async () => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName }))
      return Items.map(({ message_id: id, destination, reverse_path: path, sent_at: at }) =>
        [id, destination, path, at].map((attribute) => attribute?.S ?? '-').join(' '),
      ).sort()
    },
    setFault: (fault) => dynamoDb.setFault(fault),
    close: async () => {
      client.destroy()
      await dynamoDb.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
