import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { S3Client } from '@aws-sdk/client-s3'
import { createEntryList } from '../../lambda/adapters/s3-entry-list.ts'
import { createS3RecordObjects } from '../../lambda/adapters/s3-record-objects.ts'
import type { HandOverJob } from '../../lambda/core/hand-over/job.ts'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import type { Endpoint } from '../../local/aws/endpoint.ts'
import { createSqs } from '../../local/aws/sqs.ts'
import { createMemoryQueue } from '../../local/aws/sqs/queue.ts'
import { mail, to } from '../core/trace/builders.ts'
import { linesOf, quietgate } from './command.ts'
import { startRecordBucket, type RecordBucket } from './record-bucket.ts'

const alice = 'alice@example.com'
const queue = createMemoryQueue({ visibilitySeconds: 30, redrive: null, secondMs: 1000 })
let bucket: RecordBucket
let sqs: Endpoint
/** The same stack with a hand-over. */
let env: { readonly QUIETGATE_LOCAL: string }
let made = 0

beforeAll(async () => {
  bucket = await startRecordBucket()
  const region = 'eu-west-1'
  const accountId = '123456789012'
  sqs = createSqs({ region, accountId, principalOf: () => ({ kind: 'operator' }), queues: new Map([['jobs', queue]]) })
  await sqs.listen()
  const description = JSON.parse(readFileSync(bucket.env.QUIETGATE_LOCAL, 'utf8')) as { readonly outputs: object }
  const HandOverQueue = `https://sqs.${region}.amazonaws.com/${accountId}/jobs`
  env = { QUIETGATE_LOCAL: join(bucket.folder, 'handing-over.json') }
  const outputs = { ...description.outputs, HandOverQueue }
  writeFileSync(env.QUIETGATE_LOCAL, JSON.stringify({ ...description, sqs: sqs.url, outputs }))
})
afterAll(async () => {
  queue.close()
  await sqs.close()
  await bucket.close()
})
beforeEach(() => {
  for (const { receiptHandle } of queue.receive(100)) queue.remove(receiptHandle)
})

describe('quietgate quarantine release', () => {
  it('queues one message, and says so as JSON with the request', async () => {
    const id = await stoppedNow()
    const { exitCode, stdout } = await run('--json', 'quarantine', 'release', id, '--reason', 'T-1', '--to', alice)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      message_id: id,
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      answer: 'released',
      at: expect.any(String) as string,
      recipients: [alice],
      before: [],
      allow: null,
    })
    expect(jobs().map(({ message_id, recipients, origin }) => ({ message_id, recipients, origin }))).toEqual([
      { message_id: id, recipients: [alice], origin: 'release' },
    ])
  })

  it('allows the sender, and says whether the entry would have counted', async () => {
    const allow = ['--reason', 'T-2', '--owner', 'dora', '--allow-for', '30']
    const proven = await run('quarantine', 'release', await stoppedNow(), ...allow)
    expect([proven.exitCode, proven.stderr]).toEqual([
      0,
      expect.stringMatching(/^bob@partner\.example is allowed until \d{4}-\S+Z\.\n$/),
    ])
    const scans = { spam: 'pass', virus: 'pass', spf: 'fail', dkim: 'fail', dmarc: 'fail' } as const
    const forged = await stoppedNow({ scans, mail_from: 'eve@forged.example', header_from: 'eve@forged.example' })
    const unproven = await run('quarantine', 'release', forged, ...allow)
    expect(unproven.stderr).toContain(
      'It counts only for mail that passes DMARC or SPF, which this message did not: mail like it will be stopped again.',
    )
    expect((await entries()).map(({ value, owner, reason }) => [value, owner, reason])).toEqual([
      ['bob@partner.example', 'dora', 'T-2'],
      ['eve@forged.example', 'dora', 'T-2'],
    ])
  })

  it('says what to expect of a recipient whom the directory does not know', async () => {
    const id = await stoppedNow({ recipients: [to('nobody@example.com', { action: 'discard', answer: 'unknown' })] })
    const { exitCode, stdout } = await run('quarantine', 'release', id, '--reason', 'T-3')
    expect(exitCode).toBe(0)
    expect(linesOf(stdout)[1]).toContain('The directory did not know nobody@example.com: the next server will probably')
  })

  it('shows text of strangers as text', async () => {
    const id = await stoppedNow({ recipients: [to('"a\u001b[2J"@example.com', { action: 'quarantine' })] })
    const { stdout } = await run('quarantine', 'release', id, '--reason', 'T-4\u001b[2J')
    const again = await run('quarantine', 'release', id, '--reason', 'T-4')
    expect(stdout).toContain('"a\ufffd[2J"@example.com')
    expect(again.stderr).toContain('("T-4\ufffd[2J")')
    expect(stdout + again.stderr).not.toContain('\u001b')
  })

  it.each([
    [['x', '--reason', ' '], 2, 'Say why with --reason: it stands in the record trail.'],
    [['x', '--reason', 'T', '--zone', 'bl.example'], 2, '--zone: for many messages, and so without an id.'],
    [['x', '--reason', 'T', '--dry-run'], 2, '--dry-run: for many messages, and so without an id.'],
    [['x', '--reason', 'T', '--allow-for', '400'], 2, '--allow-for is a number of days from 1 to 366, found "400".'],
    [['x', '--reason', 'T', '--allow-for', '4'], 2, '--allow-for needs --owner: who answers for the entry?'],
    [['nosuch', '--reason', 'T'], 1, 'There is no record of nosuch in the 30 days for which mail is kept.'],
    [
      ['--reason', 'T', '--since', '2026-11-01'],
      2,
      'Say which: the id of a message, or --zone, --code, --sender, --to or --client.',
    ],
    [
      ['--reason', 'T', '--zone', 'bl.example'],
      2,
      'Say since when with --since: a list that has gone wrong has done so at some time.',
    ],
    [
      ['--reason', 'T', '--code', 'toString', '--since', '2026-11-01'],
      2,
      '--code "toString" is no reason: docs/reasons.md lists them.',
    ],
    [
      ['--reason', 'T', '--client', '300.1.1.1', '--since', '2026-01-01'],
      2,
      '--client is an address or a network in CIDR notation, found "300.1.1.1".',
    ],
    [
      ['--reason', 'T', '--zone', 'a', '--even-virus'],
      2,
      'Mail with a virus is released one by one: say its id beside --even-virus.',
    ],
    [['--reason', 'T', '--to', 'a@b.c', '--to', 'd@b.c'], 2, 'Of many messages, --to names one address or one domain.'],
  ])('is refused, with what was expected: %j', async (args, exitCode, sentence) => {
    const ran = await run('quarantine', 'release', ...args)
    expect([ran.exitCode, ran.stdout, ran.stderr]).toEqual([exitCode, '', `${sentence}\n`])
    expect(jobs()).toEqual([])
  })

  it('without a hand-over is refused with the other way', async () => {
    const id = await stoppedNow()
    const ran = await quietgate(['--local', 'quarantine', 'release', id, '--reason', 'T'], bucket.env)
    expect([ran.exitCode, ran.stderr]).toEqual([
      3,
      'Nothing can be released by the local stack: it hands nothing over. Save the message with ' +
        'quietgate quarantine save ID FILE, or set handOver in the configuration and deploy.\n',
    ])
    const file = join(bucket.folder, `${id}.eml`)
    expect((await quietgate(['--local', 'quarantine', 'save', id, file], bucket.env)).exitCode).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('Subject: hello\r\n\r\nbody\r\n')
  })

  it('of more than 1,000 messages needs --force', async () => {
    const client_ip = '203.0.113.77'
    for (let at = 0; at < 1001; at += 91) {
      await Promise.all(Array.from({ length: Math.min(91, 1001 - at) }, () => stoppedNow({ client_ip })))
    }
    const query = ['quarantine', 'release', '--client', client_ip, '--since', today(), '--reason', 'T']
    const refused = await run(...query)
    expect([refused.exitCode, refused.stdout]).toEqual([3, ''])
    expect(refused.stderr).toContain(
      'These are more than 1000 messages: look at them with --dry-run, and say --force. Nothing was released.',
    )
    expect(jobs()).toEqual([])
    const forced = await run(...query, '--force')
    expect([forced.exitCode, linesOf(forced.stdout).length, jobs().length]).toEqual([0, 1001, 1001])
  }, 60_000)
})

describe('quietgate quarantine save', () => {
  it('makes no file of a virus unless somebody says so, nor of mail that is gone, nor in a folder that is not there', async () => {
    const file = join(bucket.folder, 'virus.eml')
    const id = await stoppedNow({ reasons: [{ code: 'virus-found' }] })
    const virus = await run('quarantine', 'save', id, file)
    expect([virus.exitCode, virus.stderr]).toEqual([
      3,
      `SES found a virus in ${id}: say --even-virus if it is to be a file all the same.\n`,
    ])
    const gone = await stoppedNow({ kept_key: `s3://${bucket.bucket}/mail/gone` })
    expect(await run('quarantine', 'save', gone, file)).toMatchObject({
      exitCode: 1,
      stderr: `The raw mail of ${gone} is gone: it is kept for 30 days.\n`,
    })
    expect(existsSync(file)).toBe(false)
    expect((await run('quarantine', 'save', id, file, '--even-virus')).exitCode).toBe(0)
    const nowhere = join(bucket.folder, 'nosuch', 'file.eml')
    expect((await run('quarantine', 'save', id, nowhere, '--even-virus')).stderr).toBe(
      `${nowhere} could not be written: ENOENT.\n`,
    )
  })
})

function run(...args: readonly string[]) {
  return quietgate(['--local', ...args], env)
}

function today(): string {
  return new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
}

/** Puts a message there that came a minute ago and was stopped. */
async function stoppedNow(changes: Partial<DecisionRecord> = {}): Promise<string> {
  const message_id = `released-${++made}`
  const { recipients = [to(alice, { action: 'quarantine' })], ...rest } = changes
  const received_at = new Date(Date.now() - 60_000).toISOString()
  const kept_key = `s3://${bucket.bucket}/mail/shared`
  if (made === 1) await bucket.putText('mail/shared', 'Subject: hello\r\n\r\nbody\r\n')
  await bucket.put(mail(recipients, { message_id, received_at, kept_key, reasons: [{ code: 'spam-found' }], ...rest }))
  return message_id
}

function jobs(): readonly HandOverJob[] {
  return queue.bodies().map((body) => JSON.parse(body) as HandOverJob)
}

async function entries() {
  const credentials = { accessKeyId: 'OPERATOR', secretAccessKey: 'local' }
  const client = new S3Client({ endpoint: bucket.url, region: 'eu-west-1', credentials, forcePathStyle: true })
  const read = await createEntryList(createS3RecordObjects(client, bucket.bucket)).read(AbortSignal.timeout(5000))
  client.destroy()
  return read.answer === 'entries' ? read.entries : []
}
