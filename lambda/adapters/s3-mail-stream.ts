import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3'
import type { MailStream } from '../ports/mail-stream.ts'
import { awsFailure } from './aws-failure.ts'

/** The raw mail in S3, by the `s3://bucket/key` of its job. */
export function createS3MailStream(client: S3Client): MailStream {
  return async (keptKey, signal) => {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/([^]+)$/.exec(keptKey) ?? []
    if (Bucket === undefined || Key === undefined) throw new Error(`${keptKey} is not s3://bucket/key`)
    try {
      const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket, Key }), {
        abortSignal: signal,
      })
      const body = Body as AsyncIterable<Uint8Array> | undefined
      return { answer: 'mail', content: whole(body, ContentLength), octets: ContentLength }
    } catch (error) {
      if (error instanceof NoSuchKey) return { answer: 'missing' }
      return { answer: 'failed', cause: awsFailure(error, signal) }
    }
  }
}

/** A body that ends early must never look like a message that ends here. */
async function* whole(body: AsyncIterable<Uint8Array> | undefined, octets: number): AsyncGenerator<Uint8Array> {
  let read = 0
  for await (const chunk of body ?? []) {
    read += chunk.length
    yield chunk
  }
  if (read !== octets) throw new Error(`the raw mail ended after ${read} of ${octets} octets`)
}
