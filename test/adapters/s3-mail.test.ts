import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3MailStore } from '../../lambda/adapters/s3-mail.ts'
import type { MailRead } from '../../lambda/ports/mail-store.ts'
import { settingsOf } from '../aws-world.ts'
import { describeMailStore } from '../contract/mail-store.ts'
import { startS3, type S3World } from '../s3-world.ts'

const hasty = { maxAttempts: 2, requestTimeout: 300 }
let world: S3World

beforeAll(async () => {
  world = await startS3(hasty)
})
afterAll(() => world.close())

const soon = (): AbortSignal => AbortSignal.timeout(10_000)

describeMailStore('S3', async (mails) => createS3MailStore(world.client, await bucketOf(mails), 'mail/'))

describe('the mail store in S3', () => {
  it.each([
    ['unreachable', { kind: 'reset' }],
    ['timeout', { kind: 'hang' }],
    ['throttled', { kind: 'refuse', status: 503, code: 'SlowDown' }],
    ['refused', { kind: 'refuse', status: 403, code: 'AccessDenied' }],
    ['unreachable', { kind: 'refuse', status: 500, code: 'InternalError' }],
  ] as const)('says %s when S3 is in trouble', async (cause, fault) => {
    const store = createS3MailStore(world.client, await bucketOf(new Map([['m1', new Uint8Array(9)]])), 'mail/')
    expect(
      await world.withFault(
        () => fault,
        () => store('m1', 9, soon()),
      ),
    ).toEqual({ answer: 'failed', cause })
  })

  it('says refused, and not that there is no such mail, when there is no such bucket', async () => {
    const store = createS3MailStore(world.client, 'nobody-has-this', 'mail/')
    expect(await store('m1', 9, soon())).toEqual({ answer: 'failed', cause: 'refused' })
  })

  it('takes no more octets than it asked for from a service that sends them all', async () => {
    const ranges: unknown[] = []
    const answer = await fromServer((request, response) => {
      ranges.push(request.headers.range)
      response.writeHead(200)
      // Without an end: who waits for it waits for ever.
      response.write(Buffer.alloc(100_000, 'x'))
    })
    expect(answer).toEqual({ answer: 'mail', octets: Buffer.alloc(1000, 'x'), whole: false })
    expect(ranges).toEqual(['bytes=0-999'])
  })

  it('gives up when it is told to while the mail is on its way', async () => {
    const controller = new AbortController()
    const answer = await fromServer(
      (_request, response) => {
        response.writeHead(206, { 'content-length': '1000', 'content-range': 'bytes 0-999/5000' })
        response.write('half of it')
      },
      controller.signal,
      () => setImmediate(() => controller.abort()),
    )
    expect(answer).toEqual({ answer: 'failed', cause: 'aborted' })
  })

  it('takes mail that was cut off on its way for a failure, and not for short mail', async () => {
    const answer = await fromServer((_request, response) => {
      response.writeHead(206, { 'content-length': '1000', 'content-range': 'bytes 0-999/5000' })
      response.write('half of it', () => response.destroy())
    })
    expect(answer).toEqual({ answer: 'failed', cause: 'unreachable' })
  })
})

async function bucketOf(mails: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const Bucket = await world.emptyBucket()
  for (const [id, Body] of mails) await world.client.send(new PutObjectCommand({ Bucket, Key: `mail/${id}`, Body }))
  return Bucket
}

/** Asks for 1,000 octets of a service that answers like this; `begun` is called when the head of the answer is there. */
async function fromServer(
  listener: RequestListener,
  signal = soon(),
  begun: () => unknown = () => null,
): Promise<MailRead> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const other = new S3Client({ endpoint, forcePathStyle: true, ...settingsOf(hasty).client })
  other.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args)
      begun()
      return answer
    },
    { step: 'deserialize' },
  )
  try {
    return await createS3MailStore(other, 'mail', 'mail/')('m1', 1000, signal)
  } finally {
    other.destroy()
    server.closeAllConnections()
    server.close()
  }
}
