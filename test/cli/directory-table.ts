import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDynamoDb } from '../dynamodb-world.ts'

/** An empty directory table in an embedded DynamoDB, and the file by which `--local` finds it. */
export type DirectoryTable = {
  readonly url: string
  readonly table: string
  /** For `quietgate`: where the file is. */
  readonly env: { readonly QUIETGATE_LOCAL: string }
  /** A folder for whatever else the test needs. */
  readonly folder: string
  /** DynamoDB is gone; the file stays. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}

export async function startDirectoryTable(): Promise<DirectoryTable> {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-cli-'))
  const region = 'eu-west-1'
  const { url, emptyTable, close: stop } = await startDynamoDb({ region })
  const table = await emptyTable('address')
  const file = join(folder, 'local-stack.json')
  const description = { pid: process.pid, region, dynamoDb: url, outputs: { DirectoryTable: table } }
  writeFileSync(file, JSON.stringify(description))
  return {
    url,
    table,
    env: { QUIETGATE_LOCAL: file },
    folder,
    stop,
    close: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
