import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compactedKey } from '../../lambda/core/compaction/hours.ts'
import { mail, stopped, to } from '../core/trace/builders.ts'
import { linesOf, quietgate } from './command.ts'
import { startRecordBucket, type RecordBucket } from './record-bucket.ts'

let bucket: RecordBucket
const monday = ['--since', '2026-11-16', '--until', '2026-11-16'] as const
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u

beforeAll(async () => {
  bucket = await startRecordBucket()
  const compacted = stopped('quarantine', { code: 'virus-found' }, { message_id: 'compacted' })
  const key = compactedKey({ day: '2026-11-16', hour: '2026-11-16T10' })
  await bucket.putText(key, gzipSync(`${JSON.stringify(compacted)}\n`))
  await bucket.put(mail([to('carol@example.com')], { message_id: 'fresh' }))
  const hostile = `\u001b[2J\u202eevil\u0007\n2026\tdelivered ${'x'.repeat(10_000)}`
  await bucket.put(
    mail([to('dan@example.com')], { message_id: 'h1', subject: hostile, mail_from: `"${hostile}"@x.example` }),
  )
  await bucket.put(mail([to('dan@example.com')], { message_id: 'h2', subject: hostile }))
})
afterAll(() => bucket.close())

describe('quietgate trace', () => {
  it('says what became of a message that lies in a compacted object, and what to do', async () => {
    const { exitCode, stdout, stderr } = await trace(
      '--to',
      'alice@example.com',
      '--from-address',
      'bob@partner.example',
    )
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(linesOf(stdout)).toEqual([
      'The message to alice@example.com came at 2026-11-16T10:00:00.000Z and was put into quarantine: SES found a virus in it.',
      '  - SES found a virus.',
      "  - Received 2026-11-16T10:00:00.000Z from bob@partner.example, SES's id compacted, answered STOP_RULE_SET in enforce.",
      'What to do:',
      '  - Nothing; whoever waits for the message asks the sender for another copy.',
      '  - Until its retention ends, the message lies at s3://mail/mail/x.',
    ])
  })

  it('finds a fresh record, too, and prints the whole answer as JSON', async () => {
    const { exitCode, stdout } = await trace('--to', 'CAROL@example.com', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      question: { recipient: 'CAROL@example.com', from: '2026-11-16T00:00:00.000Z', until: '2026-11-17T00:00:00.000Z' },
      cause: 'delivered',
      messages: [{ message_id: 'fresh', cause: 'delivered' }],
    })
  })

  it('ends with 4 and says what it can mean when there is no such message', async () => {
    const { exitCode, stdout } = await trace('--to', 'nobody@example.com')
    expect(exitCode).toBe(4)
    expect(stdout).toContain('It never reached the filter')
    expect(stdout).toContain('quietgate orphans list')
  })

  it('shows hostile text as text, one line for each message', async () => {
    const { stdout } = await trace('--to', 'dan@example.com')
    expect(stdout).toContain('evil')
    expect(stdout).not.toMatch(steering)
    expect(linesOf(stdout).filter((line) => line.includes('\th1\t') || line.includes('\th2\t'))).toHaveLength(2)
    expect(linesOf(stdout).filter((line) => line.startsWith('2026\ufffd'))).toEqual([])
    for (const line of linesOf(stdout)) expect(line.length).toBeLessThan(1100)
  })

  it.each([
    [['--since', '2026-11-16'], 'Say what to look for'],
    [['--to', 'a@example.com', '--since', 'Monday'], '--since is 2026-11-21'],
    [['--to', 'a@example.com', '--since', '2026-11-16', '--until', '2026-11-15'], 'is not after'],
  ])('understands %j as a mistake', async (args, says) => {
    const { exitCode, stderr } = await quietgate(['--local', 'trace', ...args], bucket.env)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(says)
  })

  it('ends with 1, and takes nothing for absent, when records cannot be read', async () => {
    bucket.refuse()
    const { exitCode, stdout } = await trace('--to', 'nobody@example.com')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('this is no answer')
    expect(stdout).toContain('AccessDenied')
  })
})

function trace(...args: readonly string[]) {
  return quietgate(['--local', 'trace', ...monday, ...args], bucket.env)
}
