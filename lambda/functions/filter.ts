import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { readFileSync } from 'node:fs'
import { createKeyLookup } from '../adapters/dns-keys.ts'
import { createAddressLookup } from '../adapters/dns.ts'
import { createDynamoDbBounceHistory } from '../adapters/dynamodb-bounce-history.ts'
import { createDynamoDbDirectory } from '../adapters/dynamodb-directory.ts'
import { createDynamoDbKnownKeys } from '../adapters/dynamodb-known-keys.ts'
import { createDynamoDbSeenMarks } from '../adapters/dynamodb-seen-marks.ts'
import { createDynamoDbSentLog } from '../adapters/dynamodb-sent-log.ts'
import { createZoneStates } from '../adapters/dynamodb-zone-states.ts'
import { createEmfMetrics } from '../adapters/emf-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { awsKeySources, createKeyReader } from '../adapters/keys.ts'
import { nodeCrypto } from '../adapters/node-crypto.ts'
import { hmacSha1, hmacSha256 } from '../adapters/node-hmac.ts'
import { createProofKeys } from '../adapters/proof-keys.ts'
import { createS3Entries } from '../adapters/s3-entries.ts'
import { createS3MailStore } from '../adapters/s3-mail.ts'
import { createS3RecordStore } from '../adapters/s3-records.ts'
import { dispositionOf, readMessage, type Disposition } from '../adapters/ses-event.ts'
import { createZoneLookup } from '../adapters/zones.ts'
import { createSoaLookup } from '../adapters/zones/soa.ts'
import type { Message } from '../core/message.ts'
import type { Policy } from '../core/policy.ts'
import { recordFailure } from '../fail-open.ts'
import { filter, type Ports } from '../filter.ts'
import type { BouncePorts } from '../filter/bounce-ports.ts'
import { isTrial, type TrialAnswer } from '../trial.ts'

/**
 * An SES receipt rule asks this function what to do with a message; the answer is a disposition, whatever happens. Only the
 * trial of a new version, which a deploy makes, throws.
 */
export const handler = async (event: unknown): Promise<{ readonly disposition: Disposition } | TrialAnswer> => {
  // Two seconds are kept for the record: a decision that nobody wrote down cannot be acted upon.
  const asking = AbortSignal.timeout(policy.deadlineMs - Math.min(2000, policy.deadlineMs / 2))
  const acting = AbortSignal.timeout(policy.deadlineMs)
  if (isTrial(event)) {
    const { runTrial } = await import('../run-trial.ts')
    const trialMessage = readMessage(event)
    return runTrial(filter, trialMessage, policy, portsFor(trialMessage), { asking, acting })
  }
  let message: Message | null = null
  try {
    message = readMessage(event)
    return { disposition: dispositionOf(await filter(message, policy, portsFor(message), { asking, acting })) }
  } catch (error) {
    process.stderr.write(`${JSON.stringify({ level: 'error', message_id: message?.id, error: stackOf(error) })}\n`)
    if (message === null) metrics.failed('filter-failed')
    else
      await recordFailure(message, error, policy, portsFor(message), acting).catch(() =>
        metrics.failed('record-failed'),
      )
    return { disposition: dispositionOf('deliver') }
  }
}

const environment = readEnvironment(process.env, [
  'MAIL_BUCKET',
  'MAIL_PREFIX',
  'RECORD_BUCKET',
  'DIRECTORY_TABLE',
  'STATE_TABLE',
  'LEDGER_TABLE',
  'CODE_VERSION',
])
const policy = JSON.parse(readFileSync(new URL('policy.json', import.meta.url), 'utf8')) as Policy

// A frozen function wakes up with dead sockets: a short time-out and a second try find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 1500, throwOnRequestTimeout: true }
const clientOptions = { maxAttempts: 3, requestHandler }
const dynamoDb = new DynamoDBClient(clientOptions)
const directory = createDynamoDbDirectory(dynamoDb, environment.DIRECTORY_TABLE)
const s3 = new S3Client(clientOptions)
const seen = createDynamoDbSeenMarks(dynamoDb, environment.LEDGER_TABLE)
const records = createS3RecordStore(s3, environment.RECORD_BUCKET)
const metrics = createEmfMetrics((line) => process.stdout.write(line), Date.now)
const entries = createS3Entries({
  client: s3,
  bucket: environment.RECORD_BUCKET,
  failed: () => metrics.failed('entries-unread'),
})
const states = createZoneStates({
  client: dynamoDb,
  table: environment.STATE_TABLE,
  zones: policy.dnsxl.zones.map(({ zone }) => zone),
  failed: () => metrics.failed('zone-states-unread'),
})
const zones = createZoneLookup({
  policy,
  lookUp: createAddressLookup(policy.dns),
  soaOf: createSoaLookup(policy.dns.servers, policy.dns.timeoutMs),
  keys: createKeyReader(policy.keys, awsKeySources),
  skip: states.skip,
})
const bounces: Omit<BouncePorts, 'directory' | 'metrics'> = {
  mail: createS3MailStore(s3, environment.MAIL_BUCKET, environment.MAIL_PREFIX),
  publicKeys: createKeyLookup(policy.dns),
  knownKeys: createDynamoDbKnownKeys(dynamoDb, environment.LEDGER_TABLE),
  sentLog: createDynamoDbSentLog(dynamoDb, environment.LEDGER_TABLE),
  history: createDynamoDbBounceHistory(dynamoDb, environment.LEDGER_TABLE),
  proofKeys: createProofKeys(policy.bounces.keys, awsKeySources),
  crypto: nodeCrypto,
  sha1: hmacSha1,
  sha256: hmacSha256,
}
let coldStart = true

function portsFor(message: Message): Ports {
  const keptKey = `s3://${environment.MAIL_BUCKET}/${environment.MAIL_PREFIX}${message.id}`
  const run = { coldStart, codeVersion: environment.CODE_VERSION, keptKey }
  coldStart = false
  return {
    ...bounces,
    directory,
    entries,
    records,
    seen,
    zones,
    metrics,
    clock: Date.now,
    stopwatch: () => performance.now(),
    run,
    dispositionOf,
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
