import { HeadObjectCommand, NotFound, type S3Client } from '@aws-sdk/client-s3'
import type { MailStat } from '../ports/mail-stat.ts'
import { awsFailure } from './aws-failure.ts'

/** The raw mail in S3. Whoever may not list the bucket hears 403 of what is not there, which is `failed`. */
export function createS3MailStat(client: S3Client): MailStat {
  return async (keptKey, signal) => {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/([^]+)$/.exec(keptKey) ?? []
    if (Bucket === undefined || Key === undefined) return { answer: 'missing' }
    try {
      const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket, Key }), { abortSignal: signal })
      return { answer: 'there', octets: ContentLength }
    } catch (error) {
      if (error instanceof NotFound) return { answer: 'missing' }
      return { answer: 'failed', cause: awsFailure(error, signal) }
    }
  }
}
