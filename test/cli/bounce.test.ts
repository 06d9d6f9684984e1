import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { bar } from '../../cli/bounce/bar.ts'
import { readBounces } from '../../cli/bounce/read-bounces.ts'
import { plainNotices, report, returned } from '../core/bounces.ts'
import { makeKey, signed } from '../system/signer.ts'
import { linesOf, quietgate } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'quietgate-bounce-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: Buffer | string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const ordinary = 'From: bob@partner.example\r\nSubject: Lunch\r\n\r\nAt noon?\r\n'
const separator = 'From bob@partner.example Mon Nov  2 10:00:00 2026\n'
const dsn = file('dsn.eml', report())
const letter = file('letter.eml', ordinary)
const two = file('two.mbox', `${separator}${ordinary}\n${separator}${report().toString()}`)
const one = file('one.mbox', `${separator}${ordinary}\nFrom here on all is text.\n`)
const stored = file('stored.eml', `${separator}${plainNotices['qmail']?.toString() ?? ''}\n${separator}`)

const nobodyAsks = { offline: false, dns: null, ownDomains: [], recipient: null, now: null }

const kindsOf = (stdout: string): unknown =>
  linesOf(stdout).map((line) => {
    const { file: name, kind } = JSON.parse(line) as { file: string; kind: string }
    return [name, kind]
  })

describe('quietgate bounce', () => {
  it('prints one object a message, with the path as it was given', async () => {
    const { exitCode, stdout, stderr } = await quietgate(['bounce', '--json', '--offline', dsn, letter])

    expect([exitCode, stderr]).toEqual([0, ''])
    const { messageId, ...rest } = returned
    expect(linesOf(stdout).map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        file: dsn,
        kind: 'dsn',
        evidence: ['report-type', 'delivery-status-part', 'null-sender', 'mailer-daemon', 'daemon-from'],
        returned: { message_id: messageId, ...rest },
        recipients: [{ address: 'gone@away.example', action: 'failed', status: '5.1.1' }],
        verdict: null,
      },
      { file: letter, kind: 'none', evidence: [], returned: null, recipients: [], verdict: null },
    ])
  })

  it('prints columns for people', async () => {
    const { stdout } = await quietgate(['bounce', dsn, letter])

    expect(linesOf(stdout)).toEqual([
      `${dsn}\tdsn\tplan-1@example.com\tgone@away.example (5.1.1)`,
      `${letter}\tnone\t-\t-`,
    ])
  })

  it('reads folders and mboxes, numbers only what has several messages, and takes an .eml for one', async () => {
    const { stdout } = await quietgate(['bounce', '--json', folder])

    expect(kindsOf(stdout)).toEqual([
      [dsn, 'dsn'],
      [letter, 'none'],
      [one, 'none'],
      [stored, 'dsn-nonstandard'],
      [`${two}#1`, 'none'],
      [`${two}#2`, 'dsn'],
    ])
  })

  it('says which path cannot be read, reads the others, and ends with 1', async () => {
    const { exitCode, stdout, stderr } = await quietgate(['bounce', '--json', join(folder, 'nosuch'), letter])

    expect([exitCode, kindsOf(stdout)]).toEqual([1, [[letter, 'none']]])
    expect(stderr).toBe(
      `${join(folder, 'nosuch')} cannot be read (ENOENT): name a message, a folder, an mbox, or - for standard input.\n`,
    )
  })

  it.each([
    ['a message', [report()], [['-', 'dsn']]],
    [
      'an mbox in pieces',
      [separator, ordinary, `\n${separator}`, ordinary],
      [
        ['-#1', 'none'],
        ['-#2', 'none'],
      ],
    ],
  ])('reads %s from standard input', async (_, chunks, kinds) => {
    const written: Buffer[] = []
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk)
        done()
      },
    })
    const terminal = { stdout, stderr: stdout, env: {} }
    const target = { local: false, stack: null, region: null }
    const stdin = Readable.from(chunks.map((chunk) => Buffer.from(chunk)))

    expect(
      await readBounces(['-'], nobodyAsks, stdin, {
        terminal,
        target,
        configFile: null,
        environment: null,
        json: true,
      }),
    ).toBe(0)
    expect(kindsOf(Buffer.concat(written).toString())).toEqual(kinds)
  })
})

describe('the verdict of quietgate bounce', () => {
  const place = mkdtempSync(join(tmpdir(), 'quietgate-verdict-'))
  afterAll(() => rmSync(place, { recursive: true, force: true }))
  const put = (name: string, content: Buffer | string): string => {
    const path = join(place, name)
    writeFileSync(path, content)
    return path
  }
  const key = makeKey('ed25519-sha256', 'k1')
  const sent = Buffer.from(
    [
      'From: Alice <alice@example.com>',
      'To: gone@away.example',
      'Date: Mon, 2 Nov 2026 10:00:00 +0000',
      'Message-ID: <plan-2@example.com>',
      '',
      'The plan.',
      '',
    ].join('\r\n'),
  )
  const at = Date.parse('2026-11-02T10:00:00Z') / 1000
  const withSignature = signed(sent, key, 'relaxed', ['from', 'to', 'date', 'message-id'], at)
  const notice = put('signed.eml', report(undefined, undefined, withSignature.toString('latin1').split('\r\n')))
  const answers = put('keys.zone', `k1._domainkey.example.com. 300 IN TXT "${key.record}"\n`)
  const nothing = put('empty.zone', '')
  const ours = ['--own-domain', 'example.com', '--now', '2026-11-03T10:00Z']

  const lineOf = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const { exitCode, stdout, stderr } = await quietgate(['bounce', '--json', notice, ...args])
    expect([exitCode, stderr]).toEqual([0, ''])
    return JSON.parse(stdout) as Record<string, unknown>
  }

  it('stands beside its reasons in the object of a message', async () => {
    expect(await lineOf(...ours, '--dns', answers)).toEqual({
      file: notice,
      kind: 'dsn',
      evidence: ['report-type', 'delivery-status-part', 'null-sender', 'mailer-daemon', 'daemon-from'],
      returned: {
        message_id: 'plan-2@example.com',
        from: 'alice@example.com',
        to: 'gone@away.example',
        date: 'Mon, 2 Nov 2026 10:00:00 +0000',
        dkim: [{ d: 'example.com', s: 'k1' }],
        complete: false,
      },
      recipients: [{ address: 'gone@away.example', action: 'failed', status: '5.1.1' }],
      verdict: 'authentic',
      reasons: [
        {
          code: 'report-recognised',
          kind: 'dsn',
          evidence: ['report-type', 'delivery-status-part', 'null-sender', 'mailer-daemon', 'daemon-from'],
        },
        {
          code: 'bounce-authentic',
          address: 'alice@example.com',
          proof: 'dkim',
          d: 'example.com',
          s: 'k1',
          signed_at: '2026-11-02T10:00:00.000Z',
        },
      ],
    })
  })

  it('stands in columns for people', async () => {
    const { stdout } = await quietgate(['bounce', notice, letter, ...ours, '--dns', answers])
    expect(linesOf(stdout).map((line) => line.split('\t').slice(4))).toEqual([
      [
        'authentic',
        'It is a bounce (RFC 3464) (report-type, delivery-status-part, null-sender, mailer-daemon, daemon-from).',
        'The bounce to alice@example.com is about mail of ours: our own DKIM signature on the returned header verifies ' +
          '(k1._domainkey.example.com, 2026-11-02T10:00:00.000Z). No list and no flood counts against it.',
      ],
      ['-'],
    ])
  })

  it.each([
    ['the key is there', ['--dns', answers], 'authentic'],
    ['nobody may be asked for the key', ['--offline'], 'undecidable'],
    ['nobody else may be asked, and the file has the key', ['--offline', '--dns', answers], 'authentic'],
    ['the key is gone', ['--dns', nothing], 'unverified'],
    ['it came to somebody else', ['--dns', answers, '--rcpt', 'bob@example.com'], 'unverified'],
    ['it came to a sub-address of the author', ['--dns', answers, '--rcpt', 'alice+x@example.com'], 'authentic'],
    ['it came three weeks later', ['--dns', answers, '--now', '2026-11-24'], 'unverified'],
    ['another domain is ours', ['--dns', answers, '--own-domain', 'example.net'], 'authentic'],
  ])('hangs on what it is judged by: %s', async (_, args, verdict) => {
    expect(await lineOf(...ours, ...args)).toMatchObject({ verdict })
  })

  it('follows the configuration, whose secrets it does not need', async () => {
    const domain = { name: 'example.com', allOutboundSigned: true, dkimSelectors: ['k1'] }
    const keys = [{ name: '1', use: 'prvs', source: { ssm: '/prvs' } }]
    const config = put('config.json', JSON.stringify({ domains: [domain], bounces: { keys } }))
    const forged = put(
      'forged.eml',
      report(undefined, undefined, ['Received: by mx.away.example', ...linesOfText(sent)]),
    )
    const judge = async (...args: readonly string[]): Promise<unknown> => {
      const { stdout } = await quietgate(['--config', config, 'bounce', '--json', forged, '--dns', answers, ...args])
      return (JSON.parse(stdout) as { verdict: unknown }).verdict
    }
    expect(await judge()).toBe('backscatter')
    expect(await judge('--own-domain', 'example.net')).toBe('backscatter')
    expect(await judge('--rcpt', 'prvs=1234567890=alice@example.com')).toBe('backscatter')
  })

  it('is null for what is no bounce, also where no envelope says who sent it', async () => {
    const about = put(
      'about.eml',
      'From: Bob <bob@partner.example>\r\nTo: alice@example.com\r\nSubject: Hi\r\n\r\nHi\r\n',
    )
    const { stdout } = await quietgate(['bounce', '--json', about, letter, ...ours, '--offline'])
    const found = linesOf(stdout).map(
      (line) => JSON.parse(line) as { kind: string; verdict: unknown; reasons: unknown },
    )
    expect(found.map(({ kind, verdict, reasons }) => [kind, verdict, reasons])).toEqual([
      ['none', null, []],
      ['none', null, []],
    ])
  })

  it.each(Object.keys(plainNotices))('is of the same kind as the one that is printed: %s', async (name) => {
    const unsent = (plainNotices[name] ?? Buffer.of()).toString('latin1').replace('Return-Path: <>\r\n', '')
    const { stdout } = await quietgate(['bounce', '--json', put('plain.eml', unsent), ...ours, '--offline'])
    const { kind, evidence, reasons } = JSON.parse(stdout) as { kind: string; evidence: unknown; reasons: unknown[] }
    expect(reasons[0] ?? null).toEqual(kind === 'none' ? null : { code: 'report-recognised', kind, evidence })
  })

  it.each([
    [
      ['--rcpt', 'alice@example.com'],
      '--dns, --rcpt and --now are for a verdict, and a verdict needs --own-domain (or --config).',
    ],
    [
      ['--own-domain', 'example.com', '--rcpt', 'alice'],
      '--rcpt is an address such as alice@example.com, found "alice".',
    ],
    [['--own-domain', 'example.com', '--now', 'noon'], '--now is 2026-11-21 or 2026-11-21T10:00Z, found "noon".'],
    [['--own-domain', 'exa mple.com'], 'domains[0] "exa mple.com" is not a domain: it contains a space (--own-domain)'],
    [
      ['--own-domain', 'example.com', '--dns', '/nosuch.zone'],
      'The DNS answers (--dns) /nosuch.zone cannot be read: there is no such file.',
    ],
  ])('cannot be found with %j, which is said, and nothing is read', async (args, sentence) => {
    expect(await quietgate(['bounce', '--json', notice, ...args])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `${sentence}\n`,
    })
  })
})

function linesOfText(text: Buffer): readonly string[] {
  return text.toString('latin1').split('\r\n')
}

describe('the bar', () => {
  it('fills as files are done', () => {
    expect([bar(0, 10), bar(5, 10), bar(11, 10)]).toEqual([
      `[${' '.repeat(30)}] 0/10 files`,
      `[${'#'.repeat(15)}${' '.repeat(15)}] 5/10 files`,
      `[${'#'.repeat(30)}] 11/11 files`,
    ])
  })
})
