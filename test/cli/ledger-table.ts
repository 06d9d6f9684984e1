import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultHook } from '../../local/aws/faults.ts'
import { startDynamoDb } from '../dynamodb-world.ts'

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
  const { url, emptyTable, itemsOf, setFault, close } = await startDynamoDb({ region })
  const table = await emptyTable('id')
  const file = join(folder, 'local-stack.json')
  const outputs = { LedgerTable: table }
  writeFileSync(file, JSON.stringify({ pid: process.pid, region, dynamoDb: url, outputs }))
  return {
    url,
    table,
    env: { QUIETGATE_LOCAL: file },
    folder,
    items: async () =>
      (await itemsOf(table))
        .map(({ message_id: id, destination, reverse_path: path, sent_at: at }) =>
          [id, destination, path, at].map((attribute) => attribute?.S ?? '-').join(' '),
        )
        .sort(),
    setFault,
    close: async () => {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
