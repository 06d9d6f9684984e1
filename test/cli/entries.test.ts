import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Entry } from '../../lambda/core/entries/entry.ts'
import { writeEntries } from '../../lambda/core/entries/file.ts'
import { entriesKey } from '../../lambda/core/entries/place.ts'
import { entry } from '../contract/entry-list.ts'
import { linesOf, quietgate } from './command.ts'
import { startRecordBucket, type RecordBucket } from './record-bucket.ts'

let bucket: RecordBucket
const day = 86_400_000

beforeAll(async () => {
  bucket = await startRecordBucket()
})
beforeEach(() => bucket.putText(entriesKey, writeEntries([])))
afterAll(() => bucket.close())

const run = (...args: readonly string[]) => quietgate(['--local', ...args], bucket.env)
const why = ['--owner', 'ops', '--reason', 'ticket 4711'] as const
const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString()

describe('quietgate allow and block', () => {
  it('add an entry that says who wants it, why, and until when', async () => {
    const { exitCode, stdout, stderr } = await run('allow', 'add', 'Partner.Example', ...why)
    expect([exitCode, linesOf(stderr)]).toEqual([
      0,
      [
        'partner.example is allowed (the local stack); the filter obeys within 30 seconds.',
        'It counts for mail that SPF or DMARC proves to come from there.',
      ],
    ])
    const [value, end = '', ...rest] = stdout.trimEnd().split('\t')
    expect([value, ...rest]).toEqual(['partner.example', 'ops', 'ticket 4711'])
    expect(Math.abs(Date.parse(end) - Date.now() - 30 * day)).toBeLessThan(60_000)
  })

  it('list those of their own that count, the next to end first, and with --all those that ended', async () => {
    const entries = [
      entry('late.example', { expires_at: inDays(2) }),
      entry('blocked.example', { list: 'block', expires_at: inDays(2) }),
      entry('soon.example', { expires_at: inDays(1), reason: 'bidi \u202eevil\u001b[2J' }),
      entry('over.example', { expires_at: inDays(-1) }),
    ]
    await bucket.putText(entriesKey, writeEntries(entries))
    const listed = await run('allow', 'list')
    expect(linesOf(listed.stdout)).toEqual([
      `soon.example\t${entries[2]?.expires_at}\tops\tbidi \ufffdevil\ufffd[2J`,
      `late.example\t${entries[0]?.expires_at}\tops\tticket 4711`,
    ])
    expect(listed.stderr).toBe('2 allow entries count (the local stack). 1 has ended (--all).\n')
    const all = await run('allow', 'list', '--all')
    expect(linesOf(all.stdout)[0]).toBe(`over.example\t${entries[3]?.expires_at} (ended)\tops\tticket 4711`)
    const json = await run('--json', 'block', 'list')
    expect(linesOf(json.stdout).map((line) => JSON.parse(line) as Entry)).toEqual([entries[1]])
    expect(json.stderr).toBe('1 block entry counts (the local stack).\n')
  })

  it('say what an entry took the place of', async () => {
    const old = entry('partner.example', { expires_at: inDays(5), owner: 'carol', reason: 'before' })
    await bucket.putText(entriesKey, writeEntries([old]))
    const { exitCode, stdout, stderr } = await run('--json', 'allow', 'add', 'partner.example', ...why, '--days', '7')
    const { entry: added, replaced } = JSON.parse(stdout) as { readonly entry: Entry; readonly replaced: Entry }
    expect([exitCode, replaced, added.owner]).toEqual([0, old, 'ops'])
    expect(stderr).toContain(`It takes the place of the entry of carol until ${old.expires_at} (before).`)
    expect(linesOf((await run('allow', 'list')).stdout)).toHaveLength(1)
  })

  it('take a day as a whole, and a moment as it is', async () => {
    const date = inDays(3).slice(0, 10)
    await run('block', 'add', '192.0.2.0/24', ...why, '--until', date)
    await run('block', 'add', '*.top', ...why, '--until', `${date}T12:00Z`)
    const ends = linesOf((await run('block', 'list')).stdout).map((line) => line.split('\t').slice(0, 2))
    expect(ends).toEqual([
      ['*.top', `${date}T12:00:00.000Z`],
      ['192.0.2.0/24', new Date(Date.parse(date) + day).toISOString()],
    ])
  })

  it('take an entry out, of their own list', async () => {
    await run('allow', 'add', 'bob@partner.example', ...why)
    const other = await run('block', 'remove', 'bob@partner.example')
    expect([other.exitCode, other.stderr]).toEqual([
      1,
      'There is no block entry for bob@partner.example (the local stack): see quietgate block list --all.\n',
    ])
    const { exitCode, stderr } = await run('allow', 'remove', 'BOB@partner.example')
    expect([exitCode, stderr]).toEqual([
      0,
      'The allow entry for bob@partner.example is gone (the local stack); the filter obeys within 30 seconds.\n',
    ])
    expect((await run('allow', 'list')).stdout).toBe('')
  })

  it.each([
    [2, ['allow', 'add', 'partner.example', '--owner', 'ops'], '--reason <text>'],
    [2, ['allow', 'add', 'partner.example', '--reason', 'x'], '--owner <who>'],
    [
      2,
      ['allow', 'add', 'partner.example', ...why, '--days', 'ten'],
      '--days is a whole number from 1 on, found "ten".',
    ],
    [2, ['allow', 'add', 'partner.example', ...why, '--days', '0'], '--days is a whole number'],
    [2, ['allow', 'add', 'partner.example', ...why, '--until', 'monday'], '--until is 2026-12-31'],
    [2, ['allow', 'add', 'partner.example', ...why, '--until', '2030-01-01', '--days', '1'], 'not both'],
    [1, ['allow', 'add', 'partner example', ...why], 'Nothing was added: "partner example" is no domain'],
    [1, ['allow', 'add', 'partner.example', ...why, '--until', '2020-01-01'], 'ends in the future'],
    [1, ['allow', 'add', 'partner.example', '--owner', 'ops', '--reason', ' '], 'reason: some words are expected'],
    [3, ['allow', 'add', '0.0.0.0/0', ...why], 'is too wide'],
    [3, ['allow', 'add', '*.com', ...why], 'whole top-level domain'],
    [3, ['block', 'add', 'partner.example', ...why, '--days', '400'], 'at most 366 days'],
    [1, ['allow', 'remove', '@'], 'There can be no such entry'],
  ] as const)('end with %d, say what is wrong, and change nothing: %j', async (code, args, words) => {
    const { exitCode, stdout, stderr } = await run(...args)
    expect([exitCode, stdout]).toEqual([code, ''])
    expect(stderr).toContain(words)
    expect((await run('allow', 'list', '--all')).stdout).toBe('')
  })

  it('never write over what they cannot read', async () => {
    await bucket.putText(entriesKey, '{"schema_version":2}')
    for (const args of [
      ['allow', 'list'],
      ['block', 'add', 'x.example', ...why],
      ['allow', 'remove', 'x.example'],
    ]) {
      const { exitCode, stderr } = await run(...args)
      expect(exitCode).toBe(1)
      expect(stderr).toContain('entries/entries.json in the record bucket is not what this version writes')
    }
  })

  it('say that they may not', async () => {
    bucket.refuse()
    const { exitCode, stderr } = await run('allow', 'list')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('the credentials may not read or write')
  })
})
