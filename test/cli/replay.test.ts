import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mailboxes } from '../../local/memory/recipient-directory.ts'
import { factsOf, messageOf, policyOf } from '../builders.ts'
import { recordedOf } from '../record-fixture.ts'
import { linesOf, quietgate } from './command.ts'
import { startRecordBucket, type RecordBucket } from './record-bucket.ts'

let bucket: RecordBucket
const day = ['--since', '2026-11-21', '--until', '2026-11-21'] as const

beforeAll(async () => {
  bucket = await startRecordBucket()
  const policy = policyOf()
  for (const [id, recipient] of Object.entries({ one: 'alice@example.com', two: 'nobody@example.com' })) {
    const facts = factsOf(
      messageOf({ id, recipients: [recipient], subject: 'a\u202e\tb' }),
      policy,
      mailboxes('alice@example.com'),
    )
    await bucket.put(recordedOf(facts, policy))
  }
})
afterAll(() => bucket.close())

describe('quietgate replay', () => {
  it('ends with 0 where another configuration would have done the same', async () => {
    const { exitCode, stdout, stderr } = await replay({ domains: ['example.com'], mode: 'enforce' })
    expect([exitCode, stdout]).toEqual([0, ''])
    expect(linesOf(stderr)).toEqual([
      'Nothing would change, of 2 messages.',
      'Received from 2026-11-21T00:00:00.000Z until 2026-11-22T00:00:00.000Z (the local stack).',
    ])
  })

  it('lists what would change as text, sums it up, and ends with 4', async () => {
    const other = { domains: ['example.com'], mode: 'enforce', recipients: { unknown: 'quarantine' } }
    const { exitCode, stdout, stderr } = await replay(other)
    expect(linesOf(stdout)).toEqual([
      '2026-11-21T10:00:00.000Z\tdiscard -> quarantine\ttwo\tbob@partner.example\tnobody@example.com\t-\ta\ufffd\ufffdb',
    ])
    expect(linesOf(stderr)[0]).toBe(
      '1 of 2 messages would be treated differently. Recipients: 1 discard -> quarantine.',
    )
    expect(exitCode).toBe(4)
    const { stdout: json } = await replay(other, '--json')
    expect(JSON.parse(json)).toMatchObject({
      message_id: 'two',
      before: 'discard',
      after: 'quarantine',
      gained: [],
      lost: [],
    })
  })

  it('says how often a list that was not asked might have said something', async () => {
    const dnsbl = { zones: [{ term: 'bl.example=127.0.0.2*2', operator: 'Example' }], record: 1, stop: 3 }
    const { exitCode, stderr } = await replay({ domains: ['example.com'], mode: 'enforce', dnsbl })
    expect(exitCode).toBe(0)
    expect(linesOf(stderr)[1]).toBe(
      'Not known, because it was not asked then (messages): 1 what bl.example says. It counts for nothing here.',
    )
  })

  it('names all mistakes of the other configuration', async () => {
    const { exitCode, stderr } = await replay({ domains: [], mod: 'enforce' })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('mod')
    expect(stderr).toContain('domains')
  })
})

function replay(settings: object, ...more: readonly string[]) {
  const file = join(bucket.folder, 'other.json')
  writeFileSync(file, JSON.stringify(settings))
  return quietgate(['--local', 'replay', '--with', file, ...day, ...more], bucket.env)
}
