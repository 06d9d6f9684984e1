import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Facts } from '../../lambda/core/facts.ts'
import { startDnsServer } from '../../local/dns/server.ts'
import { parseZoneFile } from '../../local/dns/zone-file.ts'
import { describeStack } from '../../local/local-stack-file.ts'
import { sampleConfig } from '../../local/samples.ts'
import { startedStack, type StartedStack } from '../local/started-stack.ts'
import { assertValidRecord } from '../record-schema.ts'
import { linesOf, quietgate } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'quietgate-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, ...lines: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, lines.map((line) => `${line}\r\n`).join(''))
  return path
}

const zone = file(
  'answers.zone',
  '$TTL 300',
  '$ORIGIN bl.example.',
  '2.0.0.127 A 127.0.0.2',
  '66.113.0.203 A 127.0.0.2',
  '$ORIGIN bl2.example.',
  '2.0.0.127 A 127.0.0.2',
  '66.113.0.203 A 127.0.0.4',
  '$ORIGIN wl.example.',
  '@ SOA ns.wl.example. hostmaster.wl.example. 1 3600 600 86400 60',
  '2.0.0.127 A 127.0.10.0',
  '$ORIGIN spammer.example.',
  '@ TXT "v=spf1 ip4:203.0.113.66 -all"',
)
const observing = file('observe.json', JSON.stringify({ ...sampleConfig, mode: 'observe' }))
const letter = file(
  'letter.eml',
  'From: Offers <offers@spammer.example>',
  'To: Alice <alice+x@example.com>, nobody@example.com, eve@elsewhere.example',
  'Subject: =?utf-8?q?You_have_=E2=80=AEwon?=',
  'Message-ID: <1@spammer.example>',
  '',
  'Hello.',
)

describe('quietgate explain', () => {
  it('tells the facts, every reason, what is done and what enforce would do', async () => {
    const list = file('list', 'alice@example.com')
    const temporary = mkdtempSync(join(folder, 'tmp-'))
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { exitCode, stdout, stderr } = await quietgate([
      'explain',
      letter,
      ...['--client-ip', '203.0.113.66', '--config', observing, '--dns', zone, '--directory', list],
    ])
    expect({ exitCode, stderr: linesOf(stderr) }).toEqual({
      exitCode: 0,
      stderr: [
        'No --rcpt was given: the recipients are those of To and Cc.',
        'No --mail-from was given: the envelope sender is offers@spammer.example, as From says.',
      ],
    })
    expect(linesOf(stdout)).toEqual([
      'Sender       offers@spammer.example',
      'Client       203.0.113.66, which calls itself [203.0.113.66]',
      'From         offers@spammer.example',
      'Subject      You have \ufffdwon',
      'Message-ID   1@spammer.example',
      'Scans        spam pass, virus pass, SPF pass, DKIM gray, DMARC gray',
      'Recipient    alice+x@example.com: known (sub-address), deliver, in enforce quarantine',
      '    1. alice+x@example.com (as written): not there',
      '    2. alice@example.com (without its sub-address): mailbox',
      '    3. @example.com (the catch-all): not there',
      '    The list of example.com is complete: who is not in it is unknown.',
      'Recipient    nobody@example.com: unknown, deliver, in enforce discard',
      '    1. nobody@example.com (as written): not there',
      '    2. @example.com (the catch-all): not there',
      '    The list of example.com is complete: who is not in it is unknown.',
      'Zone         bl.example: answered 127.0.0.2',
      'Zone         bl2.example: answered 127.0.0.4',
      'Zone         wl.example: not listed',
      "Reason       recipient-unknown: nobody@example.com does not exist: its domain's directory is complete and has no such entry.",
      'Reason       zone-listed: The client is listed in bl.example (Example List) as 127.0.0.2: +2.',
      'Reason       zone-listed: The client is listed in bl2.example (Second Example) as 127.0.0.4: +2.',
      'Reason       dnsxl-stopped: The listings add up to 4 (stopped from 3 on), by Example List and Second Example.',
      'Action       deliver (mode observe, SES is answered CONTINUE); in enforce: quarantine',
      'Precedence   virus > block-entry > unknown-recipient > allow-entry > authentic-bounce > undecidable-bounce > never-lose > backscatter > dnsxl > scans',
      expect.stringMatching(/^Decided by {3}0\.\d+\.\d+\+[0-9a-f]{8}, the bundle that is deployed$/),
    ])
    expect(readdirSync(temporary)).toEqual([])
  })

  it('tells what an entry overrules, as if it were there', async () => {
    const list = file('list', 'alice@example.com')
    const explained = (...args: readonly string[]) =>
      quietgate([
        ...['explain', '--client-ip', '203.0.113.66', '--rcpt', 'alice@example.com', '--mail-from', 'x@else.example'],
        ...['--config', observing, '--dns', zone, '--directory', list, ...args, letter],
      ])
    const { exitCode, stdout } = await explained('--allow', '203.0.113.0/24', '--allow', 'else.example')
    const lines = linesOf(stdout)
    const end = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    expect(exitCode).toBe(0)
    expect(lines).toContainEqual(
      expect.stringMatching(
        `^Reason       allow-entry: explain allows 203.0.113.0/24 until ${end}.*where the client is`,
      ),
    )
    expect(lines.filter((line) => line.startsWith('Overruled'))).toEqual(['Overruled    dnsxl-stopped, by allow-entry'])
    expect(lines).toContain('Action       deliver (mode observe, SES is answered CONTINUE); in enforce: deliver')
    const refused = await explained('--allow', '0.0.0.0/0', '--block', 'x')
    expect([refused.exitCode, linesOf(refused.stderr)]).toEqual([
      2,
      [
        '--allow: "0.0.0.0/0" is too wide: from /8 on (IPv4).',
        '--block: "x" is a whole top-level domain: only `block` takes one, as *.x.',
      ],
    ])
  })

  it('asks the servers of the configuration where no file answers, and explains what is hardly a message', async () => {
    const records = parseZoneFile('66.113.0.203.bl.example. A 127.0.0.9\n2.0.0.127.bl.example. A 127.0.0.2\n', 'x')
    const dns = await startDnsServer({ records: records.kind === 'records' ? records.records : [] })
    onTestFinished(() => dns.close())
    const config = file(
      'network.json',
      JSON.stringify({ ...sampleConfig, dns: { servers: [dns.address], timeoutMs: 1000 } }),
    )
    const broken = join(folder, 'broken.eml')
    writeFileSync(broken, Buffer.from('From:;;;\r\n=?utf-8?B?broken\r\n\0\xff\r\n\r\nno end', 'latin1'))
    // The file behind --rcpt, as it is easily typed.
    const { exitCode, stdout, stderr } = await quietgate([
      ...['--json', 'explain', '--config', config, '--client-ip', '203.0.113.66', '--mail-from', ''],
      ...['--rcpt', 'alice@example.com', 'eve@elsewhere.example', broken],
    ])
    expect({ exitCode, stderr: linesOf(stderr) }).toEqual({
      exitCode: 0,
      stderr: [
        'No receipt rule takes eve@elsewhere.example: SES refuses it during SMTP, and the filter never sees it.',
        'Nobody said who exists, so that every look-up ends in "unavailable": name a list with --directory, or a stack with --local or --stack.',
      ],
    })
    const record: unknown = JSON.parse(stdout)
    assertValidRecord(record)
    const { zones } = JSON.parse(record.facts) as Facts
    const none = { answer: 'none', why: 'no-such-name' }
    const notNeeded = { answer: 'not-asked', why: 'nothing-to-count' }
    expect({ action: record.action, sender: record.null_sender, reasons: record.reasons, zones }).toEqual({
      action: 'deliver',
      sender: true,
      reasons: [
        { code: 'directory-incomplete', domain: 'example.com', why: 'never-imported' },
        { code: 'zone-listed', zone: 'bl.example', operator: 'Example List', return_codes: ['127.0.0.9'], weight: 2 },
        { code: 'dnsxl-recorded', score: 2, threshold: 1 },
      ],
      zones: [
        {
          zone: 'bl.example',
          answer: { answer: 'addresses', addresses: ['127.0.0.9'], ttlSeconds: 3600 },
          control: {
            answer: 'heard',
            listed: { answer: 'addresses', addresses: ['127.0.0.2'], ttlSeconds: 3600 },
            unlisted: none,
            unheardOf: none,
          },
        },
        { zone: 'bl2.example', answer: none, control: notNeeded },
        { zone: 'wl.example', answer: none, control: notNeeded },
      ],
    })
  })

  it('says everything that is wrong with its files at once, and starts nothing', async () => {
    const dns = file('wrong.zone', 'x.example. A 300.1.1.1')
    const list = file('wrong-list', 'alice')
    const missing = join(folder, 'missing.eml')
    const { exitCode, stdout, stderr } = await quietgate(['explain', missing, '--dns', dns, '--directory', list])
    expect({ exitCode, stdout, stderr: linesOf(stderr) }).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: [
        `The message ${missing} cannot be read: there is no such file.`,
        `${dns}:1: expected an IPv4 address, found "300.1.1.1"`,
        `${list}:1: "alice" is not an address: it has no @`,
      ],
    })
  })

  it('takes no other word for an IP address', async () => {
    expect(await quietgate(['explain', letter, '--client-ip', 'localhost'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: '--client-ip localhost is not an IP address: 192.0.2.1 or 2001:db8::1 would be.\n',
    })
  })
})

describe('quietgate --local, beside a running stack', () => {
  let running: StartedStack
  let env: { readonly QUIETGATE_LOCAL: string }
  beforeAll(async () => {
    running = await startedStack({ directory: null })
    env = { QUIETGATE_LOCAL: file('local-stack.json', JSON.stringify(describeStack(running.stack))) }
  })
  afterAll(() => running.close())

  it('decides who exists from the next message on', async () => {
    expect((await running.deliver({ recipients: ['bob@example.com'] })).record?.action).toBe('deliver')
    expect((await quietgate(['--local', 'recipients', 'add', 'alice@example.com'], env)).exitCode).toBe(0)
    expect((await quietgate(['--local', 'recipients', 'complete', 'example.com'], env)).exitCode).toBe(0)
    expect((await running.deliver({ recipients: ['bob@example.com'] })).record?.action).toBe('discard')
    expect((await running.deliver({ recipients: ['Alice+x@example.com'] })).record?.action).toBe('deliver')
    expect((await quietgate(['--local', 'recipients', 'remove', 'alice@example.com'], env)).exitCode).toBe(0)
    expect((await running.deliver({ recipients: ['bob@example.com'] })).record?.action).toBe('deliver')
    expect((await quietgate(['--local', 'recipients', 'add', 'alice@example.com'], env)).stderr).toBe('')
  })

  it('explains a message with the directory of that stack', async () => {
    const args = [
      '--local',
      'explain',
      letter,
      '--dns',
      zone,
      '--json',
      '--rcpt',
      'alice@example.com',
      'bob@example.com',
    ]
    const { stdout } = await quietgate(args, env)
    const record: unknown = JSON.parse(stdout)
    assertValidRecord(record)
    expect(record.recipients.map(({ address, answer }) => ({ address, answer }))).toEqual([
      { address: 'alice@example.com', answer: 'known' },
      { address: 'bob@example.com', answer: 'unknown' },
    ])
  })

  it('is an error for explain, too, when there is no such stack', async () => {
    const { exitCode, stderr } = await quietgate(['--local', 'explain', letter], {
      QUIETGATE_LOCAL: join(folder, 'absent.json'),
    })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'No local stack is running: start one with npm start.\n',
    })
  })
})

describe('the program', () => {
  it('reads paths from the folder of whoever calls it, and hands over its exit code', () => {
    vi.stubEnv('QUIETGATE_LOCAL', join(folder, 'absent.json'))
    onTestFinished(() => void vi.unstubAllEnvs())
    const program = fileURLToPath(new URL('../../cli/quietgate.js', import.meta.url))
    const args = [program, 'explain', 'missing.eml', '--directory', 'wrong-list', '--config', 'observe.json']
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect({ status, stdout, stderr: linesOf(stderr) }).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'The message missing.eml cannot be read: there is no such file.',
        'wrong-list:1: "alice" is not an address: it has no @',
      ],
    })
  })
})
