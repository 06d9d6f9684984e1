import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { ImportInterrupted, type ImportArchive } from '../ports/import-ports.ts'
import { awsFailure } from './aws-failure.ts'

/** The archive of imports in a bucket. */
export function createS3ImportArchive(client: S3Client, bucket: string): ImportArchive {
  return {
    get: async (key, signal) => {
      try {
        const get = new GetObjectCommand({ Bucket: bucket, Key: key })
        const { Body } = await client.send(get, { abortSignal: signal })
        return readBody(Body as AsyncIterable<Uint8Array> | undefined, key, signal)
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return null
        throw interrupted(`reading ${key}`, error, signal)
      }
    },
    put: async (key, { size, open }, contentType, signal) => {
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: Readable.from(open()),
        ContentLength: size,
        ContentType: contentType,
      })
      try {
        await client.send(put, { abortSignal: signal })
      } catch (error) {
        throw interrupted(`writing ${key}`, error, signal)
      }
    },
    list: async (prefix, signal) => {
      const keys: string[] = []
      let start: string | undefined
      do {
        const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: start })
        const page = await listPage(() => client.send(list, { abortSignal: signal }), prefix, signal)
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key)
        start = page.NextContinuationToken
      } while (start !== undefined)
      return keys.sort()
    },
    remove: async (key, signal) => {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal })
      } catch (error) {
        throw interrupted(`removing ${key}`, error, signal)
      }
    },
  }
}

async function* readBody(
  body: AsyncIterable<Uint8Array> | undefined,
  key: string,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  try {
    if (body !== undefined) yield* body
  } catch (error) {
    throw interrupted(`reading ${key}`, error, signal)
  }
}

async function listPage(
  send: () => Promise<ListObjectsV2CommandOutput>,
  prefix: string,
  signal: AbortSignal,
): Promise<ListObjectsV2CommandOutput> {
  try {
    return await send()
  } catch (error) {
    throw interrupted(`listing ${prefix}`, error, signal)
  }
}

function interrupted(what: string, error: unknown, signal: AbortSignal): ImportInterrupted {
  return new ImportInterrupted(what, awsFailure(error, signal), { cause: error })
}
