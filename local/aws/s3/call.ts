import type { Access } from '../authorise.ts'
import type { Checksum } from './checksums.ts'
import { refusal } from './answers.ts'
import type { Answer } from './answers.ts'
import type { ObjectHead, Tag } from './object-file.ts'
import { lastingEncoding } from './payload.ts'
import type { S3Request } from './s3-request.ts'
import { bucketArn } from './accesses.ts'
import type { Bucket, Store, WriteCondition, Written } from './store.ts'

/** An operation on a bucket that exists, allowed, with its body read and verified. */
export type Call = {
  readonly store: Store
  readonly bucket: Bucket
  readonly request: S3Request
  readonly bytes: Buffer
  readonly checksum: Checksum | null
  /** For what only the object or the body tells: AWS's sentence where the caller may not, null where it may. */
  readonly denial: (asked: readonly Access[]) => string | null
}

// S3 counts names and values of x-amz-meta-* together.
const LARGEST_METADATA = 2048
const MOST_TAGS = 10
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'expires',
  'x-amz-storage-class',
]
const ENCRYPTION = ['x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id']

/** A key that is missing is only said to be missing to those who may list the bucket. Source: S3 API Reference, GetObject. */
export function noSuchKey({ denial }: Call, bucket: string, key: string): Answer {
  const denied = denial([{ action: 's3:ListBucket', resource: bucketArn(bucket) }])
  return denied === null ? refusal('NoSuchKey', undefined, { Key: key }) : refusal('AccessDenied', denied)
}

/** The headers that belong to the object and come back with it. */
export function lastingHeaders({ headers }: S3Request): Readonly<Record<string, string>> | Answer {
  const kept: Record<string, string> = {
    'content-type': 'binary/octet-stream',
    'x-amz-server-side-encryption': 'AES256',
  }
  let metadata = 0
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue
    if (name.startsWith('x-amz-meta-')) metadata += name.length - 'x-amz-meta-'.length + value.length
    if (name.startsWith('x-amz-meta-') || KEPT.includes(name) || ENCRYPTION.includes(name)) kept[name] = value
  }
  const encoding = lastingEncoding(headers['content-encoding'] ?? '')
  if (encoding !== null) kept['content-encoding'] = encoding
  return metadata > LARGEST_METADATA ? refusal('MetadataTooLarge') : kept
}

/** What a write answers with about how the object is kept. */
export function encryptionHeaders(head: Pick<ObjectHead, 'headers'>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(head.headers).filter(([name]) => ENCRYPTION.includes(name)))
}

export function checksumHeaders(checksum: Checksum | null): Readonly<Record<string, string>> {
  return checksum === null ? {} : { [`x-amz-checksum-${checksum.name}`]: checksum.value }
}

/** Tags as the `x-amz-tagging` header writes them: a query string. */
export function taggingHeader({ headers }: S3Request): readonly Tag[] {
  const value = headers['x-amz-tagging']
  return typeof value === 'string' ? [...new URLSearchParams(value)].map(([name, text]) => ({ name, value: text })) : []
}

/** Source: S3 User Guide, "Categorizing your storage using tags". */
export function tagsAreValid(tags: readonly Tag[]): boolean {
  const names = new Set(tags.map(({ name }) => name))
  const fits = tags.every(({ name, value }) => name.length >= 1 && name.length <= 128 && value.length <= 256)
  return tags.length <= MOST_TAGS && names.size === tags.length && fits
}

export function writeCondition({ headers }: S3Request): WriteCondition | Answer {
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
    return refusal('NotImplemented', 'A write takes If-None-Match: * only')
  if (ifNoneMatch === '*') return { kind: 'absent' }
  return ifMatch === undefined ? { kind: 'none' } : { kind: 'etag', etag: unquoted(ifMatch) }
}

/** Null where the object was written. */
export function writeRefusal(written: Written, call: Call): Answer | null {
  switch (written) {
    case 'written':
      return null
    case 'condition-failed':
      return refusal('PreconditionFailed', undefined, {
        Condition: call.request.headers['if-match'] ? 'If-Match' : 'If-None-Match',
      })
    case 'no-such-key':
      return noSuchKey(call, call.bucket.name, call.request.key)
  }
}

export function isAnswer(value: object): value is Answer {
  return 'status' in value && 'body' in value
}

export function unquoted(etag: string): string {
  const text = etag.trim()
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}
