import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { follow } from '../../cli/tail/follow.ts'
import { effectsOf } from '../../lambda/core/effects.ts'
import { recordKey } from '../../lambda/core/record.ts'
import { createMemoryRecordObjects } from '../../local/memory/record-objects.ts'
import { mail, stopped, to } from '../core/trace/builders.ts'
import { linesOf, quietgate } from './command.ts'
import { startRecordBucket, type RecordBucket } from './record-bucket.ts'

let bucket: RecordBucket
const hostile = `=cmd|' /C calc'!A0\u001b[2J\u009b31m\u202eevil\u2066\u200b\u0007\r\n2026\tdelivered ${'x'.repeat(1000)}`
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u
const monday = ['--since', '2026-11-16', '--until', '2026-11-16']

beforeAll(async () => {
  bucket = await startRecordBucket()
  const kept_key = `s3://${bucket.bucket}/mail/virus`
  const subject = 'Hello\u001b[2J\nthere'
  const virus = stopped('quarantine', { code: 'virus-found' }, { message_id: 'virus', subject, kept_key })
  await bucket.put(virus)
  for (const effect of effectsOf(virus)) {
    if (effect.kind === 'point-to-quarantined') await bucket.putText(effect.key, JSON.stringify(effect.pointer))
  }
  const evil = stopped(
    'quarantine',
    { code: 'spam-found' },
    {
      message_id: 'hostile',
      received_at: '2026-11-19T10:00:00.000Z',
      subject: hostile,
      mail_from: hostile,
      header_from: hostile,
      kept_key: `s3://${bucket.bucket}/mail/hostile`,
    },
  )
  await bucket.put(evil)
  for (const effect of effectsOf(evil)) {
    if (effect.kind === 'point-to-quarantined') await bucket.putText(effect.key, JSON.stringify(effect.pointer))
  }
  await bucket.putText(
    'mail/hostile',
    'From: =?utf-8?q?B=C3=B6b?= \u202e <bob@partner.example>\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
      Buffer.from('Grüße\u001b[2J\u202eevil\u2066').toString('base64'),
  )
  await bucket.putText('quarantine/2026-11-16/broken.json', '{')
  await bucket.putText('mail/virus', 'Subject: Hello\r\nX-Evil: \u001b[2J\r\n\r\n<b>body</b>\r\n')
})
afterAll(() => bucket.close())

describe('quietgate quarantine', () => {
  it('lists what was put aside in a stretch of time, as text', async () => {
    const { exitCode, stdout, stderr } = await quietgate(['--local', 'quarantine', 'list', ...monday], bucket.env)
    expect(exitCode).toBe(0)
    expect(linesOf(stdout)).toEqual([
      '2026-11-16T10:00:00.000Z\tvirus\tvirus-found\tbob@partner.example\talice@example.com\tHello\ufffd[2J\ufffdthere',
    ])
    expect(stderr).toBe('1 message is in quarantine (the local stack).\n')
    const other = await quietgate(
      ['--local', 'quarantine', 'list', '--since', '2026-11-17', '--until', '2026-11-18'],
      bucket.env,
    )
    expect([other.exitCode, other.stdout]).toEqual([0, ''])
  })

  it('shows why one message was put aside, and what its sender wrote', async () => {
    const { exitCode, stdout } = await quietgate(['--local', 'quarantine', 'show', 'virus'], bucket.env)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('was put into quarantine: SES found a virus in it.')
    expect(stdout).toContain('\nSubject: Hello\nX-Evil: \ufffd[2J\n\n<b>body</b>\n')
    expect(stdout).not.toContain('\u001b')
  })

  it('decodes what it shows, and shows what hides in it', async () => {
    const { stdout } = await quietgate(['--local', 'quarantine', 'show', 'hostile'], bucket.env)
    expect(stdout).toContain('\nFrom: Böb \ufffd <bob@partner.example>\n')
    expect(stdout).toContain('\nGrüße\ufffd[2J\ufffdevil\ufffd\n')
    expect(stdout).not.toMatch(steering)
    const json = await quietgate(['--local', '--json', 'quarantine', 'show', 'hostile'], bucket.env)
    expect(json.stdout.replace(/\n$/, '')).not.toMatch(steering)
    expect(JSON.parse(json.stdout)).toMatchObject({ message_id: 'hostile', messages: [{ mail_from: hostile }] })
  })

  it('lists whatever senders wrote as one line each, as text, also as JSON', async () => {
    const args = ['--local', 'quarantine', 'list', '--since', '2026-11-19', '--until', '2026-11-19']
    const { stdout } = await quietgate(args, bucket.env)
    expect(linesOf(stdout)).toHaveLength(1)
    expect(stdout).not.toMatch(steering)
    expect(stdout.length).toBeLessThan(700)
    const json = await quietgate([...args, '--json'], bucket.env)
    expect(json.stdout.replace(/\n$/, '')).not.toMatch(steering)
    expect(JSON.parse(json.stdout)).toMatchObject({ message_id: 'hostile', subject: hostile })
  })

  it('says that a message is not there', async () => {
    const { exitCode, stderr } = await quietgate(['--local', 'quarantine', 'show', 'nosuch'], bucket.env)
    expect([exitCode, stderr]).toEqual([1, 'nosuch is not in quarantine: see quietgate quarantine list.\n'])
  })

  it('says what keeps it from reading', async () => {
    const client = new S3Client({
      endpoint: bucket.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'A', secretAccessKey: 'B' },
      forcePathStyle: true,
    })
    await client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key: 'quarantine/2026-11-16/x.json', Body: '{}' }))
    client.destroy()
    bucket.refuse()
    const { exitCode, stderr } = await quietgate(['--local', 'quarantine', 'list', ...monday], bucket.env)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('AccessDenied')
  })
})

describe('quietgate tail', () => {
  it('shows each decision once, in the order in which they were written, and those that come later', async () => {
    const start = Date.parse('2026-11-16T10:00:00.000Z')
    let now = start
    const objects = createMemoryRecordObjects(() => now, 2)
    const put = (message_id: string, at: number) => {
      const record = mail([to('alice@example.com')], { message_id })
      objects.put(recordKey(record), JSON.stringify(record), new Date(at).toISOString())
    }
    put('too old', start - 60_001)
    put('b', start - 1000)
    put('a', start - 500)
    const later = ['d', 'c', null]
    const wait = () => {
      now += 2000
      const id = later.shift() ?? null
      if (id !== null) put(id, now)
      return Promise.resolve(id !== null)
    }
    const seen: string[] = []
    const options = { since: start - 60_000, clock: () => now, wait }
    for await (const { message_id } of follow(objects, options, new AbortController().signal)) seen.push(message_id)
    expect(seen).toEqual(['b', 'a', 'd', 'c'])
  })

  it('shows whatever senders wrote as one line each, as text, also as JSON', async () => {
    const received_at = new Date().toISOString()
    const fields = { message_id: 'tailed', received_at, subject: hostile, mail_from: hostile, header_from: hostile }
    const own = await startRecordBucket()
    await own.put(mail([to(`"${hostile}"@example.com`)], fields))
    const args = ['--local', 'tail', '--no-follow', '--last', '1440']
    const { stdout } = await quietgate(args, own.env)
    const json = await quietgate([...args, '--json'], own.env)
    await own.close()
    expect(linesOf(stdout)).toHaveLength(1)
    expect(stdout).toContain('tailed')
    expect(stdout).not.toMatch(steering)
    expect(json.stdout.replace(/\n$/, '')).not.toMatch(steering)
    expect(JSON.parse(json.stdout)).toMatchObject({ subject: hostile, mail_from: hostile })
  })

  it('ends after the last minutes where it is told to, and takes no number for a mistake', async () => {
    const none = await quietgate(['--local', 'tail', '--no-follow', '--last', 'ten'], bucket.env)
    expect(none.exitCode).toBe(2)
    expect(none.stderr).toContain('--last is a number of minutes')
    const ended = await quietgate(['--local', 'tail', '--no-follow'], bucket.env)
    expect([ended.exitCode, ended.stdout]).toEqual([0, ''])
  })
})
