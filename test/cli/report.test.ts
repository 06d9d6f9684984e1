import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mail, to } from '../core/trace/builders.ts'
import { recordFixture } from '../record-fixture.ts'
import { linesOf, quietgate } from './command.ts'
import { startRecordBucket, type RecordBucket } from './record-bucket.ts'

let bucket: RecordBucket
const { scans } = recordFixture()
const fortnight = ['--since', '2026-11-01', '--until', '2026-11-14'] as const

beforeAll(async () => {
  bucket = await startRecordBucket()
  for (let day = 1; day <= 14; day += 1) {
    const received_at = `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`
    const alice = to('alice@example.com', { mode: 'observe' })
    await bucket.put(mail([alice], { message_id: `day${day}`, received_at, scans: { ...scans, dmarc: 'pass' } }))
  }
})
afterAll(() => bucket.close())

describe('quietgate report', () => {
  it('says of a domain that it is ready, and how to enforce it', async () => {
    const { exitCode, stdout, stderr } = await report(...fortnight)
    expect(linesOf(stdout)).toEqual([
      'example.com: ready. Nothing speaks against enforcing it.',
      '  Mail of 14 days, 2026-11-01T10:00:00.000Z to 2026-11-14T10:00:00.000Z, for 14 recipients; the mode is observe.',
      '  Enforce stops 0 of them (0.0 %).',
      '  Next: "mode": "enforce" for example.com in the configuration, and npx cdk deploy.',
    ])
    expect(linesOf(stderr)).toEqual([
      '14 records received from 2026-11-01T00:00:00.000Z until 2026-11-15T00:00:00.000Z were read (the local stack).',
    ])
    expect(exitCode).toBe(0)
  })

  it('names who is missing from the directory, as text, and ends with 4', async () => {
    const address = '"<b>\u202eerik"@example.com'
    const reasons = [{ code: 'recipient-unknown', address }] as const
    const erik = to(address, { answer: 'unknown', mode: 'observe', would_be_action: 'discard', reasons })
    const received_at = '2026-11-10T11:00:00.000Z'
    await bucket.put(mail([erik], { message_id: 'missing', received_at, scans: { ...scans, dmarc: 'pass' } }))
    const { exitCode, stdout } = await report(...fortnight)
    expect(exitCode).toBe(4)
    expect(linesOf(stdout).slice(2, 6)).toEqual([
      '  Enforce stops 1 of them (6.7 %):',
      '    1 discard, recipient-unknown',
      '  Look at these before:',
      '    "<b>\ufffderik"@example.com is in no directory: 1 message on 1 day from 1 confirmed sender, 1 of whom write to existing people, too. The latest: missing',
    ])
    const { stdout: json } = await report(...fortnight, '--json')
    expect(JSON.parse(json)).toMatchObject({
      domain: 'example.com',
      verdict: 'look-first',
      lookAt: [{ address: address.toLowerCase() }],
    })
  })

  it('tells apart what it cannot say and what it cannot read', async () => {
    const silent = await report('--since', '2026-10-01', '--until', '2026-10-02')
    expect([silent.exitCode, linesOf(silent.stderr)[0]]).toEqual([
      4,
      'example.com: no mail came, so that nothing can be said.',
    ])
    await bucket.putText('in/dt=2026-11-03/broken.json', '{')
    const { exitCode, stderr } = await report(...fortnight)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('1 object could not be read')
  })

  it.each([
    [['--domain', 'example.org'], 1, 'example.org is not in the configuration, which has example.com.'],
    [['--since', 'Monday'], 2, '--since is 2026-11-21 or 2026-11-21T10:00Z, found "Monday".'],
  ])('understands %j as a mistake', async (args, code, says) => {
    const { exitCode, stderr } = await report(...args)
    expect([exitCode, stderr.trim()]).toEqual([code, says])
  })
})

function report(...args: readonly string[]) {
  return quietgate(['--local', 'report', ...args], bucket.env)
}
