import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { readFileSync } from 'node:fs'
import { createEmfDigestMetrics } from '../adapters/emf-digest-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { createS3RecordObjects } from '../adapters/s3-record-objects.ts'
import { createSnsDigestTopic } from '../adapters/sns-digest-topic.ts'
import type { DigestPlan } from '../core/digest/plan.ts'
import { digest, type Digested, type DigestPorts } from '../digest.ts'

/** A schedule asks this function every hour whether a digest is due. What was not sent is tried again by the next run. */
export const handler = async (): Promise<Digested> => {
  const done = await digest(plan, ports, AbortSignal.timeout(ownTimeMs))
  for (const failure of done.failures) write(`${JSON.stringify({ level: 'error', day: done.day, digest: failure })}\n`)
  return done
}

/** Below the function's time-out of 900 s: what was cut off is then counted. */
const ownTimeMs = 870_000

const { RECORD_BUCKET, DIGEST_TOPIC } = readEnvironment(process.env, ['RECORD_BUCKET', 'DIGEST_TOPIC'])
const plan = JSON.parse(readFileSync(new URL('digest.json', import.meta.url), 'utf8')) as DigestPlan

// A frozen function wakes up with dead sockets: a short time-out and further tries find that out in time.
const requestHandler = { connectionTimeout: 1000, requestTimeout: 20_000, throwOnRequestTimeout: true }
const clientOptions = { maxAttempts: 4, requestHandler }
const write = (line: string): void => void process.stdout.write(line)
const ports: DigestPorts = {
  objects: createS3RecordObjects(new S3Client(clientOptions), RECORD_BUCKET),
  publish: createSnsDigestTopic(new SNSClient(clientOptions), DIGEST_TOPIC),
  measure: createEmfDigestMetrics(write, Date.now),
  clock: Date.now,
}
