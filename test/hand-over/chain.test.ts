import { GetObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DeadLetter } from '../../lambda/core/hand-over/job.ts'
import { sampleConfig } from '../../local/samples.ts'
import { startedStack, type StartedStack } from '../local/started-stack.ts'
import { startSmartHost, type SmartHost } from './smart-host.ts'

/** The whole way: SES, the filter, the Event action, the queue, the worker, and a server that takes the mail. */
let host: SmartHost
let started: StartedStack

beforeAll(async () => {
  host = await startSmartHost()
  started = await startedStack({
    config: {
      ...sampleConfig,
      handOver: { smtp: { host: '127.0.0.1', port: host.port, tls: 'none' }, postmaster: 'admin@example.com' },
    },
    // A second lasts ten milliseconds: the first wait of half a minute is over in 300.
    queueSecondMs: 10,
  })
})
afterAll(async () => {
  await started.close()
  await host.close()
})
beforeEach(() => {
  host.answer = {}
  ;(host.taken as unknown[]).length = 0
})

describe('a delivered message', () => {
  it('reaches the server for the surviving recipients only, as it was received below our own lines', async () => {
    const message = Buffer.from(
      'From: carol@partner.example\r\nX-Quietgate-Action: discard\r\nSubject: To both\r\n\r\n.dot\r\nX-Quietgate-A: b\r\n',
    )
    const { messageId } = await started.deliver({ recipients: ['bob@example.com', 'nobody@example.com'], message })
    await host.has(1)
    const [mail] = host.taken
    const raw = await rawOf(messageId)
    const own =
      `X-Quietgate-Message-Id: ${messageId}\r\nX-Quietgate-Action: deliver\r\n` +
      'X-Quietgate-Reasons: recipient-unknown\r\n'
    expect({ ...mail, octets: mail?.octets.toString('latin1') }).toEqual({
      from: 'carol@partner.example',
      to: ['bob@example.com'],
      octets: own + raw.toString('latin1').replace('X-Quietgate-Action: discard\r\n', ''),
      secure: false,
      user: null,
    })
    expect(raw.toString('latin1')).toContain('X-Quietgate-Action: discard')
  })

  it('keeps a null sender, and is handed to whoever reads for postmaster', async () => {
    await started.deliver({ reversePath: null, recipients: ['postmaster@example.com', 'alice@example.com'] })
    await host.has(1)
    expect(host.taken.map(({ from, to }) => ({ from, to }))).toEqual([
      { from: null, to: ['admin@example.com', 'alice@example.com'] },
    ])
  })

  it('waits in the queue while the server says later, and is not given twice to those who have it', async () => {
    let tries = 0
    host.answer = { rcpt: (to) => (to === 'bob@example.com' && tries++ === 0 ? '451 4.2.1 later' : null) }
    await started.deliver({ recipients: ['alice@example.com', 'bob@example.com'] })
    await host.has(2)
    await empty()
    expect(host.taken.map(({ to }) => to)).toEqual([['alice@example.com'], ['bob@example.com']])
    expect(deadLetters()).toEqual([])
  })

  it('is one dead letter when the server refuses it for good, also a report with a null sender, and nothing more', async () => {
    host.answer = { rcpt: () => '550 5.1.1 no such user' }
    const { messageId } = await started.deliver({ reversePath: null, recipients: ['alice@example.com'] })
    await empty()
    expect(deadLetters()).toEqual([
      {
        schema_version: 1,
        job: {
          schema_version: 1,
          message_id: messageId,
          received_at: expect.any(String) as string,
          kept_key: `s3://${started.stack.outputs['MailBucket'] ?? ''}/mail/${messageId}`,
          recipients: ['alice@example.com'],
          null_sender: true,
          round: 1,
          origin: 'receipt',
        },
        failed_at: expect.any(String) as string,
        refused: [{ recipient: 'alice@example.com', reply: '550 5.1.1 no such user' }],
      },
    ])
    expect(host.taken).toEqual([])

    // Whoever has mended the server puts it back.
    host.answer = {}
    queue('HandOverDeadLetters')
      .receive(1)
      .forEach(({ receiptHandle, body }) => {
        queue('HandOverDeadLetters').remove(receiptHandle)
        queue('HandOverQueue').send(body)
      })
    await host.has(1)
    expect(host.taken.map(({ from, to }) => ({ from, to }))).toEqual([{ from: null, to: ['alice@example.com'] }])
  })

  it('is handed over once when SES asks twice', async () => {
    started.faults.set('duplicate-delivery', 1)
    await started.deliver()
    started.faults.set('duplicate-delivery', 0)
    await host.has(1)
    await empty()
    expect(host.taken).toHaveLength(1)
  })

  it('is not handed over when the filter stops it', async () => {
    await started.deliver({ recipients: ['nobody@example.com'] })
    await started.stack.idle()
    await empty()
    expect(host.taken).toEqual([])
  })

  it('needs no more than what the roles allow, and reports nothing', () => {
    expect(started.reports).toEqual([])
    const complaints = started.log.filter((line) => !line.startsWith('{"_aws"'))
    const waited = /"later":"(?:451 4\.2\.1 later|another worker has it)"/
    expect(complaints.filter((line) => !waited.test(line))).toEqual([])
  })
})

function queue(output: 'HandOverQueue' | 'HandOverDeadLetters') {
  const name = started.stack.outputs[output]?.split('/').at(-1) ?? ''
  return started.stack.queues.get(name)!
}

function deadLetters(): readonly DeadLetter[] {
  return queue('HandOverDeadLetters')
    .bodies()
    .map((body) => JSON.parse(body) as DeadLetter)
}

async function empty(): Promise<void> {
  await started.stack.idle()
  await expect.poll(() => queue('HandOverQueue').bodies(), { timeout: 20_000 }).toEqual([])
  await started.stack.idle()
}

async function rawOf(messageId: string): Promise<Buffer> {
  const { outputs, clients } = started.stack
  const object = await clients.s3.send(
    new GetObjectCommand({ Bucket: outputs['MailBucket'], Key: `mail/${messageId}` }),
  )
  return Buffer.from((await object.Body?.transformToByteArray()) ?? [])
}
