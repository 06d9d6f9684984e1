import { closeSync, createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createEndpoint } from './endpoint.ts'
import type { Endpoint, Exchange } from './endpoint.ts'
import { denialOf } from './principal.ts'
import type { Caller, PrincipalOf } from './principal.ts'
import { readBody } from './read-body.ts'
import { accessesOf, bucketArn } from './s3/accesses.ts'
import { empty, madeUpRefusal, refusal, xmlAnswer } from './s3/answers.ts'
import type { Answer } from './s3/answers.ts'
import * as buckets from './s3/buckets.ts'
import type { Call } from './s3/call.ts'
import { createUploads } from './s3/multipart.ts'
import type { Uploads } from './s3/multipart.ts'
import * as objects from './s3/objects.ts'
import { readPayload } from './s3/payload.ts'
import { readRequest } from './s3/s3-request.ts'
import type { S3Request } from './s3/s3-request.ts'
import { openStore } from './s3/store.ts'
import type { Store } from './s3/store.ts'
import * as tagging from './s3/tagging.ts'
import { textNode } from './s3/xml.ts'

export type S3Options = {
  /** Folder of the buckets; made where it is missing. */
  readonly dataDir: string
  readonly region: string
  readonly accountId: string
  readonly principalOf: PrincipalOf
}

/** S3, which tells who listens of every object that was put. */
export type ObjectStore = Endpoint & { readonly onCreated: (listener: (object: CreatedObject) => void) => void }

export type CreatedObject = {
  readonly bucket: string
  readonly key: string
  readonly size: number
  readonly etag: string
  /** The operation that put it. */
  readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload'
}

type S3 = S3Options & {
  readonly store: Store
  readonly uploads: Uploads
  readonly listeners: ((object: CreatedObject) => void)[]
}

// S3 takes 5 GB in one PUT; here a body is held in memory, and SES stores mail up to 40 MB.
const LARGEST_BODY = 256 * 1024 * 1024

/** S3 on this machine, path-style. Authorises by the caller's role alone: bucket policies are kept, not evaluated. */
export function createS3(options: S3Options): ObjectStore {
  const s3: S3 = { ...options, store: openStore(options.dataDir), uploads: createUploads(), listeners: [] }
  const endpoint = createEndpoint(
    's3',
    (exchange) => serve(exchange, s3),
    () => Promise.resolve(),
  )
  return Object.assign(endpoint, { onCreated: (listener: S3['listeners'][number]) => void s3.listeners.push(listener) })
}

async function serve(exchange: Exchange, s3: S3): Promise<void> {
  const { request, response } = exchange
  const answer = await answerTo(exchange, s3)
  // A body that nobody reads would block the connection for the requests behind it.
  request.resume()
  if (answer === null) return
  const { body, status } = answer
  if (response.destroyed) {
    if (typeof body !== 'string') closeSync(body.fd)
    return
  }
  const bodiless = request.method === 'HEAD' || status === 204 || status === 304
  const length = typeof body === 'string' && !bodiless ? { 'content-length': String(Buffer.byteLength(body)) } : {}
  response.writeHead(status, { 'x-amz-request-id': 'LOCAL', ...length, ...answer.headers })
  if (typeof body === 'string') response.end(bodiless ? '' : body)
  else await sendFile(body, response)
}

async function sendFile(
  { fd, start, length }: Exclude<Answer['body'], string>,
  response: Exchange['response'],
): Promise<void> {
  if (length === 0) {
    closeSync(fd)
    response.end()
    return
  }
  // A client that goes away in the middle is an ordinary thing: the pipeline has closed the file by then.
  await pipeline(createReadStream('', { fd, start, end: start + length - 1 }), response).catch(() => null)
}

/** Null where there is nobody left to answer. */
async function answerTo(exchange: Exchange, s3: S3): Promise<Answer | null> {
  const read = readRequest(exchange.request.method ?? 'GET', exchange.path, exchange.query, exchange.request.headers)
  if (read.kind === 'refused') return refusal(read.code, read.message)
  const { request } = read
  const accesses = accessesOf(request)
  const asked = accesses.length > 0 ? accesses : [{ action: 's3:DeleteObject', resource: bucketArn(request.bucket) }]
  const fault = await exchange.fault(asked)
  if (fault === 'over') return null
  if (fault?.kind === 'refuse') return madeUpRefusal(fault.status, fault.code, `${fault.code}: made to fail on purpose`)
  const caller = callerOf(exchange.accessKeyId, s3)
  if (typeof caller === 'string') return refusal(caller)
  return admit(exchange, request, caller, s3)
}

/** The order of the checks is S3's: the bucket, the permission, the body. */
async function admit(exchange: Exchange, request: S3Request, caller: Caller, s3: S3): Promise<Answer | null> {
  const { operation } = request
  const bucketless = operation === 'ListBuckets' || operation === 'CreateBucket'
  const bucket = s3.store.bucket(request.bucket)
  if (!bucket && !bucketless) return refusal('NoSuchBucket', undefined, { BucketName: request.bucket })
  const denied = denialOf(caller, accessesOf(request))
  if (denied !== null) return refusal('AccessDenied', denied)
  const body = await readBody(exchange.request, LARGEST_BODY)
  if (body.kind === 'cut-short') return null
  if (body.kind === 'too-large') return refusal('EntityTooLarge')
  if (operation === 'ListBuckets') return buckets.listBuckets(s3.store)
  if (operation === 'CreateBucket') return buckets.createBucket(s3.store, request.bucket, s3.region)
  // It may have been deleted while the body came in.
  if (!bucket || s3.store.bucket(request.bucket) !== bucket)
    return refusal('NoSuchBucket', undefined, { BucketName: request.bucket })
  const payload = readPayload(request.headers, body.bytes)
  if (payload.kind === 'refused') return refusal(payload.code, payload.message)
  const { bytes, checksum } = payload
  const denial: Call['denial'] = (accesses) => denialOf(caller, accesses)
  const answer = await HANDLERS[operation]({ store: s3.store, bucket, request, bytes, checksum, denial }, s3)
  if (answer.status === 200) tell(request, s3)
  return answer
}

function tell({ operation, bucket, key }: S3Request, { store, listeners }: S3): void {
  if (operation !== 'PutObject' && operation !== 'CopyObject' && operation !== 'CompleteMultipartUpload') return
  const head = store.bucket(bucket)?.heads.get(key)
  if (head === undefined) return
  for (const listener of listeners) listener({ bucket, key, size: head.size, etag: head.etag, reason: operation })
}

function callerOf(
  accessKeyId: string | null,
  { principalOf, accountId }: S3,
): Caller | 'AccessDenied' | 'InvalidAccessKeyId' {
  if (accessKeyId === null) return 'AccessDenied'
  const principal = principalOf(accessKeyId)
  return principal === null ? 'InvalidAccessKeyId' : { principal, accessKeyId, accountId }
}

type Handler = (call: Call, s3: S3) => Answer | Promise<Answer>

const HANDLERS: Readonly<Record<Exclude<S3Request['operation'], 'ListBuckets' | 'CreateBucket'>, Handler>> = {
  HeadBucket: (_, { region }) => empty(200, { 'x-amz-bucket-region': region }),
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: (_, { region }) =>
    xmlAnswer('LocationConstraint', region === 'us-east-1' ? [] : [textNode(region)]),
  ListObjectsV2: buckets.listObjects,
  DeleteObjects: buckets.deleteObjects,
  PutConfiguration: buckets.putConfiguration,
  GetConfiguration: buckets.getConfiguration,
  DeleteConfiguration: buckets.deleteConfiguration,
  PutObject: objects.putObject,
  CopyObject: objects.copyObject,
  GetObject: objects.getObject,
  HeadObject: objects.getObject,
  DeleteObject: objects.deleteObject,
  PutObjectTagging: tagging.putObjectTagging,
  GetObjectTagging: tagging.getObjectTagging,
  DeleteObjectTagging: tagging.deleteObjectTagging,
  CreateMultipartUpload: (call, { uploads }) => uploads.create(call),
  UploadPart: (call, { uploads }) => uploads.putPart(call),
  CompleteMultipartUpload: (call, { uploads }) => uploads.complete(call),
  AbortMultipartUpload: (call, { uploads }) => uploads.abort(call),
}
