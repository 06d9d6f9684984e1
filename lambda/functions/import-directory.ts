import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { createDynamoDbImportLock } from '../adapters/dynamodb-import-lock.ts'
import { createDynamoDbImportTable } from '../adapters/dynamodb-import-table.ts'
import { createDynamoDbSeenDays } from '../adapters/dynamodb-seen-days.ts'
import { createEmfImportMetrics } from '../adapters/emf-import-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { openFileScratch } from '../adapters/file-scratch.ts'
import { readObjectCreated } from '../adapters/object-created-event.ts'
import { createS3ImportArchive } from '../adapters/s3-import-archive.ts'
import { createS3Incoming } from '../adapters/s3-incoming.ts'
import { importDropped, incomingPrefix, type DropSettings } from '../import-directory/dropped.ts'

/**
 * Imports a file that was dropped under `directory/incoming/`. Throws where another try may help, so that Lambda makes one and
 * in the end keeps the event in the dead-letter queue; to do it twice changes nothing.
 */
export const handler = async (event: unknown): Promise<void> => {
  const key = readObjectCreated(event)
  // The "folder" itself, which some tools put as an empty object.
  if (key === null || !key.startsWith(incomingPrefix) || key === incomingPrefix) return
  const scratch = await openFileScratch(tmpdir())
  try {
    const ports = { table, seenDays, lock, archive, incoming, metrics, scratch, clock: Date.now }
    const dropped = await importDropped(key, settings, ports, AbortSignal.timeout(ownTimeMs))
    if (dropped === 'again') throw new Error(`${key} was not imported; its report says why, and it is tried again`)
  } finally {
    await scratch.close()
  }
}

/** Below the function's timeout of 15 minutes: what was cut off is then told, and the lock given back. */
const ownTimeMs = 14.5 * 60 * 1000

const names = ['DIRECTORY_TABLE', 'LEDGER_TABLE', 'RECORD_BUCKET'] as const
const { DIRECTORY_TABLE, LEDGER_TABLE, RECORD_BUCKET } = readEnvironment(process.env, names)
const settings = JSON.parse(readFileSync(new URL('import.json', import.meta.url), 'utf8')) as DropSettings

const requestHandler = { connectionTimeout: 1000, requestTimeout: 10_000, throwOnRequestTimeout: true }
const dynamoDb = new DynamoDBClient({ maxAttempts: 5, requestHandler })
const s3 = new S3Client({ maxAttempts: 5, requestHandler: { ...requestHandler, requestTimeout: 60_000 } })
const table = createDynamoDbImportTable(dynamoDb, DIRECTORY_TABLE)
const seenDays = createDynamoDbSeenDays(dynamoDb, LEDGER_TABLE)
const lock = createDynamoDbImportLock(dynamoDb, DIRECTORY_TABLE)
const archive = createS3ImportArchive(s3, RECORD_BUCKET)
const incoming = createS3Incoming(s3, RECORD_BUCKET)
const metrics = createEmfImportMetrics((line) => void process.stdout.write(line), Date.now)
