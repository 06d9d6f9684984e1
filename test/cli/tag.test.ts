import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quietgate } from './command.ts'

let folder: string
let keyFile: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quietgate-tag-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, 'a key of thirty-two octets, 2026\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const now = ['--now', '2026-11-21T12:00Z']

describe('quietgate tag', () => {
  const exim = ['--key-number', '3', ...now]
  const env = { QUIETGATE_KEY: 'the key of 2026' }

  it('makes the tag that Exim makes, and finds it genuine', async () => {
    const tagged = 'prvs=3785141085=alice@example.com'
    expect(await quietgate(['tag', 'make', '--kind', 'prvs', ...exim, 'alice@example.com'], env)).toEqual({
      exitCode: 0,
      stdout: `${tagged}\n`,
      stderr: '',
    })
    expect(await quietgate(['tag', 'check', ...exim, tagged], env)).toEqual({
      exitCode: 0,
      stdout: 'Genuine: alice@example.com, until the end of 2026-11-28 (UTC).\n',
      stderr: '',
    })
  })

  it.each([
    ['tag', 'alice+qg1aujyl2hf7rqncocoernn@example.com', '2026-12-05'],
    ['prvs', expect.stringMatching(/^prvs=1785[0-9a-f]{6}=alice@example.com$/) as string, '2026-11-28'],
    ['srs', expect.stringMatching(/^SRS0=[\w+/]{4}=[A-Z2-7]{2}=example.com=alice$/) as string, '2026-12-12'],
  ])('makes and checks the kind %s in JSON', async (kind, tagged, lastDay) => {
    const options = ['--json', '--key-file', keyFile, '--key-number', '1', ...now]
    const made = await quietgate(['tag', 'make', '--kind', kind, ...options, 'alice@example.com'])
    const printed = JSON.parse(made.stdout) as { readonly tagged: string }
    expect(printed).toEqual({ address: 'alice@example.com', kind, tagged })
    const address = kind === 'srs' ? `${printed.tagged}@forward.example` : printed.tagged
    const checked = await quietgate(['tag', 'check', ...options, address])
    expect([checked.exitCode, JSON.parse(checked.stdout)]).toEqual([
      0,
      { address, kind, answer: 'genuine', original: 'alice@example.com', key: '1', last_day: lastDay },
    ])
  })

  it.each([
    ['prvs=3785141085=bob@example.com', 'Not genuine: this key did not make it for this address.'],
    ['prvs=4785141085=alice@example.com', 'Not checked: it names key 4, and --key-number says otherwise.'],
    ['SRS1=vmyz=a.example==vmyz=2W=b.example=c@example.com', 'There is no tag in it that can be checked.'],
  ])('ends with exit code 4 for %s', async (address, sentence) => {
    expect(await quietgate(['tag', 'check', ...exim, address], env)).toEqual({
      exitCode: 4,
      stdout: `${sentence}\n`,
      stderr: '',
    })
  })

  it('ends with exit code 4 for a tag that has expired', async () => {
    const { exitCode, stdout } = await quietgate(
      ['tag', 'check', '--key-number', '3', '--now', '2026-11-29', 'prvs=3785141085=alice@example.com'],
      env,
    )
    expect([exitCode, stdout]).toEqual([4, 'Expired: key 3 made it, too long ago.\n'])
  })

  it('says what it needs, what it found, and where', async () => {
    const failing = async (args: readonly string[], variables = {}) => {
      const { exitCode, stdout, stderr } = await quietgate(['tag', ...args], variables)
      expect([exitCode, stdout]).toEqual([1, ''])
      return stderr
    }
    const make = ['make', 'alice@example.com']
    expect(await failing(make)).toBe(
      'A key is needed: name a file that holds it with --key-file, or set QUIETGATE_KEY.\n',
    )
    expect(await failing([...make, '--key-file', join(folder, 'none')])).toBe(
      `The key file ${join(folder, 'none')} cannot be read: there is no such file.\n`,
    )
    expect(await failing(make, { QUIETGATE_KEY: 'too short' })).toBe(
      'QUIETGATE_KEY holds a key of 32 to 4096 octets, found 9 octets. (openssl rand -hex 32 makes one.)\n',
    )
    expect(await failing([...make, '--now', 'today'])).toBe(
      '--now is 2026-11-21 or 2026-11-21T10:00Z, found "today".\n',
    )
    expect(await failing(['make', 'alice'])).toBe('alice is not an address (no-at-sign).\n')
    expect(await failing([...make, '--delimiter', ''])).toContain('--delimiter is one character')
    const long = `${'a'.repeat(60)}@example.com`
    expect(await failing(['make', long, '--key-file', keyFile])).toContain('a local part of more than 64 octets')
  })
})

describe('quietgate hmac-header', () => {
  const key = ['--key-name', 'main', ...now]

  it('makes a header that it finds genuine in a message', async () => {
    const made = await quietgate(['hmac-header', 'make', '--key-file', keyFile, ...key, 'Alice <alice@example.com>'])
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    const file = join(folder, 'returned.eml')
    writeFileSync(file, `From: Alice <alice@example.com>\r\n${made.stdout.trim()}\r\n\r\n${'body\r\n'.repeat(100_000)}`)
    expect(await quietgate(['hmac-header', 'check', '--key-file', keyFile, ...key, file])).toEqual({
      exitCode: 0,
      stdout: 'Genuine: alice@example.com sent it, signed at 2026-11-21T12:00:00.000Z.\n',
      stderr: '',
    })
    const json = await quietgate(['--json', 'hmac-header', 'check', '--key-file', keyFile, ...key, file])
    expect(JSON.parse(json.stdout)).toEqual({
      file,
      answer: 'genuine',
      from: 'alice@example.com',
      key: 'main',
      signed_at: '2026-11-21T12:00:00.000Z',
      nonce: expect.stringMatching(/^[\w-]{16}$/) as string,
    })
  })

  it('ends with exit code 4 when there is none, and 1 when the file or the address cannot be read', async () => {
    const file = join(folder, 'plain.eml')
    writeFileSync(file, 'From: alice@example.com\r\n\r\n')
    const run = (...args: readonly string[]) => quietgate(['hmac-header', ...args, '--key-file', keyFile])
    expect(await run('check', file)).toEqual({
      exitCode: 4,
      stdout: 'There is no Quietgate-Proof field in the header.\n',
      stderr: '',
    })
    expect(await run('check', join(folder, 'none.eml'))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `The message ${join(folder, 'none.eml')} cannot be read: there is no such file.\n`,
    })
    expect(await run('make', 'MAILER-DAEMON <>')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'MAILER-DAEMON <> holds no address: a From field or user@domain is expected.\n',
    })
  })
})
