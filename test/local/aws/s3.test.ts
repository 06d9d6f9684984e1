import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../local/aws/authorise.ts'
import type { Endpoint } from '../../../local/aws/endpoint.ts'
import type { FaultedRequest } from '../../../local/aws/faults.ts'
import type { Principal } from '../../../local/aws/principal.ts'
import { createS3 } from '../../../local/aws/s3.ts'

const Bucket = 'mail-of-ours'
let dir: string
let s3: Endpoint
let operator: sdk.S3Client
let statements: Statement[]
let clients: sdk.S3Client[]

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'quietgate-s3-'))
  statements = []
  clients = []
  s3 = open()
  await s3.listen()
  operator = clientOf('operator')
  await operator.send(new sdk.CreateBucketCommand({ Bucket }))
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await s3.close()
  rmSync(dir, { recursive: true, force: true })
})

function open(): Endpoint {
  const principalOf = (accessKeyId: string): Principal | null => {
    if (accessKeyId === 'operator') return { kind: 'operator' }
    return accessKeyId === 'filter' ? { kind: 'role', name: 'FilterRole', statements } : null
  }
  return createS3({ dataDir: dir, region: 'eu-west-1', accountId: '123456789012', principalOf })
}

function clientOf(accessKeyId: string): sdk.S3Client {
  const credentials = { accessKeyId, secretAccessKey: 'secret' }
  const client = new sdk.S3Client({ endpoint: s3.url, region: 'eu-west-1', credentials, maxAttempts: 1 })
  clients.push(client)
  return client
}

function allow(action: string, resource: string): void {
  statements.push({
    effect: 'Allow',
    actions: [action],
    notActions: [],
    resources: [resource],
    notResources: [],
    conditions: null,
  })
}

const put = (Key: string, Body = 'x', more: Partial<sdk.PutObjectCommandInput> = {}) =>
  operator.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ...more }))
const text = async (Key: string, client = operator): Promise<string> => {
  const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key }))
  return (await Body?.transformToString()) ?? ''
}
/** The name and status of an error, or null for an answer. */
const failure = async (
  sent: Promise<unknown>,
): Promise<{ name: string; status: number | undefined; message: string } | null> =>
  sent.then(
    () => null,
    (error: unknown) => {
      const { name, message, $metadata } = error as sdk.S3ServiceException
      return { name, message, status: $metadata.httpStatusCode }
    },
  )
const denied = (action: string, resource: string) => ({
  name: 'AccessDenied',
  status: 403,
  message: `User: arn:aws:sts::123456789012:assumed-role/FilterRole/filter is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
})

describe('an object', () => {
  it('comes back with its bytes, metadata, tags and checksum', async () => {
    await put('a/ü+ b%2F', 'hello', {
      ContentType: 'message/rfc822',
      Metadata: { rcpt: 'alice' },
      Tagging: 'kind=mail',
      ServerSideEncryption: 'AES256',
    })
    const got = await operator.send(new sdk.GetObjectCommand({ Bucket, Key: 'a/ü+ b%2F', ChecksumMode: 'ENABLED' }))
    expect(await got.Body?.transformToString()).toBe('hello')
    expect(got).toMatchObject({
      ContentLength: 5,
      ContentType: 'message/rfc822',
      Metadata: { rcpt: 'alice' },
      TagCount: 1,
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ChecksumCRC32: 'NhCmhg==',
      ServerSideEncryption: 'AES256',
    })
  })

  it('outlives a restart, and half-written ones do not', async () => {
    await put('one', 'first')
    await put('one', 'second', { Tagging: 'a=b' })
    await put('k'.repeat(1000), 'long')
    await put('gone')
    await operator.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'gone' }))
    await operator.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    await s3.close()
    writeFileSync(join(dir, Bucket, 'drafts', 'torn'), 'half a mai')

    s3 = open()
    await s3.listen()
    operator = clientOf('operator')
    const { Contents } = await operator.send(new sdk.ListObjectsV2Command({ Bucket }))
    expect(Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
      ['k'.repeat(1000), 4],
      ['one', 6],
    ])
    expect(await text('one')).toBe('second')
    const { TagSet } = await operator.send(new sdk.GetObjectTaggingCommand({ Bucket, Key: 'one' }))
    expect(TagSet).toEqual([{ Key: 'a', Value: 'b' }])
    const versioning = await operator.send(new sdk.GetBucketVersioningCommand({ Bucket }))
    expect(versioning.Status).toBe('Enabled')
    expect(readdirSync(join(dir, Bucket, 'drafts'))).toEqual([])
  })

  it('is written by one of many who want it absent, and the losers leave nothing behind', async () => {
    const writers = Array.from({ length: 20 }, (_, i) =>
      put('race', `writer ${i} ${'x'.repeat(i * 10_000)}`, { IfNoneMatch: '*' }).then(() => i),
    )
    const settled = await Promise.allSettled(writers)
    const winners = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(winners).toHaveLength(1)
    expect(await text('race')).toMatch(new RegExp(`^writer ${winners[0] ?? ''} x*$`))
    expect(readdirSync(join(dir, Bucket, 'drafts'))).toEqual([])
  })

  it('is replaced only where its ETag is the expected one', async () => {
    const { ETag } = await put('etag', '1')
    expect(await failure(put('etag', '2', { IfMatch: '"other"' }))).toMatchObject({
      name: 'PreconditionFailed',
      status: 412,
    })
    expect(await failure(put('missing', '2', { IfMatch: ETag }))).toMatchObject({ name: 'NoSuchKey', status: 404 })
    await put('etag', '3', { IfMatch: ETag })
    expect(await text('etag')).toBe('3')
  })

  it('that is read while it is replaced comes out whole', async () => {
    await put('busy', 'a'.repeat(300_000))
    const reads = Array.from({ length: 10 }, async (_, i) => {
      await put('busy', String(i).repeat(300_000 + i))
      const body = await text('busy')
      return {
        kinds: new Set(body).size,
        right: body.length === 300_000 + Number(body.slice(0, 1)) || body.startsWith('a'),
      }
    })
    expect(await Promise.all(reads)).toEqual(reads.map(() => ({ kinds: 1, right: true })))
  })

  it('is refused when its checksum is wrong, and nothing is stored', async () => {
    expect(await failure(put('bad', 'hello', { ChecksumCRC32: 'AAAAAA==' }))).toMatchObject({
      name: 'BadDigest',
      status: 400,
    })
    expect(await failure(text('bad'))).toMatchObject({ name: 'NoSuchKey' })
  })

  it('gives a part, or says that there is none', async () => {
    await put('range', '0123456789')
    const part = await operator.send(
      new sdk.GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=-3', ChecksumMode: 'ENABLED' }),
    )
    expect(await part.Body?.transformToString()).toBe('789')
    expect([part.ContentRange, part.ChecksumCRC32]).toEqual(['bytes 7-9/10', undefined])
    const beyond = operator.send(new sdk.GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=10-' }))
    expect(await failure(beyond)).toMatchObject({ name: 'InvalidRange', status: 416 })
  })

  it('has a key of at most 1,024 bytes of UTF-8', async () => {
    await put('é'.repeat(512))
    expect(await text('é'.repeat(512))).toBe('x')
    expect(await failure(put('é'.repeat(513)))).toMatchObject({ name: 'KeyTooLongError', status: 400 })
    const latin = await fetch(`${s3.url}/${Bucket}/%ff`)
    expect([latin.status, await latin.text()]).toEqual([400, expect.stringContaining('<Code>InvalidURI</Code>')])
  })

  it('is copied with its metadata and tags, or with new ones', async () => {
    await put('from', 'body', { Metadata: { a: '1' }, Tagging: 't=1' })
    await operator.send(new sdk.CopyObjectCommand({ Bucket, Key: 'same', CopySource: `${Bucket}/from` }))
    await operator.send(
      new sdk.CopyObjectCommand({
        Bucket,
        Key: 'other',
        CopySource: `${Bucket}/from`,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
      }),
    )
    const heads = await Promise.all(
      ['same', 'other'].map((Key) => operator.send(new sdk.HeadObjectCommand({ Bucket, Key }))),
    )
    expect(heads.map(({ Metadata, ContentLength }) => [Metadata, ContentLength])).toEqual([
      [{ a: '1' }, 4],
      [{ b: '2' }, 4],
    ])
  })

  it('gets new tags without losing its bytes', async () => {
    await put('tags', 'body')
    await operator.send(
      new sdk.PutObjectTaggingCommand({ Bucket, Key: 'tags', Tagging: { TagSet: [{ Key: 'a&b', Value: '<c>' }] } }),
    )
    const { TagSet } = await operator.send(new sdk.GetObjectTaggingCommand({ Bucket, Key: 'tags' }))
    expect(TagSet).toEqual([{ Key: 'a&b', Value: '<c>' }])
    expect(await text('tags')).toBe('body')
  })
})

describe('a multipart upload', () => {
  const start = async (Key: string): Promise<{ Bucket: string; Key: string; UploadId: string }> => {
    const { UploadId } = await operator.send(
      new sdk.CreateMultipartUploadCommand({ Bucket, Key, Metadata: { a: '1' } }),
    )
    return { Bucket, Key, UploadId: UploadId ?? '' }
  }
  const part = async (upload: { Bucket: string; Key: string; UploadId: string }, PartNumber: number, Body: string) => {
    const { ETag } = await operator.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body }))
    return { PartNumber, ETag }
  }

  it('puts its parts together in the order of their numbers', async () => {
    const upload = await start('big')
    const second = await part(upload, 2, 'the end')
    const first = await part(upload, 1, 'a'.repeat(5 * 1024 * 1024))
    const { ETag } = await operator.send(
      new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [first, second] } }),
    )
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/)
    const body = await text('big')
    expect([body.length, body.slice(-8)]).toEqual([5 * 1024 * 1024 + 7, 'athe end'])
    expect(readdirSync(join(dir, Bucket, 'drafts'))).toEqual([])
  })

  it('refuses parts that are too small, in disorder or unknown, and one that was given up', async () => {
    const upload = await start('wrong')
    const parts = [await part(upload, 1, 'a'), await part(upload, 2, 'b')]
    const complete = (Parts: sdk.CompletedPart[]) =>
      failure(operator.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })))
    expect(await complete(parts)).toMatchObject({ name: 'EntityTooSmall' })
    expect(await complete(parts.toReversed())).toMatchObject({ name: 'InvalidPartOrder' })
    expect(await complete([{ PartNumber: 3, ETag: '"x"' }])).toMatchObject({ name: 'InvalidPart' })
    await operator.send(new sdk.AbortMultipartUploadCommand(upload))
    expect(await complete(parts)).toMatchObject({ name: 'NoSuchUpload' })
  })
})

describe('a bucket', () => {
  it('lists folders and pages', async () => {
    for (const key of ['a', 'l/1/x', 'l/1/y', 'l/2/x', 'z']) await put(key)
    const first = await operator.send(new sdk.ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2 }))
    expect([
      first.Contents?.map(({ Key }) => Key),
      first.CommonPrefixes?.map(({ Prefix }) => Prefix),
      first.IsTruncated,
    ]).toEqual([['a'], ['l/'], true])
    const rest = await operator.send(
      new sdk.ListObjectsV2Command({ Bucket, Delimiter: '/', ContinuationToken: first.NextContinuationToken }),
    )
    expect([rest.Contents?.map(({ Key }) => Key), rest.CommonPrefixes, rest.IsTruncated]).toEqual([
      ['z'],
      undefined,
      false,
    ])
  })

  it('cannot be made twice, or with a name that is no folder name, and goes only when it is empty', async () => {
    expect(await failure(operator.send(new sdk.CreateBucketCommand({ Bucket })))).toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
      status: 409,
    })
    expect(await failure(operator.send(new sdk.CreateBucketCommand({ Bucket: 'a..b' })))).toMatchObject({
      name: 'InvalidBucketName',
    })
    await put('one')
    expect(await failure(operator.send(new sdk.DeleteBucketCommand({ Bucket })))).toMatchObject({
      name: 'BucketNotEmpty',
    })
    await operator.send(
      new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'one' }, { Key: 'never there' }] } }),
    )
    await operator.send(new sdk.DeleteBucketCommand({ Bucket }))
    expect(await failure(text('one'))).toMatchObject({ name: 'NoSuchBucket' })
  })

  it('answers what it cannot do with NotImplemented, never with something else', async () => {
    expect(await failure(operator.send(new sdk.ListObjectsCommand({ Bucket })))).toMatchObject({
      name: 'NotImplemented',
      status: 501,
    })
    expect(
      await failure(
        operator.send(new sdk.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} })),
      ),
    ).toMatchObject({ name: 'NotImplemented' })
  })
})

describe('the permissions of a role', () => {
  const object = `arn:aws:s3:::${Bucket}/mail/1`

  it('are needed for every call, and the message names user, action and resource', async () => {
    await put('mail/1')
    const filter = clientOf('filter')
    const Key = 'mail/1'
    const bucket = `arn:aws:s3:::${Bucket}`
    const calls: [Promise<unknown>, string, string][] = [
      [filter.send(new sdk.PutObjectCommand({ Bucket, Key, Body: 'x' })), 's3:PutObject', object],
      [filter.send(new sdk.GetObjectCommand({ Bucket, Key })), 's3:GetObject', object],
      [filter.send(new sdk.DeleteObjectCommand({ Bucket, Key })), 's3:DeleteObject', object],
      [filter.send(new sdk.CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/a` })), 's3:PutObject', object],
      [filter.send(new sdk.GetObjectTaggingCommand({ Bucket, Key })), 's3:GetObjectTagging', object],
      [
        filter.send(new sdk.PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [] } })),
        's3:PutObjectTagging',
        object,
      ],
      [filter.send(new sdk.DeleteObjectTaggingCommand({ Bucket, Key })), 's3:DeleteObjectTagging', object],
      [filter.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key })), 's3:PutObject', object],
      [
        filter.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId: 'x' })),
        's3:AbortMultipartUpload',
        object,
      ],
      [filter.send(new sdk.ListObjectsV2Command({ Bucket })), 's3:ListBucket', bucket],
      [
        filter.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [] } })),
        's3:PutLifecycleConfiguration',
        bucket,
      ],
      [filter.send(new sdk.CreateBucketCommand({ Bucket: 'another' })), 's3:CreateBucket', 'arn:aws:s3:::another'],
      [filter.send(new sdk.ListBucketsCommand({})), 's3:ListAllMyBuckets', '*'],
    ]
    const answers = await Promise.all(calls.map(([call]) => failure(call)))
    expect(answers).toEqual(calls.map(([, action, resource]) => denied(action, resource)))
  })

  it('allow what they name, and no more', async () => {
    allow('s3:PutObject', `arn:aws:s3:::${Bucket}/mail/*`)
    const filter = clientOf('filter')
    await filter.send(new sdk.PutObjectCommand({ Bucket, Key: 'mail/1', Body: 'x', IfNoneMatch: '*' }))
    const tagged = filter.send(new sdk.PutObjectCommand({ Bucket, Key: 'mail/1', Body: 'x', Tagging: 'a=b' }))
    expect(await failure(tagged)).toEqual(denied('s3:PutObjectTagging', object))
    const elsewhere = filter.send(new sdk.PutObjectCommand({ Bucket, Key: 'other/1', Body: 'x' }))
    expect(await failure(elsewhere)).toEqual(denied('s3:PutObject', `arn:aws:s3:::${Bucket}/other/1`))
  })

  it('tell whether a key is missing only to those who may list the bucket', async () => {
    allow('s3:GetObject', '*')
    const filter = clientOf('filter')
    expect(await failure(text('missing', filter))).toEqual(denied('s3:ListBucket', `arn:aws:s3:::${Bucket}`))
    const head = () => failure(filter.send(new sdk.HeadObjectCommand({ Bucket, Key: 'missing' })))
    expect(await head()).toMatchObject({ status: 403 })
    allow('s3:ListBucket', `arn:aws:s3:::${Bucket}`)
    expect(await failure(text('missing', filter))).toMatchObject({ name: 'NoSuchKey', status: 404 })
    expect(await head()).toMatchObject({ name: 'NotFound', status: 404 })
  })

  it('are asked for every key of a multi-delete', async () => {
    await put('mail/1')
    await put('other/1')
    allow('s3:DeleteObject', `arn:aws:s3:::${Bucket}/mail/*`)
    const { Deleted, Errors } = await clientOf('filter').send(
      new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'mail/1' }, { Key: 'other/1' }] } }),
    )
    expect([Deleted?.map(({ Key }) => Key), Errors?.map(({ Key, Code }) => [Key, Code])]).toEqual([
      ['mail/1'],
      [['other/1', 'AccessDenied']],
    ])
    expect(await text('other/1')).toBe('x')
  })

  it('are nobody’s without a key that is known', async () => {
    expect(await failure(text('x', clientOf('stranger')))).toMatchObject({ name: 'InvalidAccessKeyId', status: 403 })
    const unsigned = await fetch(`${s3.url}/${Bucket}/x`)
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ])
  })
})

describe('faults', () => {
  it('are asked for with service, action, resource and key, and refuse as they say', async () => {
    const asked: FaultedRequest[] = []
    s3.setFault((request) => {
      asked.push(request)
      return request.action === 's3:PutObject' ? { kind: 'refuse', status: 503, code: 'SlowDown' } : null
    })
    expect(await failure(put('a'))).toMatchObject({ name: 'SlowDown', status: 503 })
    expect(await failure(text('a'))).toMatchObject({ name: 'NoSuchKey' })
    const resource = `arn:aws:s3:::${Bucket}/a`
    expect(asked).toEqual([
      { service: 's3', action: 's3:PutObject', resource, accessKeyId: 'operator' },
      { service: 's3', action: 's3:GetObject', resource, accessKeyId: 'operator' },
    ])
    s3.setFault(null)
    await put('a')
  })

  it('leave the connection usable when they refuse a large body', async () => {
    s3.setFault(() => ({ kind: 'refuse', status: 503, code: 'SlowDown' }))
    expect(await failure(put('big', 'x'.repeat(8_000_000)))).toMatchObject({ name: 'SlowDown' })
    s3.setFault(null)
    await put('big', 'small')
    expect(await text('big')).toBe('small')
  })
})
