import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { createDynamoDbSweepState } from '../adapters/dynamodb-sweep-state.ts'
import { createEmfSweepMetrics } from '../adapters/emf-hand-over-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { createS3MailList, createS3Orphans, createS3RecordCheck } from '../adapters/s3-orphans.ts'
import type { SweepPorts } from '../ports/orphans.ts'
import { sweep, type Swept } from '../sweep.ts'

/** A schedule asks this function whether there is mail about which nothing was decided. The next run comes in five minutes. */
export const handler = (): Promise<Swept> => sweep(ports, pagesARun, AbortSignal.timeout(ownTimeMs))

/** 100,000 messages: a mailbox of 3,000 messages a day is looked through whole in each run, and one page of S3 is 1,000 keys. */
const pagesARun = 100
/** Below the function's timeout of 240 s: what was cut off is then counted. */
const ownTimeMs = 220_000

const { MAIL_BUCKET, MAIL_PREFIX, RECORD_BUCKET, STATE_TABLE } = readEnvironment(process.env, [
  'MAIL_BUCKET',
  'MAIL_PREFIX',
  'RECORD_BUCKET',
  'STATE_TABLE',
])

// A frozen function wakes up with dead sockets: a short time-out and a further try find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 5000, throwOnRequestTimeout: true }
const s3 = new S3Client({ maxAttempts: 3, requestHandler })
const ports: SweepPorts = {
  state: createDynamoDbSweepState(new DynamoDBClient({ maxAttempts: 3, requestHandler }), STATE_TABLE),
  listMail: createS3MailList(s3, MAIL_BUCKET, MAIL_PREFIX),
  isRecorded: createS3RecordCheck(s3, RECORD_BUCKET),
  orphans: createS3Orphans(s3, RECORD_BUCKET),
  measure: createEmfSweepMetrics((line) => void process.stdout.write(line), Date.now),
  clock: Date.now,
}
