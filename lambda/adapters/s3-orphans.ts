import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { orphanKey, type Orphan } from '../core/hand-over/orphans.ts'
import { recordKey } from '../core/record.ts'
import type { SweepPorts } from '../ports/orphans.ts'
import { awsFailure } from './aws-failure.ts'

/** What SES puts into a new bucket itself; it is no mail. */
const notice = 'AMAZON_SES_SETUP_NOTIFICATION'

/** Raw mail below a prefix of its bucket, 1,000 keys a page (S3 API, ListObjectsV2). */
export function createS3MailList(client: S3Client, bucket: string, prefix: string): SweepPorts['listMail'] {
  return async (after, signal) => {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      ...(after === null ? {} : { StartAfter: after }),
    })
    try {
      const { Contents = [], IsTruncated } = await client.send(command, { abortSignal: signal })
      const mail = Contents.flatMap(({ Key = '', LastModified }) => {
        const messageId = Key.slice(prefix.length)
        if (messageId === '' || messageId === notice || LastModified === undefined) return []
        return [{ messageId, key: `s3://${bucket}/${Key}`, storedAt: LastModified.toISOString() }]
      })
      return { mail, next: IsTruncated === true ? (Contents.at(-1)?.Key ?? null) : null }
    } catch (error) {
      awsFailure(error, signal)
      return null
    }
  }
}

/** Asks for the record under each day in turn. Whoever may not list the bucket hears 403 of what is not there. */
export function createS3RecordCheck(client: S3Client, bucket: string): SweepPorts['isRecorded'] {
  return async (messageId, days, signal) => {
    for (const day of days) {
      const key = recordKey({ message_id: messageId, received_at: day })
      try {
        await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal })
        return true
      } catch (error) {
        if (error instanceof NotFound) continue
        awsFailure(error, signal)
        return null
      }
    }
    return false
  }
}

/** The list of orphans: an object each, below `orphans/`. */
export function createS3Orphans(client: S3Client, bucket: string): SweepPorts['orphans'] {
  return {
    list: async (signal) => {
      try {
        return await listOrphans(client, bucket, signal)
      } catch (error) {
        awsFailure(error, signal)
        return null
      }
    },
    put: async (orphan, signal) => {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: orphanKey(orphan.message_id),
        Body: JSON.stringify(orphan),
        ContentType: 'application/json',
      })
      try {
        await client.send(command, { abortSignal: signal })
        return 'written'
      } catch (error) {
        awsFailure(error, signal)
        return 'failed'
      }
    },
    remove: async (messageId, signal) => {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: orphanKey(messageId) }), {
          abortSignal: signal,
        })
        return 'removed'
      } catch (error) {
        awsFailure(error, signal)
        return 'failed'
      }
    },
  }
}

/** All of them, the oldest first. Throws what the SDK throws. */
export async function listOrphans(client: S3Client, bucket: string, signal: AbortSignal): Promise<readonly Orphan[]> {
  const orphans: Orphan[] = []
  let token: string | undefined
  do {
    const { Contents = [], NextContinuationToken } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'orphans/', ContinuationToken: token }),
      { abortSignal: signal },
    )
    const read = await Promise.all(Contents.map(({ Key = '' }) => readOrphan(client, bucket, Key, signal)))
    orphans.push(...read.filter((orphan) => orphan !== null))
    token = NextContinuationToken
  } while (token !== undefined && orphans.length < mostOrphans)
  return orphans.sort((a, b) => (a.stored_at < b.stored_at ? -1 : 1))
}

/** More than anybody looks through, and few enough to be read in one run. */
const mostOrphans = 5000

async function readOrphan(client: S3Client, bucket: string, key: string, signal: AbortSignal): Promise<Orphan | null> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal })
  try {
    const orphan = JSON.parse((await Body?.transformToString()) ?? '') as Partial<Orphan>
    return typeof orphan.message_id === 'string' && typeof orphan.stored_at === 'string' ? (orphan as Orphan) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
