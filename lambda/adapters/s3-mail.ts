import { GetObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3'
import type { Readable } from 'node:stream'
import type { MailFailure, MailRead, MailStore } from '../ports/mail-store.ts'
import { awsFailure } from './aws-failure.ts'

/**
 * The raw mail in S3, where SES put it: the key is `prefix` and SES's id of the message. One ranged request
 * (S3 API, GetObject; RFC 9110 14.2), whatever the size of the message.
 */
export function createS3MailStore(client: S3Client, bucket: string, prefix: string): MailStore {
  return async (messageId, length, signal): Promise<MailRead> => {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: `${prefix}${messageId}`,
      Range: `bytes=0-${length - 1}`,
    })
    try {
      const { Body, ContentRange } = await client.send(command, { abortSignal: signal })
      const { octets, ended } = await readBody(Body as Readable | undefined, length)
      return { answer: 'mail', octets, whole: ended && (sizeIn(ContentRange) ?? octets.length) <= octets.length }
    } catch (error) {
      // No octet of an empty object lies in any range.
      if (statusOf(error) === 416) return { answer: 'mail', octets: new Uint8Array(), whole: true }
      return { answer: 'failed', cause: mailFailure(error, signal) }
    }
  }
}

type Beginning = { readonly octets: Uint8Array; readonly ended: boolean }

/** A service that does not heed the range sends everything: no more than `length` octets are taken of it. */
async function readBody(body: Readable | undefined, length: number): Promise<Beginning> {
  if (body === undefined) return { octets: new Uint8Array(), ended: true }
  const chunks: Uint8Array[] = []
  let taken = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk.subarray(0, length - taken))
    taken += chunk.length
    if (taken > length) return { octets: Buffer.concat(chunks), ended: false }
  }
  return { octets: Buffer.concat(chunks), ended: true }
}

/** Of `bytes 0-99/2000`; null where the whole object came. */
function sizeIn(contentRange: string | undefined): number | null {
  const size = Number(contentRange?.split('/')[1] ?? Number.NaN)
  return Number.isInteger(size) ? size : null
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

function mailFailure(error: unknown, signal: AbortSignal): MailFailure {
  if (!signal.aborted && error instanceof S3ServiceException && error.name === 'NoSuchKey') return 'missing'
  return awsFailure(error, signal)
}
