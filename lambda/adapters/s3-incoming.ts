import { GetObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3'
import { ImportInterrupted, type OpenIncoming } from '../ports/import-ports.ts'
import { awsFailure } from './aws-failure.ts'

/** Files to import, in a bucket. The metadata `force` is written `x-amz-meta-force: yes`. */
export function createS3Incoming(client: S3Client, bucket: string): OpenIncoming {
  return async (key, signal) => {
    try {
      const get = new GetObjectCommand({ Bucket: bucket, Key: key })
      const { Body, ContentLength, Metadata } = await client.send(get, { abortSignal: signal })
      if (Body === undefined || ContentLength === undefined) return null
      const bytes = Body as AsyncIterable<Uint8Array>
      return { bytes, size: ContentLength, force: Metadata?.['force']?.trim().toLowerCase() === 'yes' }
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return null
      throw new ImportInterrupted(`reading ${key}`, awsFailure(error, signal), { cause: error })
    }
  }
}
