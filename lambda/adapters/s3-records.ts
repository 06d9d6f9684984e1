import { GetObjectCommand, PutObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3'
import type { DecisionRecord } from '../core/record.ts'
import type { Appended, RecordStore } from '../ports/record-store.ts'

/**
 * Decision records in S3, each put on condition that none stands there yet (S3 User Guide, "conditional writes").
 *
 * A put whose answer was lost may have succeeded, and the SDK's next try then meets its own record: it reads it back as
 * `existed`, which says the same as what was about to be said.
 */
export function createS3RecordStore(client: S3Client, bucket: string): RecordStore {
  const put = (key: string, body: unknown, condition: { readonly IfNoneMatch?: '*' }, signal: AbortSignal) =>
    client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: JSON.stringify(body),
        ContentType: 'application/json',
        ...condition,
      }),
      { abortSignal: signal },
    )
  return {
    append: async (key, record, signal): Promise<Appended> => {
      try {
        await put(key, record, { IfNoneMatch: '*' }, signal)
        return { answer: 'written' }
      } catch (error) {
        // 409: another put of the same key is under way (S3 API, PutObject); whichever wins is the first record.
        if (statusOf(error) === 412 || statusOf(error) === 409) return readFirst(client, bucket, key, signal)
        return { answer: 'failed', cause: causeOf(error, signal) }
      }
    },
    point: async (key, pointer, signal) => {
      try {
        await put(key, pointer, {}, signal)
        return 'written'
      } catch (error) {
        causeOf(error, signal)
        return 'failed'
      }
    },
  }
}

async function readFirst(client: S3Client, bucket: string, key: string, signal: AbortSignal): Promise<Appended> {
  try {
    const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal })
    const first = JSON.parse((await found.Body?.transformToString()) ?? '') as DecisionRecord
    return { answer: 'existed', first }
  } catch (error) {
    return { answer: 'failed', cause: causeOf(error, signal) }
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

/** What the network and S3 can do is data; anything else is a bug of ours and is thrown on. */
function causeOf(error: unknown, signal: AbortSignal): string {
  if (error instanceof S3ServiceException) return error.name
  if (signal.aborted) return 'aborted'
  if (error instanceof SyntaxError) return 'unreadable-record'
  if (error instanceof Error && ('code' in error || '$metadata' in error || error.name === 'TimeoutError'))
    return error.name
  throw error
}
