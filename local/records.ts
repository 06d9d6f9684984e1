import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, type S3Client } from '@aws-sdk/client-s3'
import { recordKey, type DecisionRecord } from '../lambda/core/record.ts'

/** Reads decision records as anybody does: from the bucket, with the AWS SDK. */
export async function readRecord(
  client: S3Client,
  bucket: string,
  message: Pick<DecisionRecord, 'message_id' | 'received_at'>,
): Promise<DecisionRecord | null> {
  try {
    const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: recordKey(message) }))
    return JSON.parse((await found.Body?.transformToString()) ?? '') as DecisionRecord
  } catch (error) {
    if (error instanceof NoSuchKey) return null
    throw error
  }
}

/** How many objects lie under a prefix. */
export async function countObjects(client: S3Client, bucket: string, prefix: string): Promise<number> {
  let count = 0
  let token: string | undefined
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    )
    count += page.KeyCount ?? 0
    token = page.NextContinuationToken
  } while (token !== undefined)
  return count
}
