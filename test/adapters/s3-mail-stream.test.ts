import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3MailStat } from '../../lambda/adapters/s3-mail-stat.ts'
import { createS3MailStream } from '../../lambda/adapters/s3-mail-stream.ts'
import { createS3RecordReader } from '../../lambda/adapters/s3-record-reader.ts'
import { recordKey } from '../../lambda/core/record.ts'
import type { Endpoint } from '../../local/aws/endpoint.ts'
import { createS3 } from '../../local/aws/s3.ts'
import { recordFor } from '../hand-over/builders.ts'

const folder = mkdtempSync(join(tmpdir(), 'quietgate-stream-'))
const region = 'eu-west-1'
let endpoint: Endpoint
let client: S3Client
beforeAll(async () => {
  const principalOf = () => ({ kind: 'operator' }) as const
  endpoint = createS3({ dataDir: folder, region, accountId: '123456789012', principalOf })
  await endpoint.listen()
  client = clientAt(endpoint.url)
  await client.send(new CreateBucketCommand({ Bucket: 'mail' }))
})
afterAll(async () => {
  client.destroy()
  await endpoint.close()
  rmSync(folder, { recursive: true, force: true })
})
const soon = (): AbortSignal => AbortSignal.timeout(10_000)

describe('the look whether a raw mail is there', () => {
  it('says so with its size, that it is gone only when that is certain, and else what kept it from seeing', async () => {
    const stat = createS3MailStat(client)
    await client.send(new PutObjectCommand({ Bucket: 'mail', Key: 'mail/there', Body: 'From: a' }))
    expect(await stat('s3://mail/mail/there', soon())).toEqual({ answer: 'there', octets: 7 })
    expect(await stat('s3://mail/mail/nosuch', soon())).toEqual({ answer: 'missing' })
    expect(await stat('mail/there', soon())).toEqual({ answer: 'missing' })
    expect(await stat('s3://mail/mail/there', AbortSignal.abort())).toEqual({ answer: 'failed', cause: 'aborted' })
    endpoint.setFault(() => ({ kind: 'refuse', status: 403, code: 'AccessDenied' }))
    expect(await stat('s3://mail/mail/there', soon())).toEqual({ answer: 'failed', cause: 'refused' })
    endpoint.setFault(null)
  })
})

describe('the stream of a raw mail', () => {
  it('is the whole mail, with its size', async () => {
    const mail = Buffer.alloc(3_000_000, 'From: a\r\n')
    await client.send(new PutObjectCommand({ Bucket: 'mail', Key: 'mail/id1', Body: mail }))
    const opened = await createS3MailStream(client)('s3://mail/mail/id1', soon())
    if (opened.answer !== 'mail') throw new Error(opened.answer)
    expect(opened.octets).toBe(mail.length)
    expect((await all(opened.content)).equals(mail)).toBe(true)
  })

  it('says what is not there, and what could not be asked', async () => {
    const read = createS3MailStream(client)
    expect(await read('s3://mail/mail/nosuch', soon())).toEqual({ answer: 'missing' })
    expect(await read('s3://mail/mail/id1', AbortSignal.abort())).toEqual({ answer: 'failed', cause: 'aborted' })
    endpoint.setFault(() => ({ kind: 'refuse', status: 403, code: 'AccessDenied' }))
    expect(await read('s3://mail/mail/id1', soon())).toEqual({ answer: 'failed', cause: 'refused' })
    endpoint.setFault(null)
  })

  it('throws where the body ends early: half a message must never look like one', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('From: a\r\n', () => response.socket?.destroy())
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const cutting = clientAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const opened = await createS3MailStream(cutting)('s3://mail/mail/id1', soon())
    if (opened.answer !== 'mail') throw new Error(opened.answer)
    await expect(all(opened.content)).rejects.toThrow()
    cutting.destroy()
    server.close()
  })
})

describe('the decision about a message', () => {
  it('is found by the day and the id, is none only where S3 says that there is none, and else unknown', async () => {
    const record = recordFor({ 'alice@example.com': 'deliver' })
    await client.send(new PutObjectCommand({ Bucket: 'mail', Key: recordKey(record), Body: JSON.stringify(record) }))
    const read = createS3RecordReader(client, 'mail')
    expect(await read(record, soon())).toEqual({ answer: 'record', record })
    expect(await read({ ...record, message_id: 'nosuch' }, soon())).toEqual({ answer: 'none' })
    endpoint.setFault(() => ({ kind: 'reset' }))
    expect(await read(record, soon())).toEqual({ answer: 'failed', cause: 'unreachable' })
    endpoint.setFault(null)
    await client.send(new PutObjectCommand({ Bucket: 'mail', Key: recordKey(record), Body: '{"cut' }))
    expect(await read(record, soon())).toEqual({ answer: 'failed', cause: 'the record is no JSON' })
  })
})

function clientAt(url: string): S3Client {
  const credentials = { accessKeyId: 'A', secretAccessKey: 'B' }
  return new S3Client({ endpoint: url, region, credentials, forcePathStyle: true, maxAttempts: 1 })
}

async function all(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}
