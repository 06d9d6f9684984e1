import { GetObjectCommand } from '@aws-sdk/client-s3'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DeadLetter } from '../../lambda/core/hand-over/job.ts'
import { sampleConfig } from '../../local/samples.ts'
import { startSmartHost, type SmartHost } from '../hand-over/smart-host.ts'
import { startedStack, type StartedStack } from '../local/started-stack.ts'
import { startDoor, type Door } from './door.ts'
import { startPolicyServer, type PolicyServer } from './policy-server.ts'
import { startPostfix, type Postfix } from './postfix.ts'

/** The company's own server is a real Postfix with STARTTLS; behind it, `sink` shows what it has been given. */
let sink: SmartHost
let policy: PolicyServer
let postfix: Postfix
let door: Door
let started: StartedStack

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-smart-host-'))
  const { key, certificate } = certificateIn(folder)
  sink = await startSmartHost({ size: 60_000_000 })
  policy = await startPolicyServer()
  postfix = await startPostfix(sink.port, [
    'smtpd_tls_security_level = encrypt',
    `smtpd_tls_key_file = ${key}`,
    `smtpd_tls_cert_file = ${certificate}`,
    `smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:${policy.port}, permit_mynetworks, reject`,
    'message_size_limit = 60000000',
    // What it would change of its own accord, it leaves alone here: the octets are what is looked at.
    'message_drop_headers =',
    'local_header_rewrite_clients =',
  ])
  door = await startDoor(postfix.port)
  const smtp = { host: '127.0.0.1', port: door.port, ca: readFileSync(certificate, 'utf8') }
  started = await startedStack({
    config: { ...sampleConfig, handOver: { smtp } },
    // The first wait of half a minute is over in 0.6 s.
    queueSecondMs: 20,
  })
  return async () => {
    await started.close()
    await door.shut()
    await postfix.close()
    await sink.close()
    policy.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
beforeEach(() => {
  policy.answer = () => null
  door.delayMs = 0
  ;(sink.taken as unknown[]).length = 0
  postfix.clearLog()
})
afterEach(async () => {
  await door.open()
  await empty()
  expect(await postfix.queue()).toEqual([])
  // Nobody has told a sender anything: neither Postfix, which had nothing to return, nor we.
  expect(postfix.log().filter((line) => line.includes('non-delivery notification'))).toEqual([])
  expect(started.reports).toEqual([])
})

describe('a Postfix that mail is handed over to', () => {
  it('receives it with TLS, for the surviving recipients only, octet by octet below our own lines', async () => {
    const { messageId } = await started.deliver({ recipients: ['bob@example.com', 'nobody@example.com'] })
    await sink.has(1)
    expect(await told()).toEqual([{ from: 'carol@partner.example', to: ['bob@example.com'], asReceived: true }])
    expect(sink.taken[0]?.octets.toString('latin1')).toContain(
      `X-Quietgate-Message-Id: ${messageId}\r\nX-Quietgate-Action: deliver\r\nX-Quietgate-Reasons: recipient-unknown\r\n`,
    )
    // RFC 3848: the S says TLS.
    expect(sink.taken[0]?.octets.toString('latin1')).toMatch(/ with ESMTPS id /)
  })

  it('receives 30 MB of it, with octets above 127 and dots at the beginning of lines', async () => {
    const line = Buffer.from(`.${'\xe9\xff line '.repeat(8)}\r\n`, 'latin1')
    const message = Buffer.concat([
      Buffer.from('From: carol@partner.example\r\nSubject: large\r\n\r\n'),
      ...Array.from({ length: Math.floor(30_000_000 / line.length) }, () => line),
    ])
    await started.deliver({ message })
    await sink.has(1)
    expect(await told()).toEqual([{ from: 'carol@partner.example', to: ['alice@example.com'], asReceived: true }])
  })

  it('receives what came while it was down, once each', async () => {
    await door.shut()
    await started.deliver()
    await started.deliver({ reversePath: null })
    await triesAfter(2)
    expect(sink.taken).toEqual([])
    await door.open()
    await sink.has(2)
    await empty()
    expect((await told()).map(({ from, asReceived }) => ({ from, asReceived })).sort(byFrom)).toEqual([
      { from: null, asReceived: true },
      { from: 'carol@partner.example', asReceived: true },
    ])
    expect(deadLetters()).toEqual([])
  })

  it('receives it when it is slow', async () => {
    door.delayMs = 700
    await started.deliver()
    await sink.has(1)
    await empty()
    expect(await told()).toEqual([{ from: 'carol@partner.example', to: ['alice@example.com'], asReceived: true }])
  })

  it('receives it later for whom it said 451 of, and once for the others', async () => {
    let isGrey = true
    policy.answer = (to) => (to === 'bob@example.com' && isGrey ? '451 4.7.1 greylisted' : null)
    await started.deliver({ recipients: ['alice@example.com', 'bob@example.com'] })
    await sink.has(1)
    await triesAfter(1)
    isGrey = false
    await sink.has(2)
    await empty()
    expect((await told()).map(({ to }) => to)).toEqual([['alice@example.com'], ['bob@example.com']])
    expect(deadLetters()).toEqual([])
  })

  it('makes one dead letter of a report with a null sender that it refuses, and nobody sends a second report', async () => {
    policy.answer = () => '550 5.1.1 no such user'
    const { messageId } = await started.deliver({ reversePath: null })
    await empty()
    const letters = deadLetters()
    expect(letters.map(({ job, refused }) => [job.message_id, job.null_sender, refused])).toEqual([
      [
        messageId,
        true,
        [
          {
            recipient: 'alice@example.com',
            reply: '550 5.1.1 <alice@example.com>: Recipient address rejected: no such user',
          },
        ],
      ],
    ])
    expect(sink.taken).toEqual([])
  })
})

/** Of each message that came out behind Postfix: whether everything below our lines is as SES stored it. */
async function told() {
  return Promise.all(
    sink.taken.map(async ({ from, to, octets }) => {
      const text = octets.toString('latin1')
      const [, messageId = '', below = ''] =
        /\r\nX-Quietgate-Message-Id: (\S+)\r\n(?:X-Quietgate-.*\r\n)+([^]*)$/.exec(text) ?? []
      return { from, to, asReceived: below === (await rawOf(messageId)).toString('latin1') }
    }),
  )
}

async function rawOf(messageId: string): Promise<Buffer> {
  const { outputs, clients } = started.stack
  const object = await clients.s3.send(
    new GetObjectCommand({ Bucket: outputs['MailBucket'], Key: `mail/${messageId}` }),
  )
  return Buffer.from((await object.Body?.transformToByteArray()) ?? [])
}

function byFrom(a: { readonly from: string | null }, b: { readonly from: string | null }): number {
  return (a.from ?? '') < (b.from ?? '') ? -1 : 1
}

/** Waits until so many more tries have ended in "later". */
async function triesAfter(count: number): Promise<void> {
  const waits = () => started.log.filter((line) => line.includes('"later":')).length
  const before = waits()
  await expect.poll(waits, { timeout: 30_000 }).toBeGreaterThanOrEqual(before + count)
}

function queue(output: 'HandOverQueue' | 'HandOverDeadLetters') {
  return started.stack.queues.get(started.stack.outputs[output]?.split('/').at(-1) ?? '')!
}

function deadLetters(): readonly DeadLetter[] {
  return queue('HandOverDeadLetters')
    .bodies()
    .map((body) => JSON.parse(body) as DeadLetter)
}

async function empty(): Promise<void> {
  await started.stack.idle()
  await expect.poll(() => queue('HandOverQueue').bodies(), { timeout: 60_000 }).toEqual([])
}

/** A key and a certificate for 127.0.0.1, made now and thrown away with the folder. */
function certificateIn(folder: string) {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-subj', '/CN=mx.office.example', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', certificate]
  execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' })
  return { key, certificate }
}
