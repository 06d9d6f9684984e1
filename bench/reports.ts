import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readReport } from '../lambda/core/read-report.ts'
import { medianOf } from './median.ts'

/** Recognition and extraction together, in milliseconds. Null where the collection is not there. */
export type ReportSpeed = {
  readonly report_median_ms: number | null
  readonly report_p99_ms: number | null
  readonly report_max_ms: number | null
  /** The slowest shape of `bigBounces`, each the median of its readings. */
  readonly big_bounce_ms: number
  readonly big_bounces: Readonly<Record<string, number>>
}

const collection = fileURLToPath(new URL('../../shared/corpora/', import.meta.url))

/** Every message of the collection is read `times` times, and the median counts: the first readings are the compiler's. */
export function measureReports(times: number): ReportSpeed {
  const big = Object.entries(bigBounces).map(([name, bytes]) => [name, median(bytes, 5 * times)] as const)
  const bounds = { big_bounce_ms: Math.max(...big.map(([, ms]) => ms)), big_bounces: Object.fromEntries(big) }
  if (!existsSync(collection)) return { report_median_ms: null, report_p99_ms: null, report_max_ms: null, ...bounds }
  const files = readFileSync(join(collection, 'index.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly file: string }).file)
  const all = files.map((file) => median(readFileSync(join(collection, file)), times)).sort((a, b) => a - b)
  const at = (share: number): number => all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0
  return { report_median_ms: at(0.5), report_p99_ms: at(0.99), report_max_ms: at(1), ...bounds }
}

/** To a microsecond. */
function median(bytes: Buffer, times: number): number {
  const taken = Array.from({ length: times }, () => {
    const start = performance.now()
    readReport(bytes)
    return performance.now() - start
  })
  return Math.round(medianOf(taken) * 1000) / 1000
}

const size = 1_000_000
const sender = 'Return-Path: <>\r\nFrom: MAILER-DAEMON@away.example\r\nTo: alice@example.com\r\n'
const subject = 'Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n'
const header = [
  'Received: from desk.example.com by out.example.com; Sat, 21 Nov 2026 10:00:00 +0000',
  'From: Alice <alice@example.com>',
  'To: gone@away.example',
  'Subject: The plan',
  'Date: Sat, 21 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.com>',
  '',
].join('\r\n')
const words = `${'The plan of the week is this. '.repeat(3).slice(0, 76)}\r\n`
const text = words.repeat(size / words.length)
const base64 = (content: string): string =>
  (
    Buffer.from(content.slice(0, (size * 3) / 4))
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n')

const reportOf = (fields: string, content: string): Buffer =>
  Buffer.from(
    [
      `${sender}${subject}Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"`,
      '',
      '--=_1',
      '',
      'It could not be delivered.',
      '--=_1',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.away.example',
      '',
      'Final-Recipient: rfc822; gone@away.example',
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--=_1',
      `Content-Type: message/rfc822${fields}`,
      '',
      content,
      '--=_1--',
      '',
    ].join('\r\n'),
  )

const notice = (type: string, content: string): Buffer =>
  Buffer.from(`${sender}${subject}Content-Type: ${type}\r\n\r\nIt could not be delivered.\r\n\r\n${content}`)

const multipart = 'Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Transfer-Encoding: base64\r\n\r\n'

/** A megabyte each, as servers return it. */
const bigBounces: Readonly<Record<string, Buffer>> = {
  'a text that is returned': reportOf('', `${header}\r\n${text}`),
  'an attachment that is returned': reportOf('', `${header}${multipart}${base64(text)}\r\n--i--`),
  'returned in base64': reportOf('\r\nContent-Transfer-Encoding: base64', base64(`${header}\r\n${text}`)),
  'returned in quoted-printable': reportOf(
    '\r\nContent-Transfer-Encoding: quoted-printable',
    `${header}\r\n${text.replaceAll('week', '=77eek').replaceAll('this', 'th=\r\nis')}`,
  ),
  'a text behind a text': notice('text/plain', `${header}\r\n${text}`),
  'a quotation': notice('text/plain', `> ${`${header}\r\n${text}`.replaceAll('\r\n', '\r\n> ')}`),
  'a text in HTML': notice('text/html', `<p>${`${header}\r\n${text}`.replaceAll('\r\n', '<br>\r\n')}`),
  'a text in HTML in base64': notice(
    'text/html\r\nContent-Transfer-Encoding: base64',
    base64(`<p>It could not be delivered.</p>${`${header}\r\n${text}`.replaceAll('\r\n', '<br>\r\n')}`),
  ),
}
