import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { RecordsInterrupted, type ListedObject, type RecordObjects } from '../ports/record-objects.ts'
import { awsFailure } from './aws-failure.ts'

/** The record bucket. Whoever may not list it hears 403 of what is not there, which interrupts. */
export function createS3RecordObjects(client: S3Client, bucket: string): RecordObjects {
  return {
    list: (prefix, signal) => listed(client, bucket, prefix, signal),
    read: async (key, signal) => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal })
        return bodyOf(Body as AsyncIterable<Uint8Array> | undefined, key, signal)
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return null
        throw interrupted(`reading ${key}`, error, signal)
      }
    },
    stat: async (key, signal) => {
      try {
        const head = new HeadObjectCommand({ Bucket: bucket, Key: key })
        const { ETag, Metadata } = await client.send(head, { abortSignal: signal })
        return { etag: ETag ?? '', note: Metadata?.['note'] ?? null }
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return null
        throw interrupted(`looking at ${key}`, error, signal)
      }
    },
    write: async (key, { size, open, note }, replaces, signal) => {
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: size <= repeatable ? await wholeOf(open()) : Readable.from(open(), { objectMode: false }),
        ContentLength: size,
        ContentType: key.endsWith('.json') ? 'application/json' : 'application/gzip',
        Metadata: { note },
        // S3 User Guide, "conditional writes".
        ...(replaces === null ? { IfNoneMatch: '*' } : { IfMatch: replaces.etag }),
      })
      try {
        await client.send(put, { abortSignal: signal })
        return 'written'
      } catch (error) {
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
        // 404: what was to be replaced is gone (S3 API, PutObject, If-Match).
        if (status === 412 || status === 409 || (status === 404 && replaces !== null)) return 'overtaken'
        throw interrupted(`writing ${key}`, error, signal)
      }
    },
  }
}

/** Octets. What is held in memory can be sent again when a connection breaks; a stream is sent once. */
const repeatable = 32 * 1024 * 1024

async function wholeOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

async function* listed(
  client: S3Client,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedObject[]> {
  let token: string | undefined
  do {
    const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })
    const page = await client.send(list, { abortSignal: signal }).catch((error: unknown) => {
      throw interrupted(`listing ${prefix}`, error, signal)
    })
    yield (page.Contents ?? []).flatMap(({ Key, LastModified, Size = 0 }) =>
      Key === undefined || LastModified === undefined
        ? []
        : [{ key: Key, writtenAt: LastModified.toISOString(), size: Size }],
    )
    token = page.NextContinuationToken
  } while (token !== undefined)
}

async function* bodyOf(
  body: AsyncIterable<Uint8Array> | undefined,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    if (body !== undefined) yield* body
  } catch (error) {
    throw interrupted(`reading ${key}`, error, signal)
  }
}

function interrupted(what: string, error: unknown, signal: AbortSignal): RecordsInterrupted {
  const name = error instanceof S3ServiceException ? ` (${error.name})` : ''
  return new RecordsInterrupted(`${what}${name}`, awsFailure(error, signal), { cause: error })
}
