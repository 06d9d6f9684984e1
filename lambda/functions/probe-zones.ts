import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { readFileSync } from 'node:fs'
import { createAuthorityLookup } from '../adapters/authority.ts'
import { createAddressLookup } from '../adapters/dns.ts'
import { createDynamoDbZoneStates } from '../adapters/dynamodb-zone-states.ts'
import { createEmfProbeMetrics } from '../adapters/emf-probe-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { awsKeySources, createKeyReader } from '../adapters/keys.ts'
import { createS3Events } from '../adapters/s3-events.ts'
import { keyedLookup } from '../adapters/zones/keyed-lookup.ts'
import type { ProbePlan } from '../core/probe-plan.ts'
import { probe, type Probed } from '../probe.ts'
import type { ProbePorts } from '../probe/run.ts'

/** A schedule asks this function how the zones are. An error is Lambda's to count; the next run comes in a minute. */
export const handler = (): Promise<Probed> => probe(plan, ports, AbortSignal.timeout(ownTimeMs))

/** Below the function's timeout of 50 s: what was cut off is then known to have been cut off. */
const ownTimeMs = 45_000

const environment = readEnvironment(process.env, ['STATE_TABLE', 'RECORD_BUCKET'])
const plan = JSON.parse(readFileSync(new URL('probe.json', import.meta.url), 'utf8')) as ProbePlan

// A frozen function wakes up with dead sockets: a short time-out and a second try find that out in time.
const requestHandler = { connectionTimeout: 500, requestTimeout: 1500, throwOnRequestTimeout: true }
const clientOptions = { maxAttempts: 3, requestHandler }
const print = (line: string): void => void process.stdout.write(line)
const keys = createKeyReader(plan.policy.keys, awsKeySources)
const ports: ProbePorts = {
  lookUp: keyedLookup(createAddressLookup(plan.policy.dns), keys),
  // Whoever names a resolver of their own may have closed every other way out.
  askAuthority: plan.policy.dns.servers === null ? createAuthorityLookup(plan.policy.dns) : () => Promise.resolve(null),
  states: createDynamoDbZoneStates(new DynamoDBClient(clientOptions), environment.STATE_TABLE),
  events: createS3Events(new S3Client(clientOptions), environment.RECORD_BUCKET, print),
  metrics: createEmfProbeMetrics(print, Date.now),
  clock: Date.now,
  stopwatch: () => performance.now(),
  random: Math.random,
}
