import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { bar } from '../../cli/bounce/bar.ts'
import { readBounces } from '../../cli/bounce/read-bounces.ts'
import { plainNotices, report, returned } from '../core/bounces.ts'
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

    expect(await readBounces(['-'], stdin, { terminal, target, configFile: null, json: true })).toBe(0)
    expect(kindsOf(Buffer.concat(written).toString())).toEqual(kinds)
  })
})

describe('the bar', () => {
  it('fills as files are done', () => {
    expect([bar(0, 10), bar(5, 10), bar(11, 10)]).toEqual([
      `[${' '.repeat(30)}] 0/10 files`,
      `[${'#'.repeat(15)}${' '.repeat(15)}] 5/10 files`,
      `[${'#'.repeat(30)}] 11/11 files`,
    ])
  })
})
