import { AthenaClient } from '@aws-sdk/client-athena'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { readFileSync } from 'node:fs'
import { createAthenaRecordIndex } from '../adapters/athena-record-index.ts'
import { createDynamoDbDomainLists } from '../adapters/dynamodb-domain-lists.ts'
import { createDynamoDbZoneStates } from '../adapters/dynamodb-zone-states.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { createS3ImportArchive } from '../adapters/s3-import-archive.ts'
import { createS3MailStore } from '../adapters/s3-mail.ts'
import { createS3RecordObjects } from '../adapters/s3-record-objects.ts'
import { importsView } from '../core/widget/imports-view.ts'
import type { WidgetPlan } from '../core/widget/plan.ts'
import { zonesView } from '../core/widget/zones-view.ts'
import { readHistory } from '../import-directory/archive.ts'
import { readImports } from '../widgets/imports.ts'
import { readWidget, type ReadWidgetPorts } from '../widgets/read.ts'
import { createTimedSearch } from '../widgets/search.ts'
import { readZones } from '../widgets/zones.ts'

/** The dashboards ask this function for what their widgets show. */
export const handler = (event: unknown): Promise<string> => readWidget(event, ports, AbortSignal.timeout(ownTimeMs))

/** Below the function's timeout of 60 s; a search ends before, so that what it found is shown. */
const ownTimeMs = 55_000
const searchMs = 45_000

const names = ['MAIL_BUCKET', 'MAIL_PREFIX', 'RECORD_BUCKET', 'STATE_TABLE', 'DIRECTORY_TABLE'] as const
const environment = readEnvironment(process.env, names)
const plan = JSON.parse(readFileSync(new URL('widget.json', import.meta.url), 'utf8')) as WidgetPlan

// A frozen function wakes up with dead sockets: a short time-out and further tries find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 10_000, throwOnRequestTimeout: true }
const clientOptions = { maxAttempts: 3, requestHandler }
const s3 = new S3Client(clientOptions)
const dynamoDb = new DynamoDBClient(clientOptions)
const objects = createS3RecordObjects(s3, environment.RECORD_BUCKET)
const archive = createS3ImportArchive(s3, environment.RECORD_BUCKET)
const states = createDynamoDbZoneStates(dynamoDb, environment.STATE_TABLE)
const imports = {
  history: (most: number, signal: AbortSignal) => readHistory(archive, { source: null, most }, signal),
  domainLists: createDynamoDbDomainLists(dynamoDb, environment.DIRECTORY_TABLE),
}
const ports: ReadWidgetPorts = {
  plan,
  objects,
  mail: createS3MailStore(s3, environment.MAIL_BUCKET, environment.MAIL_PREFIX),
  search: createTimedSearch(
    objects,
    { unpackAtOnce: 2, readAtOnce: 32, index: recordIndex() },
    { milliseconds: searchMs, timer: (milliseconds) => AbortSignal.timeout(milliseconds) },
  ),
  zones: async (shownIn, signal) => zonesView(await readZones(states, plan.probe, Date.now(), signal), shownIn),
  imports: async (shownIn, signal) => importsView(await readImports(imports, plan.listed, signal), shownIn),
  clock: Date.now,
}

/** Null where the stack has no table of records: everything is read then. */
function recordIndex() {
  const { RECORDS_WORKGROUP: workgroup, RECORDS_DATABASE: database, RECORDS_TABLE: table } = process.env
  if (workgroup === undefined || database === undefined || table === undefined) return null
  return createAthenaRecordIndex(new AthenaClient(clientOptions), { workgroup, database, table })
}
