import type { Access } from '../authorise.ts'
import { configurationNamed } from './configurations.ts'
import type { Operation, S3Request } from './s3-request.ts'

type Need = { readonly on: 'everything' | 'bucket' | 'object'; readonly action: string }

/**
 * What a request needs permission for. Empty for DeleteObjects: its keys are in its body, and each is allowed or denied on
 * its own. Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
 */
export function accessesOf({
  operation,
  bucket,
  key,
  configuration,
  copySource,
  headers,
}: S3Request): readonly Access[] {
  const need = NEEDS[operation]
  if (need === null) return []
  const own = need === 'configuration' ? configurationNeed(operation, configuration) : need
  const resource = { everything: '*', bucket: bucketArn(bucket), object: objectArn(bucket, key) }[own.on]
  const writes = own.action === 's3:PutObject'
  const object = objectArn(bucket, key)
  return [
    { action: own.action, resource },
    ...(copySource ? [{ action: 's3:GetObject', resource: objectArn(copySource.bucket, copySource.key) }] : []),
    ...(writes && headers['x-amz-tagging'] !== undefined ? [{ action: 's3:PutObjectTagging', resource: object }] : []),
    // A write that depends on the object's ETag tells something about the object, so it needs the right to read it.
    ...(writes && headers['if-match'] !== undefined ? [{ action: 's3:GetObject', resource: object }] : []),
  ]
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`
}

function configurationNeed(operation: Operation, name: string): Need {
  const kind = configurationNamed(name)
  if (!kind) throw new Error(`no bucket configuration is called "${name}"`)
  return { on: 'bucket', action: operation === 'GetConfiguration' ? kind.get : kind.put }
}

const LIST: Need = { on: 'bucket', action: 's3:ListBucket' }
const PUT: Need = { on: 'object', action: 's3:PutObject' }
const GET: Need = { on: 'object', action: 's3:GetObject' }

const NEEDS: Readonly<Record<Operation, Need | 'configuration' | null>> = {
  ListBuckets: { on: 'everything', action: 's3:ListAllMyBuckets' },
  CreateBucket: { on: 'bucket', action: 's3:CreateBucket' },
  DeleteBucket: { on: 'bucket', action: 's3:DeleteBucket' },
  GetBucketLocation: { on: 'bucket', action: 's3:GetBucketLocation' },
  HeadBucket: LIST,
  ListObjectsV2: LIST,
  DeleteObjects: null,
  GetConfiguration: 'configuration',
  PutConfiguration: 'configuration',
  DeleteConfiguration: 'configuration',
  GetObject: GET,
  HeadObject: GET,
  DeleteObject: { on: 'object', action: 's3:DeleteObject' },
  PutObject: PUT,
  CopyObject: PUT,
  CreateMultipartUpload: PUT,
  UploadPart: PUT,
  CompleteMultipartUpload: PUT,
  AbortMultipartUpload: { on: 'object', action: 's3:AbortMultipartUpload' },
  GetObjectTagging: { on: 'object', action: 's3:GetObjectTagging' },
  PutObjectTagging: { on: 'object', action: 's3:PutObjectTagging' },
  DeleteObjectTagging: { on: 'object', action: 's3:DeleteObjectTagging' },
}
