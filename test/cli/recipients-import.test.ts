import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDomainPatterns } from '../../lambda/adapters/domain-patterns.ts'
import { importFile } from '../../cli/recipients/import.ts'
import { linesOf, quietgate, type Ran } from './command.ts'
import { startRecipientsStack, type RecipientsStack } from './recipients-stack.ts'

let stack: RecipientsStack
beforeEach(async () => {
  stack = await startRecipientsStack()
})
afterEach(() => stack.close())

/** `quietgate --local recipients ...`, without what is new in every run. */
async function recipients(...args: readonly string[]): Promise<Ran> {
  const { exitCode, stdout, stderr } = await quietgate(['--local', 'recipients', ...args], stack.env)
  return { exitCode, stdout: same(stdout), stderr: same(stderr) }
}

function same(text: string): string {
  return text
    .replaceAll(stack.folder, 'FOLDER')
    .replaceAll(/\d{8}T\d{9}Z-[0-9a-f]{8}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
}

const hr = (content: string | Uint8Array): string => stack.file('hr.csv', content)
const users = (...names: readonly string[]): string =>
  ['address,kind', ...names.map((name) => `${name}@example.com,mailbox`), ''].join('\n')
const known = async (address: string): Promise<string> =>
  (JSON.parse((await recipients('lookup', address, '--json')).stdout) as { readonly answer: string }).answer
const listed = async (): Promise<readonly string[]> => linesOf((await recipients('list')).stdout).toSorted()
const twenty = Array.from({ length: 20 }, (_, index) => `u${String(index).padStart(2, '0')}`)

describe('quietgate recipients import', () => {
  it('shows what changes, does it, and says that the domain is complete now', async () => {
    const google = 'Email Address [Required],Email Aliases\nAlice@example.com,al@example.com\nx@example.net,\n'
    expect(await recipients('import', hr(google))).toEqual({
      exitCode: 0,
      stdout: [
        'hr: 2 entries (csv). It was never imported before.',
        '  example.com: 2 added, 0 changed, 0 removed; 2 then',
        '+ al@example.com\talias of alice@example.com',
        '+ alice@example.com\tmailbox',
        'Imported hr into the local stack: 2 added, 0 changed, 0 removed. It is import ID.',
        '',
      ].join('\n'),
      stderr: [
        '1 row is of domains that are not in the configuration, and passed over: example.net (1) ' +
          '(the configuration of the samples, domains).',
        'The list of example.com is complete: from now on who is not in it is unknown.',
        '',
      ].join('\n'),
    })
    expect([await known('alice@example.com'), await known('bob@example.com')]).toEqual(['known', 'unknown'])
  })

  it('changes nothing in a dry run, and says who of the removed still received mail', async () => {
    await recipients('import', hr(users(...twenty)))
    await stack.saw(['u00@example.com'], new Date().toISOString().slice(0, 10))
    await stack.saw(['u01@example.com'], '2020-01-01')
    const { exitCode, stdout, stderr } = await recipients(
      'import',
      hr(users(...twenty.slice(2), 'new')),
      '--dry-run',
      '--max-removed',
      '2',
    )
    const today = new Date().toISOString().slice(0, 10)
    expect({ exitCode, lines: linesOf(stdout), stderr }).toEqual({
      exitCode: 0,
      lines: [
        'hr: 19 entries (csv). The last import of it was at TIME, with 20 entries.',
        '  example.com: 1 added, 0 changed, 2 removed; 19 then',
        '+ new@example.com\tmailbox',
        `- u00@example.com\tlast mail on ${today}`,
        '- u01@example.com',
        `1 of the removed received mail in the last 30 days: u00@example.com (${today})`,
      ],
      stderr: 'A dry run: nothing was changed.\n',
    })
    expect(await listed()).toHaveLength(20)
  })

  it('refuses a list that removes too many, says so in a dry run, too, and does it when it is forced', async () => {
    await recipients('import', hr(users(...twenty)))
    const forty = hr(users(...twenty.slice(8)))
    const sentence =
      'It removes or denies 8 of 20 entries, and at most 2 may go at once (--max-removed; usually a tenth). Is it the whole list?'
    const dry = await recipients('import', forty, '--dry-run')
    expect([dry.exitCode, linesOf(dry.stderr)]).toEqual([3, [sentence, 'A dry run: nothing was changed.']])
    expect((await recipients('import', forty, '--dry-run', '--max-removed', '40%')).exitCode).toBe(0)
    const { exitCode, stderr } = await recipients('import', forty)
    expect([exitCode, linesOf(stderr)]).toEqual([
      3,
      [sentence, 'Refused: nothing was changed. If all of that is meant: --force.'],
    ])
    expect((await listed()).filter((line) => line.includes('removed'))).toEqual([])
    const forced = await recipients('import', forty, '--force')
    expect([forced.exitCode, linesOf(forced.stdout).at(-1)]).toEqual([
      0,
      'Imported hr into the local stack: 0 added, 0 changed, 8 removed (still known for 30 days). It is import ID.',
    ])
    expect(await Promise.all(twenty.map((name) => known(`${name}@example.com`)))).toEqual(twenty.map(() => 'known'))
  })

  it.each([
    ['is empty', 'address,kind\n', 3, ['The list has no entry. An empty list would remove everybody who stood in it.']],
    [
      'ends in the middle of a row',
      'address,kind\nalice@example.com,mail',
      3,
      ['FOLDER/hr.csv:2: expected a kind: mailbox, alias, group, catch-all, deny, found "mail".'],
    ],
    [
      'ends without a line end',
      users('alice').trimEnd(),
      3,
      [
        'The list seems to be cut short: its last line has no line end (line 2). Who stood in the rest would be removed.',
      ],
    ],
    [
      'has a quote that is never closed',
      'address,kind\nbob@example.com,mailbox\n"alice@example.com,mailbox\n',
      3,
      ['The list seems to be cut short: a quote is never closed (line 3). Who stood in the rest would be removed.'],
    ],
    [
      'has NULs in it',
      'address,kind\nal\0ice@example.com,mailbox\nbob@example.com,\n',
      3,
      [
        'FOLDER/hr.csv:2: expected an address, local@domain (control-character), found "al\\u0000ice@example.com".',
        '1 row cannot be read, the first in line 2: expected an address, local@domain (control-character), ' +
          'found "al\\u0000ice@example.com". Mend them, or leave them out with --skip-bad.',
        'Refused: nothing was changed.',
      ],
    ],
    [
      'is in Latin-1',
      Buffer.from('address,kind\nj\xf6rg@example.com,mailbox\n', 'latin1'),
      3,
      [
        'FOLDER/hr.csv:2: expected text in UTF-8; this looks like Latin-1 or Windows-1252, ' +
          'found "j\ufffdrg@example.com".',
      ],
    ],
    [
      'is in UTF-16',
      Buffer.from('\ufeffaddress,kind\nalice@example.com,mailbox\n', 'utf16le'),
      1,
      ['FOLDER/hr.csv: it is in UTF-16: save it as UTF-8 (in Excel "CSV UTF-8"). Nothing was changed.'],
    ],
    [
      'has a line of ten megabytes',
      `address,kind\n"${'x'.repeat(10_000_000)}@example.com",mailbox\n`,
      1,
      [
        'FOLDER/hr.csv:2: a row with more than 262144 characters begins before line 2: was a quote not closed? ' +
          'Nothing was changed.',
      ],
    ],
    [
      'has no column of addresses',
      'Name,Phone\nAlice,1\n',
      1,
      [
        'FOLDER/hr.csv:1: no column is called like one that holds addresses; name it. The first row has "Name", "Phone". ' +
          'Nothing was changed.',
      ],
    ],
  ])('imports nothing of a list that %s', async (_what, content, exitCode, sentences) => {
    await recipients('add', 'carol@example.com')
    const ran = await recipients('import', hr(content))
    expect([ran.exitCode, linesOf(ran.stderr)]).toEqual([exitCode, expect.arrayContaining(sentences)])
    expect(await listed()).toEqual(['carol@example.com\tmailbox'])
  })

  it('reads CSV with a BOM, CRLF and quotes, and columns of any name', async () => {
    const content = '\ufeff"Wer";Auch;"Art ""x"""\r\n"alice@example.com";"al@example.com, a2@example.com";\r\n'
    const ran = await recipients('import', hr(content), '--column', 'address=wer, alias=Auch')
    expect(ran.exitCode).toBe(0)
    expect(await listed()).toEqual([
      'a2@example.com\talias of alice@example.com',
      'al@example.com\talias of alice@example.com',
      'alice@example.com\tmailbox',
    ])
  })

  it('leaves bad rows out when it is told to, and never forces them in', async () => {
    const content = 'address,kind\na b@example.com,\nalice@example.com,\n'
    expect((await recipients('import', hr(content), '--force')).exitCode).toBe(3)
    const skipped = await recipients('import', hr(content), '--skip-bad')
    expect([skipped.exitCode, linesOf(skipped.stderr)[0]]).toEqual([
      0,
      'FOLDER/hr.csv:2: expected an address, local@domain (space), found "a b@example.com".',
    ])
    expect(await listed()).toEqual(['alice@example.com\tmailbox'])
  })

  it('leaves what was added by hand, and makes no domain complete by a part of its list', async () => {
    await recipients('add', 'alice@example.com')
    const { exitCode, stderr } = await recipients('import', hr(users('alice', 'bob')), '--partial')
    expect([exitCode, linesOf(stderr)]).toEqual([
      0,
      [
        '1 address was added by hand or by another source, and left alone.',
        'The list of example.com is not finished, so nobody is unknown there yet.',
      ],
    ])
    await recipients('import', hr(users('carol')), '--force', '--partial')
    expect(await listed()).toEqual([
      'alice@example.com\tmailbox',
      'bob@example.com\tmailbox, removed at TIME',
      'carol@example.com\tmailbox',
    ])
  })

  it('says who imports already, since when and until when', async () => {
    await stack.put({
      address: '#import-lock',
      holder: 'other',
      by: 'bob on host',
      since: '2026-11-21T10:00',
      until: '2999-01-01',
    })
    const { exitCode, stderr } = await recipients('import', hr(users('alice')))
    expect([exitCode, stderr]).toEqual([
      1,
      'Another import is under way: by bob on host, since 2026-11-21T10:00. Nothing was changed. If it has died, its lock ' +
        'is over at 2999-01-01; then run this again.\n',
    ])
  })

  it('says how far it came when the table takes no more, and goes on the next time', async () => {
    let left = 45
    stack.dynamoDb.setFault(({ action }) =>
      action === 'dynamodb:BatchWriteItem' && (left -= 1) < 0
        ? { kind: 'refuse', status: 400, code: 'AccessDeniedException' }
        : null,
    )
    const list = hr(users(...twenty, ...Array.from({ length: 1200 }, (_, index) => `v${index}`)))
    const { exitCode, stderr } = await recipients('import', list)
    stack.dynamoDb.setFault(null)
    expect([exitCode, stderr]).toEqual([
      1,
      'It stopped: writing the directory: refused. Done until then: 1000 added, 0 changed, 0 removed. Nobody is unknown for ' +
        'that; run the same again, and it goes on.\n',
    ])
    expect(await known('nobody@example.com')).toBe('unavailable')
    const again = await recipients('import', list)
    expect([again.exitCode, linesOf(again.stdout)[1]]).toEqual([
      0,
      'An import of it was begun and not finished: this one finishes it.',
    ])
    expect(await listed()).toHaveLength(1220)
  })

  it('does nothing while nobody can say who of the removed still receives mail', async () => {
    await recipients('import', hr(users('alice', 'bob')))
    stack.dynamoDb.setFault(({ action }) =>
      action === 'dynamodb:BatchGetItem' ? { kind: 'refuse', status: 400, code: 'AccessDeniedException' } : null,
    )
    const { exitCode, stderr } = await recipients('import', hr(users('alice')))
    stack.dynamoDb.setFault(null)
    expect([exitCode, stderr]).toEqual([1, 'It stopped: reading when mail last came: unread. Nothing was changed.\n'])
    expect(await listed()).toEqual(['alice@example.com\tmailbox', 'bob@example.com\tmailbox'])
  })

  it('gives programs the plan and what became of it, as one object', async () => {
    const { stdout } = await recipients('import', hr(users('alice')), '--json')
    const { sha256, ...rest } = JSON.parse(stdout) as { readonly sha256: string }
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(rest).toEqual({
      source: 'hr',
      format: 'csv',
      partial: false,
      entries: 1,
      last_import: null,
      diff: {
        before: 0,
        after: 1,
        added: 1,
        changed: 0,
        removed: 0,
        denied: 0,
        domains: { 'example.com': { before: 0, after: 1, added: 1, changed: 0, removed: 0 } },
      },
      added: [{ address: 'alice@example.com', kind: 'mailbox' }],
      changed: [],
      removed: [],
      removed_active: { count: 0, first: [] },
      bad_rows: { count: 0, first: [] },
      duplicates: { count: 0, first: [] },
      not_served: {},
      guards: [],
      outcome: {
        kind: 'applied',
        id: 'ID',
        snapshot: 'directory/snapshots/hr/ID.ndjson.gz',
        added: 1,
        changed: 0,
        removed: 0,
        others: 0,
      },
    })
  })

  it('says all that is wrong with how it is asked', async () => {
    const asked = ['--column', 'who=x', '--max-removed', '101%', '--default-domain', 'a b', '--source', 'a/b']
    expect(await recipients('import', hr('x'), ...asked)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: [
        '"a/b" is no name of a source: a source is called by 1 to 64 letters, digits, ".", "_" or "-"; choose one with ' +
          '--source',
        '--column is ROLE=NAME, where ROLE is address, alias, kind or target, found "who=x"',
        '--max-removed is a share such as 10%, or a number such as 500, found "101%"',
        '--default-domain "a b" is not a domain: its domain has a character that no domain has',
        '',
      ].join('\n'),
    })
    expect((await recipients('import', 'absent.csv')).stderr).toBe(
      'absent.csv cannot be read (ENOENT): name a file, or - for standard input.\n',
    )
    expect((await recipients('import', stack.folder, '--source', 'x')).stderr).toContain('cannot be read (EISDIR)')
    expect((await recipients('import', stack.file('scim.csv', ''))).stderr).toContain('what SCIM writes')
    expect((await recipients('import', '-')).stderr).toContain('say with --source')
    stack.describe({ DirectoryTable: 'directory' })
    expect((await recipients('import', hr('x'))).stderr).toBe(
      "The stack's outputs should have LedgerTable and RecordBucket (the local stack): deploy it again.\n",
    )
  })

  it('lists those of an alias domain where they are looked up, but neither its denials nor its catch-all', async () => {
    const config = join(stack.folder, 'alias.json')
    writeFileSync(config, JSON.stringify({ domains: ['example.com', { name: 'example.net', aliasOf: 'example.com' }] }))
    const content =
      'address,kind\nalice@example.net,\nbob@example.net,deny\n@example.net,catch-all\ncarol@example.com,\n'
    expect((await recipients('import', hr(content), '--config', config)).exitCode).toBe(0)
    expect(await listed()).toEqual(['alice@example.com\tmailbox', 'carol@example.com\tmailbox'])
    const added = await recipients('add', 'x@example.net', '--config', config)
    expect(linesOf(added.stderr)[0]).toBe(
      'x@example.net: example.net has no list of its own: whoever exists in example.com exists there ' +
        `(FOLDER/alias.json, aliasOf)`,
    )
    const { stdout } = await recipients('lookup', 'alice@example.net', '--config', config)
    expect(linesOf(stdout).slice(1, 3)).toEqual([
      '  example.net is an alias of example.com, whose list is asked (domains[].aliasOf).',
      '  1. alice@example.com (as written): mailbox, from hr; this decides',
    ])
  })

  it('reads standard input', async () => {
    const settings = {
      source: 'hr',
      format: null,
      columns: [],
      defaultDomain: 'example.com',
      maxRemoved: null,
      dryRun: false,
      force: false,
      skipBad: false,
      partial: false,
    }
    const sink = Readable.from([Buffer.from('alice: al\nstaff: alice, bob\n')])
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    const terminal = { stdout: nowhere, stderr: nowhere, env: stack.env }
    const verb = {
      terminal,
      target: { local: true, stack: null, region: null },
      configFile: null,
      environment: null,
      json: false,
    }
    expect(await importFile('-', settings, 'apply', sink, verb)).toBe(0)
    expect(await listed()).toEqual(['alice@example.com\talias of al@example.com', 'staff@example.com\tgroup'])
  })
})

describe('quietgate recipients diff', () => {
  it('prints every change by address, and changes nothing', async () => {
    await recipients('import', hr('address,kind,target\nal@example.com,mailbox,\nbob@example.com,mailbox,\n'))
    await stack.saw(['bob@example.com'], '2020-01-01')
    const list = hr('address,kind,target\nal@example.com,alias,carol@example.com\ncarol@example.com,mailbox,\n')
    const { exitCode, stdout, stderr } = await recipients('diff', list, '--max-removed', '50%')
    expect({ exitCode, lines: linesOf(stdout), stderr }).toEqual({
      exitCode: 0,
      lines: [
        '~ al@example.com\talias of carol@example.com, before: mailbox',
        '- bob@example.com\tlast mail on 2020-01-01',
        '+ carol@example.com\tmailbox',
      ],
      stderr: 'hr: 1 added, 1 changed, 1 removed.\n',
    })
    const json = await recipients('diff', list, '--json')
    expect(linesOf(json.stdout).map((line) => JSON.parse(line) as unknown)).toEqual([
      { change: 'changed', address: 'al@example.com', kind: 'alias', target: 'carol@example.com' },
      { change: 'removed', address: 'bob@example.com', seen_on: '2020-01-01' },
      { change: 'added', address: 'carol@example.com', kind: 'mailbox' },
    ])
    expect(await listed()).toHaveLength(2)
  })
})

describe('quietgate recipients history and rollback', () => {
  it('tell what was imported, refused and by whom, and go back to the list before', async () => {
    await recipients('import', hr(users(...twenty)))
    await recipients('import', hr(users(...twenty.slice(10))))
    await recipients('import', hr(users(...twenty.slice(10))), '--force')
    const by = `by ann on ${hostname()}`
    expect(linesOf((await recipients('history')).stdout)).toEqual([
      `TIME\thr\tapplied (forced past removes-too-many)\t10 entries: +0 ~0 -10\t${by}\tID (can be returned to)`,
      `TIME\thr\trefused (removes-too-many)\t10 entries: +0 ~0 -0\t${by}\tID`,
      `TIME\thr\tapplied\t20 entries: +20 ~0 -0\t${by}\tID (can be returned to)`,
    ])
    const dry = await recipients('rollback', '--source', 'hr', '--dry-run')
    expect([dry.exitCode, linesOf(dry.stdout).slice(0, 2)]).toEqual([
      0,
      [
        'hr: 20 entries (an earlier list). The last import of it was at TIME, with 10 entries.',
        '  example.com: 10 added, 0 changed, 0 removed; 20 then',
      ],
    ])
    expect((await recipients('rollback', '--source', 'hr')).exitCode).toBe(0)
    expect((await listed()).filter((line) => line.includes('removed'))).toEqual([])
    const none = await recipients('rollback', '--source', 'hr', '--to', '1999')
    expect([none.exitCode, none.stderr]).toEqual([
      1,
      'Of the source hr there is no finished import 1999. Nothing was changed.\n',
    ])
  })

  it('say that there is nothing yet', async () => {
    expect(await recipients('history', '--source', 'hr')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'Nothing was imported into the local stack yet from hr.\n',
    })
    expect((await recipients('history', '--most', '0')).exitCode).toBe(2)
  })
})

describe('quietgate recipients export', () => {
  const odd = ['=sum@example.com', "'+x@example.com", '"a b,c"@example.com', '-y@example.com']

  it.each(['jsonl', 'csv'])(
    'gives %s that import reads back, and nobody who was removed comes back',
    async (format) => {
      await recipients('import', hr(users('gone')))
      await recipients('import', hr(users('alice')), '--force')
      expect((await recipients('add', '--', ...odd)).exitCode).toBe(0)
      await recipients('add', '--catch-all', 'example.com')
      await recipients('add', '--deny', 'old@example.com')
      await recipients('add', 'al@example.com', '--alias', '=sum@example.com')
      const { exitCode, stdout } = await recipients('export', '--format', format)
      expect(exitCode).toBe(0)
      const other = await startRecipientsStack()
      try {
        const path = other.file(`copy.${format}`, stdout)
        const ran = await quietgate(['--local', 'recipients', 'import', path], other.env)
        expect([ran.exitCode, ran.stderr]).toEqual([
          0,
          'The list of example.com is complete: from now on who is not in it is unknown.\n',
        ])
        const copied = await quietgate(['--local', 'recipients', 'list'], other.env)
        const before = (await listed()).filter((line) => !line.includes('removed'))
        expect(linesOf(copied.stdout).toSorted()).toEqual(before)
      } finally {
        await other.close()
      }
    },
  )

  it('puts an apostrophe before what a spreadsheet would take for a formula', async () => {
    await recipients('add', '=cmd@example.com', 'alice@example.com')
    const { stdout } = await recipients('export', '--format', 'csv', '--domain', 'example.com')
    expect(linesOf(stdout).toSorted()).toEqual([
      `"'=cmd@example.com",mailbox,,,`,
      'address,kind,target,source,removed_at',
      'alice@example.com,mailbox,,,',
    ])
  })

  it('leaves out of a plain list what that cannot say', async () => {
    await recipients('add', 'alice@example.com', '#x@example.com')
    await recipients('add', '--deny', 'old@example.com')
    expect(await recipients('export', '--format', 'plain')).toEqual({
      exitCode: 0,
      stdout: 'alice@example.com\n',
      stderr:
        '1 entry of the local stack.\n' +
        '2 addresses are left out (removed, denied, or with a #), which a plain list cannot say.\n',
    })
  })
})

describe('quietgate recipients patterns', () => {
  it('make those known who match, and no longer when they are removed', async () => {
    await recipients('import', hr(users('alice')))
    expect(await recipients('patterns', 'add', 'example.com', 'Invoice-*')).toEqual({
      exitCode: 0,
      stdout: 'added: invoice-*\n',
      stderr: '',
    })
    expect((await recipients('patterns', 'list', 'example.com')).stdout).toBe('invoice-*\n')
    expect(linesOf((await recipients('lookup', 'invoice-7@example.com')).stdout)).toEqual([
      'invoice-7@example.com',
      '  1. invoice-7@example.com (as written): not there',
      '  2. @example.com (the catch-all): not there',
      '  Patterns of example.com: invoice-*; one matches, and this decides.',
      '  The list of example.com is complete: who is not in it is unknown.',
      'invoice-7@example.com is known (pattern).',
    ])
    await recipients('import', hr(users('alice', 'bob')))
    expect(await known('invoice-7@example.com')).toBe('known')
    expect((await recipients('patterns', 'remove', 'example.com', 'invoice-*')).stdout).toBe('removed: invoice-*\n')
    expect(await known('invoice-7@example.com')).toBe('unknown')
  })

  it('are refused where they would make everybody known, where there are too many, and where they do not count', async () => {
    const refusal = async (...args: readonly string[]) => {
      const { exitCode, stderr } = await recipients('patterns', ...args)
      return [exitCode, stderr]
    }
    expect(await refusal('add', 'example.com', '*')).toEqual([1, expect.stringContaining('nearly everybody known')])
    expect(await refusal('add', 'example.org', 'x-*')).toEqual([1, expect.stringContaining('is not a domain of the')])
    expect(await refusal('remove', 'example.com', 'x-*')).toEqual([1, 'x-* is none of its patterns.\n'])
    expect(await refusal('list', 'example.com')).toEqual([0, 'example.com has no patterns.\n'])
    await recipients('patterns', 'add', 'example.com', 'x-*')
    expect(await refusal('add', 'example.com', 'X-*')).toEqual([0, 'x-* is there already.\n'])
    const patterns = createDomainPatterns(stack.client, stack.outputs.DirectoryTable)
    const before = await patterns.read('example.com')
    const hundred = Array.from({ length: 100 }, (_, index) => `p${index}-*`)
    expect(await patterns.write('example.com', before, hundred)).toBe(true)
    expect(await refusal('add', 'example.com', 'one-more-*')).toEqual([
      1,
      'There are 100 patterns, and at most 100 can be.\n',
    ])
  })

  it('are not lost when two people change them at once: the second is told', async () => {
    const patterns = createDomainPatterns(stack.client, stack.outputs.DirectoryTable)
    for (const mine of ['a-*', 'b-*']) {
      const [one, other] = [await patterns.read('example.com'), await patterns.read('example.com')]
      expect(await patterns.write('example.com', one, [...one.patterns, mine])).toBe(true)
      expect(await patterns.write('example.com', other, ['lost-*'])).toBe(false)
    }
    expect((await patterns.read('example.com')).patterns).toEqual(['a-*', 'b-*'])
  })
})

describe('quietgate recipients lookup', () => {
  it('says of a removed entry since when and until when, whose it was, and when it last received mail', async () => {
    await recipients('import', hr(users('alice', 'bob')))
    await recipients('import', hr(users('alice')))
    await stack.saw(['bob@example.com'], '2026-11-20')
    const { stdout } = await recipients('lookup', 'bob@example.com')
    expect(linesOf(stdout)).toEqual([
      'bob@example.com',
      '  1. bob@example.com (as written): mailbox, removed at TIME, counts until TIME, from hr, last mail on 2026-11-20; ' +
        'this decides',
      '  2. @example.com (the catch-all): not there',
      '  The list of example.com is complete: who is not in it is unknown.',
      'bob@example.com is known (recently-removed).',
      'recipient-recently-removed (rule unknown-recipient): bob@example.com was removed from the directory at TIME, and ' +
        'counts as known until the grace period ends.',
    ])
  })

  it('says when the grace is over, and what came too late to count', async () => {
    await recipients('import', hr(users('alice')))
    await stack.put({
      address: 'old@example.com',
      kind: 'mailbox',
      source: 'hr',
      removed_at: '2020-01-01T00:00:00.000Z',
    })
    const { stdout } = await quietgate(['--local', 'recipients', 'lookup', 'old@example.com'], stack.env)
    expect(linesOf(stdout)[1]).toBe(
      '  1. old@example.com (as written): mailbox, removed at 2020-01-01T00:00:00.000Z, counted until ' +
        '2020-01-31T00:00:00.000Z, from hr',
    )
    await recipients('add', '--catch-all', 'example.com')
    expect(linesOf((await recipients('lookup', 'alice@example.com')).stdout).slice(1, 3)).toEqual([
      '  1. alice@example.com (as written): mailbox, from hr; this decides',
      '  2. @example.com (the catch-all): catch-all, added by hand; not needed any more',
    ])
  })
})
