import { S3Client } from '@aws-sdk/client-s3'
import { tmpdir } from 'node:os'
import { createEmfCompactionMetrics } from '../adapters/emf-compaction-metrics.ts'
import { readEnvironment } from '../adapters/environment.ts'
import { openFileScratch } from '../adapters/file-scratch.ts'
import { createS3RecordObjects } from '../adapters/s3-record-objects.ts'
import { compactRecords, type Compacted } from '../compact-records.ts'

/** A schedule asks this function every hour to compact the records of the hours that are over. */
export const handler = async (): Promise<Compacted> => {
  const scratch = await openFileScratch(tmpdir())
  try {
    const done = await compactRecords({ objects, scratch, measure, clock: Date.now }, AbortSignal.timeout(ownTimeMs))
    for (const failure of done.failures) write(`${JSON.stringify({ level: 'error', compaction: failure })}\n`)
    return done
  } finally {
    // A function that is used again has the same disk.
    await scratch.close()
  }
}

/** Below the function's time-out of 900 s: what was cut off is then counted. */
const ownTimeMs = 870_000

const { RECORD_BUCKET } = readEnvironment(process.env, ['RECORD_BUCKET'])

// A frozen function wakes up with dead sockets: a short time-out and further tries find that out in time.
const requestHandler = { connectionTimeout: 1000, requestTimeout: 20_000, throwOnRequestTimeout: true }
const objects = createS3RecordObjects(new S3Client({ maxAttempts: 4, requestHandler }), RECORD_BUCKET)
const write = (line: string): void => void process.stdout.write(line)
const measure = createEmfCompactionMetrics(write, Date.now)
