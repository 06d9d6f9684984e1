import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDynamoDbSeenMarks } from '../../lambda/adapters/dynamodb-seen-marks.ts'
import { createTable, startDynamoDb } from '../dynamodb-world.ts'
import { createBucket, startS3 } from '../s3-world.ts'

/** The part of a stack that lists are imported into, and the file by which `--local` finds it. */
export async function startRecipientsStack({ onDisk = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-recipients-'))
  const region = 'eu-west-1'
  const dynamoDb = await startDynamoDb({ region, dataDir: onDisk ? tablesIn(folder) : null })
  const s3 = await startS3({ region })
  const { client } = dynamoDb
  const outputs = { DirectoryTable: 'directory', LedgerTable: 'ledger', RecordBucket: 'records' }
  await createTable(client, outputs.DirectoryTable, 'address')
  await createTable(client, outputs.LedgerTable, 'id')
  await createBucket(s3.client, outputs.RecordBucket)
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
      await Promise.all([dynamoDb.close(), s3.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type RecipientsStack = Awaited<ReturnType<typeof startRecipientsStack>>

function tablesIn(folder: string): string {
  const dir = join(folder, 'dynamodb')
  mkdirSync(dir)
  return dir
}
