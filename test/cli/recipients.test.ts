import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { linesOf, quietgate, type Ran } from './command.ts'
import { startDirectoryTable, type DirectoryTable } from './directory-table.ts'

let directory: DirectoryTable
beforeEach(async () => {
  directory = await startDirectoryTable()
})
afterEach(() => directory.close())

/** `quietgate --local recipients ...` */
function recipients(...args: readonly string[]): Promise<Ran> {
  return quietgate(['--local', 'recipients', ...args], directory.env)
}

const unfinished =
  'The list of example.com is not finished, so nobody is unknown there yet. When everybody is in it: ' +
  'quietgate recipients complete example.com\n'

describe('quietgate recipients add', () => {
  it('writes addresses as the filter compares them, each once, and says that the list is not finished', async () => {
    expect(await recipients('add', 'Alice@EXAMPLE.com.', '<alice@example.com>', 'bob+x@example.com')).toEqual({
      exitCode: 0,
      stdout: 'added: alice@example.com (mailbox)\nadded: bob+x@example.com (mailbox)\n',
      stderr: unfinished,
    })
    const { stdout } = await recipients('list')
    expect(linesOf(stdout).toSorted()).toEqual(['alice@example.com\tmailbox', 'bob+x@example.com\tmailbox'])
  })

  it('says every problem at once, and writes nothing, when one address is wrong', async () => {
    await recipients('add', 'alice@example.com')
    const long = `${'x'.repeat(2048)}@example.com`
    expect(
      await recipients(
        'add',
        '--alias',
        'no target',
        'bob@example.com',
        'a b@example.com',
        '@example.com',
        'carol@exmaple.com',
        'postmaster',
        long,
        'alice@example.com',
      ),
    ).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: [
        '--alias "no target" is not an address: it has a space',
        '"a b@example.com" is not an address: it has a space',
        '@example.com is the catch-all of example.com: say so with --catch-all',
        'carol@exmaple.com: exmaple.com is not a domain of the configuration, which has example.com; ' +
          'did you mean example.com? (the configuration of the samples, domains)',
        '"postmaster" has no domain: write it as postmaster@DOMAIN',
        `"${'x'.repeat(57)}..." has 2060 bytes, and DynamoDB takes at most 2048 for a key`,
        'alice@example.com is there already, as mailbox: remove it first',
        'Nothing was added to the local stack.',
        '',
      ].join('\n'),
    })
    expect((await recipients('list')).stdout).toBe('alice@example.com\tmailbox\n')
  })

  it('leaves an entry alone that is there already, and refuses to turn it into another kind', async () => {
    await recipients('add', 'sales@example.com', '--alias', 'Alice@example.com')
    expect(await recipients('add', 'sales@example.com', '--alias', 'alice@example.com', '--json')).toEqual({
      exitCode: 0,
      stdout: '{"address":"sales@example.com","kind":"alias","target":"alice@example.com","result":"exists"}\n',
      stderr: unfinished,
    })
    expect(await recipients('add', '--deny', 'sales@example.com')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'sales@example.com is there already, as alias of alice@example.com: remove it first\n' +
        'Nothing was added to the local stack.\n',
    })
  })

  it('takes a domain, with or without an @, for a catch-all, and nothing else', async () => {
    expect((await recipients('add', '--catch-all', 'EXAMPLE.com')).stdout).toBe('added: @example.com (catch-all)\n')
    expect((await recipients('add', '--catch-all', '@example.com')).stdout).toBe(
      'there already: @example.com (catch-all)\n',
    )
    const { exitCode, stderr } = await recipients('add', '--catch-all', 'alice@example.com')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        '--catch-all is for a whole domain, and alice@example.com is an address: write @example.com\n' +
        'Nothing was added to the local stack.\n',
    })
  })

  it('refuses to deny an address that exists always', async () => {
    const { exitCode, stderr } = await recipients('add', '--deny', 'Abuse@example.com', 'x@example.com')
    expect({ exitCode, first: linesOf(stderr)[0] }).toEqual({
      exitCode: 1,
      first: 'abuse@example.com exists always (RFC 5321 4.5.1, RFC 2142), and cannot be denied',
    })
    expect((await recipients('list')).stdout).toBe('')
  })

  it('keeps the case of local parts where the configuration says that it matters', async () => {
    const config = join(directory.folder, 'cdk.json')
    const quietgateContext = { domains: [{ name: 'example.com', foldCase: false }] }
    writeFileSync(config, JSON.stringify({ context: { quietgate: quietgateContext } }))
    const { stdout } = await recipients('add', '--config', config, 'Alice@Example.com')
    expect(stdout).toBe('added: Alice@example.com (mailbox)\n')
  })

  it('says what is wrong with the configuration, and where', async () => {
    const config = join(directory.folder, 'own.json')
    writeFileSync(config, JSON.stringify({ domians: ['example.com'] }))
    const { exitCode, stderr } = await recipients('add', '--config', config, 'alice@example.com')
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`domians is not a setting; did you mean domains? (${config})`)
    rmSync(config)
    expect((await recipients('list', '--config', config)).stderr).toContain(
      `The configuration ${config} cannot be read`,
    )
  })
})

describe('quietgate recipients remove', () => {
  it('removes what is there, and says what follows from an empty list', async () => {
    await recipients('add', 'alice@example.com', 'bob@example.com')
    await recipients('complete', 'example.com')
    expect(await recipients('remove', 'Alice@example.com')).toEqual({
      exitCode: 0,
      stdout: 'removed: alice@example.com\n',
      stderr: '',
    })
    expect(await recipients('remove', 'bob@example.com', '--json')).toEqual({
      exitCode: 0,
      stdout: '{"address":"bob@example.com","result":"removed"}\n',
      stderr:
        'example.com has no entry left, so from now on nobody is unknown there, and none of its mail is stopped for ' +
        'that. Its list still counts as finished: with the next entry that is added, everybody else is unknown again.\n',
    })
  })

  it('removes nothing when one address has no entry', async () => {
    await recipients('add', 'alice@example.com')
    expect(await recipients('remove', 'alice@example.com', 'bob@example.com', '@example.com')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'bob@example.com has no entry\n@example.com has no entry\nNothing was removed from the local stack.\n',
    })
    expect((await recipients('list')).stdout).toBe('alice@example.com\tmailbox\n')
  })
})

describe('quietgate recipients complete', () => {
  it('is refused, with exit code 3, while the list is empty', async () => {
    expect(await recipients('complete', 'example.com')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr:
        'Refused: the list of example.com has no entry in the local stack. A complete list without entries would make ' +
        'everybody unknown. Add who exists first: quietgate recipients add ADDRESS...\n',
    })
  })

  it('lets the domain say "unknown" from then on', async () => {
    await recipients('add', 'alice@example.com')
    expect((await recipients('lookup', 'bob@example.com')).stdout).toContain('cannot be said')
    expect(await recipients('complete', 'Example.com')).toEqual({
      exitCode: 0,
      stdout:
        'The list of example.com is complete: who is not in it is unknown. ' +
        'The domain is in enforce: for the unknown, "discard".\n',
      stderr: '',
    })
    expect((await recipients('lookup', 'bob@example.com')).stdout).toContain('bob@example.com is unknown')
    expect((await recipients('add', 'carol@example.com')).stderr).toBe('')
  })

  it('is an error for a domain that nobody configured', async () => {
    const { exitCode, stderr } = await recipients('complete', 'example.org')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        'example.org is not a domain of the configuration, which has example.com; did you mean example.com? ' +
        '(the configuration of the samples, domains)\n',
    })
  })
})

describe('quietgate recipients list', () => {
  it('prints the entries of one domain, as text or one JSON object a line', async () => {
    const config = join(directory.folder, 'two.json')
    writeFileSync(config, JSON.stringify({ domains: ['example.com', 'example.org'] }))
    await recipients('add', '--config', config, 'alice@example.com', 'bob@example.org')
    await recipients('add', 'sales@example.com', '--alias', 'alice@example.com')
    const text = await recipients('list', 'example.com')
    expect(linesOf(text.stdout).toSorted()).toEqual([
      'alice@example.com\tmailbox',
      'sales@example.com\talias of alice@example.com',
    ])
    expect(text.stderr).toBe(
      '2 entries in the local stack.\nThe list of example.com was never finished, so nobody is unknown there.\n',
    )
    const json = await recipients('list', '--json')
    expect(linesOf(json.stdout).map((line) => JSON.parse(line) as unknown)).toHaveLength(3)
    expect(json.stdout).toContain('{"address":"sales@example.com","kind":"alias","target":"alice@example.com"}\n')
  })

  it('shows nothing that could turn a terminal around, and gives programs the address as it is', async () => {
    await recipients('add', 'a\u202eb@example.com')
    expect((await recipients('list')).stdout).toBe('a\ufffdb@example.com\tmailbox\n')
    expect((await recipients('list', '--json')).stdout).toBe('{"address":"a\\u202eb@example.com","kind":"mailbox"}\n')
  })
})

describe('quietgate recipients lookup', () => {
  it('tells step by step how a sub-address is resolved', async () => {
    await recipients('add', 'alice@example.com')
    await recipients('complete', 'example.com')
    expect(await recipients('lookup', 'Alice+a+b@example.com')).toEqual({
      exitCode: 0,
      stdout: [
        'Alice+a+b@example.com',
        '  1. alice+a+b@example.com (as written): not there',
        '  2. alice+a@example.com (without its sub-address): not there',
        '  3. alice@example.com (without its sub-address): mailbox, added by hand; this decides',
        '  4. @example.com (the catch-all): not there',
        '  The list of example.com is complete: who is not in it is unknown.',
        'Alice+a+b@example.com is known (sub-address).',
        '',
      ].join('\n'),
      stderr: '',
    })
  })

  it('gives programs each candidate with its answer, and the reason', async () => {
    await recipients('add', '--deny', 'old@example.com')
    await recipients('add', '--catch-all', 'example.com')
    await recipients('complete', 'example.com')
    const { exitCode, stdout } = await recipients('lookup', 'old@example.com', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      address: 'old@example.com',
      answer: 'unknown',
      mode: 'enforce',
      candidates: [
        {
          key: 'old@example.com',
          form: 'as-written',
          answer: 'found',
          entry: { kind: 'deny', target: null, removedAt: null },
          source: null,
          seen_on: null,
        },
        {
          key: '@example.com',
          form: 'catch-all',
          answer: 'found',
          entry: { kind: 'catch-all', target: null, removedAt: null },
          source: null,
          seen_on: null,
        },
      ],
      domain: { name: 'example.com', answer: 'complete' },
      rule: 'unknown-recipient',
      reasons: [{ code: 'recipient-denied', address: 'old@example.com', key: 'old@example.com' }],
    })
  })

  it('says why an address is not looked up at all', async () => {
    const { exitCode, stdout } = await recipients('lookup', 'alice@example.org')
    expect({ exitCode, lines: linesOf(stdout) }).toEqual({
      exitCode: 0,
      lines: [
        'alice@example.org',
        '  1. alice@example.org (as written): not asked: its domain is not in the configuration',
        'Whether alice@example.org exists cannot be said, so it counts as known.',
        'recipient-not-checked (rule unknown-recipient): alice@example.org was not looked up: its domain is not in the configuration.',
      ],
    })
  })

  it('is an error when the directory gives no answer', async () => {
    await directory.stop()
    const { exitCode, stdout } = await recipients('lookup', 'alice@example.com')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('1. alice@example.com (as written): no answer (unreachable)')
  })
})

describe('the local stack', () => {
  const none = { exitCode: 1, stdout: '', stderr: 'No local stack is running: start one with npm start.\n' }

  it('is named in one sentence when there is none', async () => {
    const env = { QUIETGATE_LOCAL: join(directory.folder, 'absent.json') }
    expect(await quietgate(['--local', 'recipients', 'list'], env)).toEqual(none)
  })

  it('is not believed to run because a killed one left its file behind', async () => {
    const { pid } = spawnSync(process.execPath, ['--version'])
    writeFileSync(directory.env.QUIETGATE_LOCAL, JSON.stringify({ pid, outputs: {} }))
    expect(await recipients('list')).toEqual(none)
  })

  it('is named in one sentence when it has stopped answering', async () => {
    await directory.stop()
    expect(await recipients('list')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'The local stack does not answer (ECONNREFUSED): start it again with npm start.\n',
    })
    const added = await recipients('add', 'alice@example.com')
    expect(linesOf(added.stderr)).toEqual([
      'alice@example.com: the directory gave no answer (unreachable)',
      'Nothing was added to the local stack.',
    ])
  })
})
