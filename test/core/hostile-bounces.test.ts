import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readMail } from '../../lambda/core/protocol/mime.ts'
import { readReport } from '../../lambda/core/read-report.ts'
import type { Line } from './hostile-bounces/read-all.ts'

/** Megabytes of the heap of a process that reads them all; the function has 512 in all. */
const heap = 32

const readAll = async (): Promise<{ readonly lines: readonly Line[]; readonly megabytes: number }> => {
  const program = fileURLToPath(new URL('hostile-bounces/read-all.ts', import.meta.url))
  const options = [`--max-old-space-size=${heap}`, '--disable-warning=ExperimentalWarning', program]
  const { stdout } = await promisify(execFile)(process.execPath, options)
  const all = stdout.trim().split('\n')
  return {
    lines: all.slice(0, -1).map((line) => JSON.parse(line) as Line),
    megabytes: Number(all.at(-1)),
  }
}

/** Kind, whether something was not read, how many failed recipients, octets of the returned header; or what DKIM says, of how many. */
const expected: readonly Line[] = [
  ['one long text', 'dsn', true, 0, 0],
  ['parts', 'dsn', true, 0, 0],
  ['returned parts without a header', 'dsn', true, 0, 0],
  ['levels of nesting', 'dsn-nonstandard', true, 0, 0],
  ['levels with the same boundary', 'dsn-nonstandard', true, 0, 0],
  ['levels whose boundary begins with the outer one', 'dsn-nonstandard', true, 0, 0],
  ['lines that begin with the boundary', 'dsn', true, 0, 0],
  ['a line of boundaries', 'dsn', true, 0, 0],
  ['a text that is nearly the boundary', 'dsn-nonstandard', true, 0, 0],
  ['a line that is nearly the boundary', 'dsn-nonstandard', true, 0, 0],
  ['dashes', 'dsn-nonstandard', true, 0, 0],
  ['lines of dashes', 'dsn-nonstandard', true, 0, 0],
  ['a message that returns itself', 'dsn', true, 0, 169],
  ['a line in the header', 'dsn-nonstandard', true, 0, 0],
  ['folded lines in the header', 'dsn-nonstandard', true, 0, 0],
  ['empty lines on top', 'none', true, 0, 0],
  ['folded lines in the returned header', 'dsn', true, 0, 90],
  ['From lines in the returned header', 'dsn', true, 0, 10000],
  ['blank lines above the returned header', 'dsn', true, 0, 0],
  ['signatures', 'dsn', true, 0, 36979],
  ['tags of a signature', 'dsn', true, 0, 90],
  ['fields in the text', 'dsn-nonstandard', true, 0, 0],
  ['headers in the text', 'dsn-nonstandard', true, 0, 24],
  ['quotations that change', 'dsn-nonstandard', true, 0, 0],
  ['quotation marks', 'dsn-nonstandard', true, 0, 0],
  ['colons', 'dsn-nonstandard', true, 0, 0],
  ['addresses', 'dsn-nonstandard', true, 1, 0],
  ['addresses that do not end', 'dsn-nonstandard', true, 1, 0],
  ['status groups', 'dsn', true, 1, 0],
  ['status lines that are no fields', 'dsn', true, 0, 0],
  ['escapes in a status', 'dsn', true, 1, 0],
  ['failed recipients', 'dsn-nonstandard', true, 1, 0],
  ['HTML tags', 'dsn-nonstandard', true, 0, 0],
  ['HTML tags that do not close', 'dsn-nonstandard', true, 0, 0],
  ['HTML styles that do not close', 'dsn-nonstandard', true, 0, 0],
  ['HTML end tags of something else', 'dsn-nonstandard', true, 0, 0],
  ['HTML comments that do not close', 'dsn-nonstandard', true, 0, 0],
  ['HTML comments', 'dsn-nonstandard', true, 0, 0],
  ['HTML entities', 'dsn-nonstandard', true, 0, 0],
  ['HTML breaks', 'dsn-nonstandard', true, 0, 0],
  ['HTML with addresses as tags', 'dsn-nonstandard', true, 0, 0],
  ['base64 that is none', 'dsn', true, 0, 0],
  ['base64', 'dsn', true, 0, 9000],
  ['soft line breaks', 'dsn', true, 0, 0],
  ['soft line breaks that are none', 'dsn-nonstandard', true, 0, 0],
  ['encoded words', 'none', true, 0, 0],
  ['encoded words that do not end', 'none', true, 0, 0],
  ['parameters', 'dsn-nonstandard', true, 0, 0],
  ['quotes in a parameter', 'dsn-nonstandard', true, 0, 0],
  ['NUL octets', 'dsn-nonstandard', true, 0, 0],
  ['signature fields', 'failed', 5],
  ['signature tags', 'unsigned', 0],
  ['signed names', 'undecidable', 2],
  ['empty signed names', 'undecidable', 4],
  ['signature data', 'unsigned', 0],
  ['blanks in a signature', 'unsigned', 0],
  ['folds of a signed field', 'undecidable', 1],
  ['blanks of a signed field', 'undecidable', 1],
  ['header fields', 'undecidable', 1],
  ['carriage returns', 'unsigned', 0],
  ['line feeds', 'unsigned', 0],
  ['40 MB', 'dsn-nonstandard', true, 0, 16],
]

describe('a hostile bounce', () => {
  it(`is read in ${heap} MB of heap, and every shape of it says what it is as far as it is read`, async () => {
    const { lines, megabytes } = await readAll()

    expect(lines).toEqual(expected)
    // Node itself holds 50, the 40 MB are there twice while they are made.
    expect(megabytes).toBeLessThan(300)
  })

  it('may have 100,000 parts, and a reader without bounds finds each', () => {
    const text = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}--b--`
    const { parts, truncated } = readMail(text, { maxLength: text.length, maxParts: 200_000, maxDepth: 1 })

    expect([parts.length, parts.at(-1)?.body, truncated]).toEqual([100_001, 'x', false])
  })

  it('may be nested a thousand deep, and a reader without bounds gets to the bottom', () => {
    const levels = Array.from(
      { length: 1000 },
      (_, level) => `Content-Type: multipart/mixed; boundary=b${level}x\r\n\r\n--b${level}x\r\n`,
    )
    const text = `${levels.join('')}\r\nbottom`
    const { parts, truncated } = readMail(text, { maxLength: text.length, maxParts: 2000, maxDepth: 1001 })

    expect([parts.length, parts.at(-1), truncated]).toEqual([
      1001,
      { type: 'text/plain', contentType: '', encoding: '', header: '\r\n', fields: [], body: 'bottom', depth: 1000 },
      false,
    ])
  })

  it('nested a thousand deep is read down to the eighth level, and says so', () => {
    const { parts, truncated } = readMail(
      Array.from({ length: 1000 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}x\n\n--b${i}x\n`).join(''),
    )

    expect([parts.length, parts.at(-1)?.depth, truncated]).toEqual([9, 8, true])
  })

  it('that names 10,000 recipients names 100', () => {
    const named = Array.from({ length: 10_000 }, (_, i) => `b${i}@away.example`)
    const notice = `From: MAILER-DAEMON@x.example\nX-Failed-Recipients: ${named.join(',')}\n\nx`

    expect(readReport(Buffer.from(notice)).recipients.map(({ address }) => address)).toEqual(named.slice(0, 100))
  })

  it('with a boundary that begins with the outer one keeps its parts apart', () => {
    const { parts } = readMail(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\ninner\n--bb--\n--b\n\nouter\n--b--\n',
    )

    expect(parts.map(({ depth, body }) => [depth, body])).toEqual([
      [0, ''],
      [1, ''],
      [2, 'inner'],
      [1, 'outer'],
    ])
  })

  it('whose part has the boundary of the whole ends that part at it', () => {
    const { parts } = readMail(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n',
    )

    expect(parts.map(({ type, depth, body }) => [type, depth, body])).toEqual([
      ['multipart/mixed', 0, ''],
      ['text/plain', 1, ''],
      ['text/plain', 1, 'x'],
    ])
  })
})
