import fc from 'fast-check'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importSentLog } from '../../cli/sent-log/import.ts'
import { linesOf } from '../../cli/sent-log/lines.ts'
import { linesOf as shownLines, quietgate, type Ran } from './command.ts'
import { startLedgerTable, type LedgerTable } from './ledger-table.ts'

let ledger: LedgerTable
beforeEach(async () => {
  ledger = await startLedgerTable()
})
afterEach(() => ledger.close())

const now = '2026-11-21T12:00Z'

/** `quietgate --local sent-log import ...` at noon of a day. */
function imported(...args: readonly string[]): Promise<Ran> {
  return quietgate(['--local', 'sent-log', 'import', '--now', now, '--utc-offset', 'Z', ...args], ledger.env)
}

function file(name: string, ...lines: readonly string[]): string {
  const path = join(ledger.folder, name)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}

const json = (id: string, changes: object = {}) =>
  JSON.stringify({
    message_id: id,
    from: 'alice@example.com',
    to: ['bob@example.org'],
    sent_at: '2026-11-21T10:00:00Z',
    ...changes,
  })
const head = (program: string) => `Nov 21 10:00:00 mail postfix/${program}[123]: 4AB0C12DEF: `
const postfix = [
  `${head('cleanup')}message-id=<p1@example.com>`,
  `${head('qmgr')}from=<alice@example.com>, size=1234, nrcpt=1 (queue active)`,
  `${head('smtp')}to=<bob@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 Ok)`,
  `${head('qmgr')}removed`,
]
const items = {
  a: 'a@example.com bob@example.org alice@example.com 2026-11-21T10:00:00.000Z',
  b: 'b@example.com bob@example.org alice@example.com 2026-11-21T10:00:00.000Z',
  p1: 'p1@example.com bob@example.org alice@example.com 2026-11-21T10:00:00.000Z',
}

describe('quietgate sent-log import', () => {
  it('takes JSON lines and a log of Postfix, each seen from its first line, and changes nothing the second time', async () => {
    const files = [file('sent.jsonl', '', json('a@example.com'), json('b@example.com')), file('mail.log', ...postfix)]
    const expected = {
      exitCode: 0,
      stdout: 'Imported 3 entries with 3 recipients into the sent log of the local stack.\n',
      stderr: '',
    }
    expect(await imported(...files)).toEqual(expected)
    expect(await ledger.items()).toEqual([items.a, items.b, items.p1])
    expect(await imported(...files)).toEqual(expected)
    expect(await ledger.items()).toEqual([items.a, items.b, items.p1])
  })

  it('says each line that it cannot read, with its number and what was expected, and imports the others', async () => {
    const path = file('sent.jsonl', json('a@example.com'), '{"message_id": 7}', 'no JSON', json('b@example.com'))
    expect(await imported(path, join(ledger.folder, 'absent'))).toEqual({
      exitCode: 1,
      stdout: 'Imported 2 entries with 2 recipients into the sent log of the local stack.\n',
      stderr: [
        `${path}:2: "message_id" is a Message-ID, found 7.`,
        `${path}:3: a line is one JSON object, found "no JSON".`,
        `${join(ledger.folder, 'absent')} cannot be read (ENOENT): name a file, or - for standard input.`,
        '3 lines or files could not be read.',
        '',
      ].join('\n'),
    })
    expect(await ledger.items()).toEqual([items.a, items.b])
  })

  it('says the first problems of a file that has nothing else, and counts all', async () => {
    const { exitCode, stderr } = await imported(
      '--format',
      'json',
      file('mail.log', ...Array.from({ length: 500 }, () => 'x')),
    )
    const lines = shownLines(stderr)
    expect([exitCode, lines.length, ...lines.slice(-2)]).toEqual([
      1,
      22,
      'Further problems are only counted.',
      '500 lines or files could not be read.',
    ])
  })

  it('is not content with a log in which no message of Postfix stands', async () => {
    expect(await imported(file('other.log', 'Nov 21 10:00:00 mail sshd[1]: hello', 'x'))).toEqual({
      exitCode: 1,
      stdout: 'Imported 0 entries with 0 recipients into the sent log of the local stack.\n',
      stderr: 'In 2 lines there was no message as Postfix logs it (cleanup, qmgr, smtp); JSON lines begin with "{".\n',
    })
  })

  it('reads a message of Postfix that begins in one file and ends in the next', async () => {
    const files = [file('mail.log.1', ...postfix.slice(0, 2)), file('mail.log', ...postfix.slice(2))]
    expect((await imported(...files)).exitCode).toBe(0)
    expect(await ledger.items()).toEqual([items.p1])
  })

  it('passes over what would end at once, and what others sent, and gives programs the counts', async () => {
    const foreign = postfix.map((line) => line.replace('alice@example.com', 'eve@example.net').replace('4AB0', '5AB0'))
    const old = json('old@example.com', { sent_at: '2026-10-20T10:00:00Z' })
    const both = json('a@example.com', { to: ['bob@example.org', 'carol@example.org'] })
    const { exitCode, stdout, stderr } = await imported('--json', file('s', old, both), file('mail.log', ...foreign))
    expect(JSON.parse(stdout)).toEqual({
      entries: 1,
      recipients: 2,
      too_old: 1,
      not_ours: 1,
      incomplete: 0,
      unreadable: 0,
      failure: null,
    })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: 'Passed over: 1 entry older than 30 days, 1 message of other senders.\n',
    })
  })

  it('stops where the table takes no more, and finishes when it is run again', async () => {
    const path = file('sent.jsonl', ...Array.from({ length: 3000 }, (_, i) => json(`m${i}@example.com`)))
    let calls = 0
    ledger.setFault(() => (++calls > 50 ? { kind: 'refuse', status: 400, code: 'AccessDeniedException' } : null))
    expect(await imported(path)).toEqual({
      exitCode: 1,
      stdout: 'Imported 1000 entries with 1000 recipients into the sent log of the local stack.\n',
      stderr:
        'The table takes no more (refused). What was imported stays. Import the same again when that is mended; ' +
        'it needs dynamodb:BatchWriteItem on the LedgerTable of the stack.\n',
    })
    ledger.setFault(null)
    expect((await imported(path)).exitCode).toBe(0)
    expect(await ledger.items()).toHaveLength(3000)
  })

  it('reads no further when the table takes no more', async () => {
    ledger.setFault(() => ({ kind: 'refuse', status: 400, code: 'AccessDeniedException' }))
    let taken = 0
    const long = async function* () {
      for (; taken < 20_000; taken++) yield await Promise.resolve(Buffer.from(`${json(`m${taken}@example.com`)}\n`))
    }
    const settings = { format: null, utcOffset: 'Z', now }
    expect(await importSentLog(['-'], settings, long(), speechless().verb)).toBe(1)
    expect(taken).toBeLessThan(2000)
  })

  it('reads standard input', async () => {
    const { stdout, verb } = speechless()
    const stdin = Readable.from([Buffer.from(`${json('a@example.com')}\r\n${json('b@example.com')}`)])
    const settings = { format: null, utcOffset: 'Z', now }
    expect([await importSentLog(['-'], settings, stdin, verb), stdout()]).toEqual([
      0,
      'Imported 2 entries with 2 recipients into the sent log of the local stack.\n',
    ])
    expect(await ledger.items()).toEqual([items.a, items.b])
  })

  it.each([
    [['--utc-offset', 'CET'], '--utc-offset is Z, +01:00 or -05:30, found "CET".\n'],
    [['--now', 'noon'], '--now is 2026-11-21 or 2026-11-21T10:00Z, found "noon".\n'],
  ])('does not guess what %j means', async (options, stderr) => {
    expect(await imported(...options, file('s', json('a@example.com')))).toEqual({ exitCode: 1, stdout: '', stderr })
  })

  it('takes times without an offset as they were in the place that is named', async () => {
    await imported('--utc-offset', '+05:30', file('mail.log', ...postfix))
    expect(await ledger.items()).toEqual([items.p1.replace('10:00:00', '04:30:00')])
  })
})

describe('the lines of a stream', () => {
  it('are those of the whole text, wherever it was cut into chunks', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'ä', '😀', '\n', '\r\n'), { maxLength: 60 })
      .map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (whole, size) => {
        const octets = Buffer.from(whole)
        const chunks = Array.from({ length: Math.ceil(octets.length / size) }, (_, i) =>
          octets.subarray(i * size, (i + 1) * size),
        )
        const lines = whole.split('\n').map((line) => line.replace(/\r$/, ''))
        expect(await all(Readable.from(chunks), 1000)).toEqual(
          whole.endsWith('\n') || whole === '' ? lines.slice(0, -1) : lines,
        )
      }),
    )
  })

  it('take no more memory than their bound when the stream has no line ends', async () => {
    const chunk = Buffer.alloc(1000, 'x')
    const lines = await all(Readable.from(Array.from({ length: 1000 }, () => chunk)), 500)
    expect(lines.map((line) => line.length)).toEqual([501])
  })
})

async function all(stream: Readable, longest: number): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const some of linesOf(stream, longest)) lines.push(...some)
  return lines
}

/** A verb that speaks into a text. */
function speechless() {
  let text = ''
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString('utf8')
      done()
    },
  })
  const target = { local: true, stack: null, region: null }
  const terminal = { stdout, stderr: stdout, env: ledger.env }
  return { stdout: () => text, verb: { terminal, target, configFile: null, environment: null, json: false } }
}
