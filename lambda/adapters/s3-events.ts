import { PutObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3'
import { eventKey } from '../core/probe-events.ts'
import type { EventLog } from '../ports/event-log.ts'

/**
 * Events in S3, an object each, and a JSON line for whoever follows the log. The line is written first: it cannot fail, and
 * tells of an event that S3 did not take.
 */
export function createS3Events(client: S3Client, bucket: string, log: (line: string) => void): EventLog {
  return async (event, signal) => {
    log(`${JSON.stringify({ level: 'warn', ...event })}\n`)
    const put = new PutObjectCommand({
      Bucket: bucket,
      Key: eventKey(event),
      Body: JSON.stringify(event),
      ContentType: 'application/json',
    })
    try {
      await client.send(put, { abortSignal: signal })
      return 'written'
    } catch (error) {
      if (isTroubleOfS3(error, signal)) return 'failed'
      throw error
    }
  }
}

/** What the network and S3 can do is data; anything else is a bug of ours. */
function isTroubleOfS3(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || error instanceof S3ServiceException) return true
  return error instanceof Error && ('code' in error || '$metadata' in error || error.name === 'TimeoutError')
}
