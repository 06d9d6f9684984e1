import { createHash } from 'node:crypto'
import { closeSync } from 'node:fs'
import { empty, quoted, refusal, xmlAnswer } from './answers.ts'
import type { Answer } from './answers.ts'
import {
  checksumHeaders,
  encryptionHeaders,
  isAnswer,
  lastingHeaders,
  noSuchKey,
  taggingHeader,
  tagsAreValid,
  unquoted,
  writeCondition,
  writeRefusal,
} from './call.ts'
import type { Call } from './call.ts'
import type { ObjectHead } from './object-file.ts'
import { rangeOf } from './range.ts'
import { objectArn } from './accesses.ts'
import { element } from './xml.ts'

export async function putObject(call: Call): Promise<Answer> {
  const { store, bucket, request, bytes, checksum } = call
  const headers = lastingHeaders(request)
  if (isAnswer(headers)) return headers
  const condition = writeCondition(request)
  if (isAnswer(condition)) return condition
  const tags = taggingHeader(request)
  if (!tagsAreValid(tags)) return refusal('InvalidTag')
  const etag = createHash('md5').update(bytes).digest('hex')
  const head = { key: request.key, size: bytes.length, etag, modifiedAt: Date.now(), headers, tags, checksum }
  const refused = writeRefusal(await store.write(bucket.name, head, { kind: 'bytes', bytes }, condition), call)
  return refused ?? empty(200, { etag: quoted(etag), ...encryptionHeaders(head), ...checksumHeaders(checksum) })
}

export function getObject(call: Call): Answer {
  const { store, bucket, request } = call
  const opened = store.open(bucket, request.key)
  if (!opened) return noSuchKey(call, bucket.name, request.key)
  const { head, fd } = opened
  const answer = preconditionAnswer(head, request.headers) ?? rangeAnswer(call, head, fd)
  if (typeof answer.body !== 'string' && request.operation === 'GetObject') return answer
  closeSync(fd)
  return typeof answer.body === 'string' ? answer : { ...answer, body: '' }
}

export function deleteObject({ store, bucket, request }: Call): Answer {
  const condition = request.headers['if-match']
  const current = bucket.heads.get(request.key)
  if (condition !== undefined && current && condition !== '*' && unquoted(condition) !== current.etag) {
    return refusal('PreconditionFailed', undefined, { Condition: 'If-Match' })
  }
  store.remove(bucket.name, request.key)
  return empty(204)
}

/**
 * Copies metadata and tags as well, unless a directive says REPLACE. Tags of the source are only copied for a caller who
 * may read and write tags. Source: S3 API Reference, CopyObject.
 */
export async function copyObject(call: Call): Promise<Answer> {
  const { store, request } = call
  const source = request.copySource
  const from = source === null ? null : store.bucket(source.bucket)
  if (source === null || from === null) return refusal('NoSuchBucket', undefined, { BucketName: source?.bucket ?? '' })
  const condition = writeCondition(request)
  if (isAnswer(condition)) return condition
  const opened = store.open(from, source.key)
  if (!opened) return noSuchKey(call, source.bucket, source.key)
  const head = copiedHead(call, opened.head, objectArn(source.bucket, source.key))
  if (isAnswer(head)) {
    closeSync(opened.fd)
    return head
  }
  const files = { kind: 'files' as const, files: [{ fd: opened.fd, size: head.size }] }
  const refused = writeRefusal(await store.write(call.bucket.name, head, files, condition), call)
  const modified = element('LastModified', new Date(head.modifiedAt).toISOString())
  return (
    refused ?? xmlAnswer('CopyObjectResult', [modified, element('ETag', quoted(head.etag))], encryptionHeaders(head))
  )
}

function copiedHead({ request, bucket, denial }: Call, source: ObjectHead, sourceArn: string): ObjectHead | Answer {
  const replaced = request.headers['x-amz-metadata-directive'] === 'REPLACE' ? lastingHeaders(request) : source.headers
  if (isAnswer(replaced)) return replaced
  const newTags = request.headers['x-amz-tagging-directive'] === 'REPLACE'
  const tags = newTags ? taggingHeader(request) : source.tags
  if (!tagsAreValid(tags)) return refusal('InvalidTag')
  if (!newTags && tags.length > 0) {
    const read = { action: 's3:GetObjectTagging', resource: sourceArn }
    const write = { action: 's3:PutObjectTagging', resource: objectArn(bucket.name, request.key) }
    const denied = denial([read, write])
    if (denied !== null) return refusal('AccessDenied', denied)
  }
  return { ...source, key: request.key, modifiedAt: Date.now(), headers: replaced, tags }
}

/** RFC 9110 section 13.2.2: If-Match before If-Unmodified-Since, If-None-Match before If-Modified-Since. */
function preconditionAnswer(head: ObjectHead, headers: Call['request']['headers']): Answer | null {
  const names = (list: string): boolean =>
    list.split(',').some((one) => one.trim() === '*' || unquoted(one) === head.etag)
  // The header has whole seconds.
  const modified = Math.floor(head.modifiedAt / 1000) * 1000
  const since = (header: string | undefined): number => (header === undefined ? Number.NaN : Date.parse(header))
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  if (ifMatch !== undefined ? !names(ifMatch) : modified > since(headers['if-unmodified-since']))
    return refusal('PreconditionFailed')
  const unchanged = ifNoneMatch !== undefined ? names(ifNoneMatch) : modified <= since(headers['if-modified-since'])
  return unchanged ? empty(304, { etag: quoted(head.etag) }) : null
}

function rangeAnswer({ request, denial, bucket }: Call, head: ObjectHead, fd: number): Answer {
  const range = rangeOf(request.headers.range, head.size)
  if (range === 'unsatisfiable') return refusal('InvalidRange', undefined, { ActualObjectSize: String(head.size) })
  const { start, length } = range ?? { start: 0, length: head.size }
  const mayCount =
    head.tags.length > 0 &&
    denial([{ action: 's3:GetObjectTagging', resource: objectArn(bucket.name, head.key) }]) === null
  // A checksum is of the whole object: with a part of it, a client would find it wrong.
  const wantsChecksum = request.headers['x-amz-checksum-mode'] === 'ENABLED' && range === null
  const headers = {
    ...head.headers,
    'accept-ranges': 'bytes',
    'content-length': String(length),
    etag: quoted(head.etag),
    'last-modified': new Date(head.modifiedAt).toUTCString(),
    ...(mayCount && { 'x-amz-tagging-count': String(head.tags.length) }),
    ...(wantsChecksum && checksumHeaders(head.checksum)),
    ...(range && { 'content-range': `bytes ${start}-${start + length - 1}/${head.size}` }),
  }
  return { status: range ? 206 : 200, headers, body: { fd, start, length } }
}
