import { empty, quoted, refusal, xmlAnswer } from './answers.ts'
import type { Answer } from './answers.ts'
import type { Call } from './call.ts'
import { configurationNamed } from './configurations.ts'
import { listKeys } from './key-list.ts'
import { childText, childrenOf, readXml } from './read-xml.ts'
import { objectArn } from './accesses.ts'
import type { Store } from './store.ts'
import { element } from './xml.ts'
import type { Xml } from './xml.ts'

const MOST_KEYS = 1000

export function listBuckets(store: Store): Answer {
  const buckets = store.buckets().map(({ name, createdAt }) => {
    return element('Bucket', [element('Name', name), element('CreationDate', new Date(createdAt).toISOString())])
  })
  return xmlAnswer('ListAllMyBucketsResult', [element('Buckets', buckets)])
}

/**
 * Making a bucket that one has already is an error everywhere but in us-east-1 (S3 API Reference, CreateBucket).
 * Names: S3 User Guide, "General purpose bucket naming rules". They are folder names here, so nothing else may pass.
 */
export function createBucket(store: Store, name: string, region: string): Answer {
  const valid =
    name.length >= 3 && name.length <= 63 && /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name) && !name.includes('..')
  if (!valid) return refusal('InvalidBucketName', undefined, { BucketName: name })
  const owned = store.bucket(name) !== null
  if (owned && region !== 'us-east-1') return refusal('BucketAlreadyOwnedByYou', undefined, { BucketName: name })
  if (!owned) store.createBucket(name)
  return empty(200, { location: `/${name}` })
}

export function deleteBucket({ store, bucket }: Call): Answer {
  if (bucket.heads.size > 0) return refusal('BucketNotEmpty', undefined, { BucketName: bucket.name })
  store.deleteBucket(bucket.name)
  return empty(204)
}

export function putConfiguration({ store, bucket, request, bytes }: Call): Answer {
  const text = bytes.toString()
  if (request.configuration !== 'policy' && readXml(text) === null) return refusal('MalformedXML')
  store.configure(bucket.name, request.configuration, text)
  return empty(200)
}

export function getConfiguration({ bucket, request }: Call): Answer {
  const text = bucket.configurations.get(request.configuration)
  const type = request.configuration === 'policy' ? 'application/json' : 'application/xml'
  if (text !== undefined) return { status: 200, headers: { 'content-type': type }, body: text }
  const absent = configurationNamed(request.configuration)?.absent ?? { error: 'NotImplemented' }
  return 'error' in absent
    ? refusal(absent.error, undefined, { BucketName: bucket.name })
    : xmlAnswer(absent.emptyDocument, [])
}

export function deleteConfiguration({ store, bucket, request }: Call): Answer {
  store.configure(bucket.name, request.configuration, null)
  return empty(204)
}

export function listObjects({ bucket, request }: Call): Answer {
  const { query } = request
  const wanted = Number(query.get('max-keys') ?? MOST_KEYS)
  if (!Number.isInteger(wanted) || wanted < 0)
    return refusal('InvalidArgument', 'max-keys is not a number from 0 to 1000')
  const token = query.get('continuation-token')
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const startAfter = query.get('start-after')
  const after = token === null ? (startAfter ?? '') : Buffer.from(token, 'base64url').toString()
  const limit = Math.min(wanted, MOST_KEYS)
  const { listed, more } = listKeys(bucket.keys.all(), { prefix, delimiter, after, limit })
  const truncated = more && limit > 0
  const last = listed.at(-1)
  const named = (name: string): string =>
    query.get('encoding-type') === 'url' ? encodeURIComponent(name).replaceAll('%2F', '/') : name
  return xmlAnswer('ListBucketResult', [
    element('Name', bucket.name),
    element('Prefix', named(prefix)),
    element('Delimiter', delimiter === '' ? null : named(delimiter)),
    element('EncodingType', query.get('encoding-type')),
    element('MaxKeys', limit),
    element('KeyCount', listed.length),
    element('IsTruncated', truncated),
    element('ContinuationToken', token),
    element('NextContinuationToken', truncated && last ? Buffer.from(last.name).toString('base64url') : null),
    element('StartAfter', startAfter === null ? null : named(startAfter)),
    ...listed.map(({ kind, name }) => (kind === 'key' ? contents(bucket, name, named) : folder(name, named))),
  ])
}

/** Each key is allowed or denied on its own, and a key that was never there counts as deleted. */
export function deleteObjects({ store, bucket, bytes, denial }: Call): Answer {
  const root = readXml(bytes.toString())
  const objects = root?.name === 'Delete' ? childrenOf(root, 'Object') : []
  if (!root || objects.length === 0 || objects.length > MOST_KEYS) return refusal('MalformedXML')
  const quiet = childText(root, 'Quiet') === 'true'
  const results = objects.map((object) => {
    const key = childText(object, 'Key') ?? ''
    const denied = denial([{ action: 's3:DeleteObject', resource: objectArn(bucket.name, key) }])
    if (denied !== null) {
      return element('Error', [element('Key', key), element('Code', 'AccessDenied'), element('Message', denied)])
    }
    store.remove(bucket.name, key)
    return quiet ? element('Deleted', null) : element('Deleted', [element('Key', key)])
  })
  return xmlAnswer('DeleteResult', results)
}

function contents({ heads }: Call['bucket'], key: string, named: (name: string) => string): Xml {
  const head = heads.get(key)
  return element('Contents', [
    element('Key', named(key)),
    element('LastModified', new Date(head?.modifiedAt ?? 0).toISOString()),
    element('ETag', quoted(head?.etag ?? '')),
    element('Size', head?.size ?? 0),
    element('StorageClass', head?.headers['x-amz-storage-class'] ?? 'STANDARD'),
  ])
}

function folder(name: string, named: (name: string) => string): Xml {
  return element('CommonPrefixes', [element('Prefix', named(name))])
}
