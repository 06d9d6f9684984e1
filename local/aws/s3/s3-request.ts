import type { IncomingHttpHeaders } from 'node:http'
import { CONFIGURATIONS } from './configurations.ts'

export type Operation =
  | 'ListBuckets'
  | 'CreateBucket'
  | 'HeadBucket'
  | 'DeleteBucket'
  | 'GetBucketLocation'
  | 'ListObjectsV2'
  | 'DeleteObjects'
  | 'PutConfiguration'
  | 'GetConfiguration'
  | 'DeleteConfiguration'
  | 'PutObject'
  | 'CopyObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'PutObjectTagging'
  | 'GetObjectTagging'
  | 'DeleteObjectTagging'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'

export type S3Request = {
  readonly operation: Operation
  /** Empty for ListBuckets. */
  readonly bucket: string
  /** Empty for an operation on a bucket. */
  readonly key: string
  /** The sub-resource of the three configuration operations; empty for the others. */
  readonly configuration: string
  readonly copySource: { readonly bucket: string; readonly key: string } | null
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: S3Request }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

const LONGEST_KEY = 1024

// Of an object and of a bucket: what would otherwise be taken for a plain PUT or GET.
const NOT_BUILT = [
  'acl',
  'attributes',
  'cors',
  'legal-hold',
  'logging',
  'notification',
  'object-lock',
  'ownershipControls',
]
const NOT_BUILT_EITHER = [
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'torrent',
  'versions',
  'website',
]

/**
 * Reads a path-style request. The path is split by hand, because a URL parser would drop the dot segments and empty
 * segments that a key may have. Source: S3 API Reference; keys: S3 User Guide, "Naming Amazon S3 objects".
 */
export function readRequest(
  method: string,
  path: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): ReadRequest {
  const target = decodePath(path)
  if (target === null) return refused('InvalidURI', "Couldn't parse the specified URI.")
  if (Buffer.byteLength(target.key) > LONGEST_KEY) return refused('KeyTooLongError', 'Your key is too long')
  const source = headers['x-amz-copy-source']
  const copySource = typeof source === 'string' ? decodeCopySource(source) : null
  if (source !== undefined && (copySource === null || copySource.key === '')) {
    return refused('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey')
  }
  const configuration = target.key === '' ? (Object.keys(CONFIGURATIONS).find((name) => query.has(name)) ?? '') : ''
  const operation = [...NOT_BUILT, ...NOT_BUILT_EITHER].some((name) => query.has(name))
    ? null
    : operationOf(method, target, configuration, query, copySource !== null)
  if (operation === null)
    return refused('NotImplemented', `The local S3 does not implement ${method} ${path} with these parameters`)
  return { kind: 'request', request: { operation, ...target, configuration, copySource, query, headers } }
}

function operationOf(
  method: string,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  configuration: string,
  query: URLSearchParams,
  copies: boolean,
): Operation | null {
  const has = (name: string): boolean => query.has(name)
  const table = bucket === '' ? ON_SERVICE : key === '' ? ON_BUCKET : ON_OBJECT
  const what =
    key === '' && configuration !== ''
      ? 'configuration'
      : (['uploadId', 'uploads', 'tagging', 'delete', 'location', 'list-type'].find(has) ?? '')
  const name = `${method} ${what}${copies ? '+copy' : ''}`
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null
}

type Table = Readonly<Record<string, Operation>>

const ON_SERVICE: Table = { 'GET ': 'ListBuckets' }

const ON_BUCKET: Table = {
  'PUT ': 'CreateBucket',
  'HEAD ': 'HeadBucket',
  'DELETE ': 'DeleteBucket',
  'GET location': 'GetBucketLocation',
  'GET list-type': 'ListObjectsV2',
  'POST delete': 'DeleteObjects',
  'PUT configuration': 'PutConfiguration',
  'GET configuration': 'GetConfiguration',
  'DELETE configuration': 'DeleteConfiguration',
}

const ON_OBJECT: Table = {
  'PUT ': 'PutObject',
  'PUT +copy': 'CopyObject',
  'GET ': 'GetObject',
  'HEAD ': 'HeadObject',
  'DELETE ': 'DeleteObject',
  'PUT tagging': 'PutObjectTagging',
  'GET tagging': 'GetObjectTagging',
  'DELETE tagging': 'DeleteObjectTagging',
  'POST uploads': 'CreateMultipartUpload',
  'PUT uploadId': 'UploadPart',
  'POST uploadId': 'CompleteMultipartUpload',
  'DELETE uploadId': 'AbortMultipartUpload',
}

/** With or without a slash in front; a version id behind it is ignored, because versions are not kept. */
function decodeCopySource(source: string): ReturnType<typeof decodePath> {
  const [path = ''] = source.split('?', 1)
  return decodePath(path.startsWith('/') ? path : `/${path}`)
}

/** Null for an escape that is not UTF-8. */
function decodePath(path: string): { readonly bucket: string; readonly key: string } | null {
  const at = path.indexOf('/', 1)
  try {
    const bucket = decodeURIComponent(path.slice(1, at < 0 ? undefined : at))
    return { bucket, key: at < 0 ? '' : decodeURIComponent(path.slice(at + 1)) }
  } catch {
    return null
  }
}

function refused(code: string, message: string): ReadRequest {
  return { kind: 'refused', code, message }
}
