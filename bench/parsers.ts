import { Bench } from 'tinybench'
import { hmacSha1, hmacSha256 } from '../lambda/adapters/node-hmac.ts'
import { parseAddress, withoutSubAddress } from '../lambda/core/protocol/address.ts'
import { checkPrvs, withoutBatvTag } from '../lambda/core/protocol/batv.ts'
import { parseDeliveryStatus } from '../lambda/core/protocol/dsn.ts'
import { decodeWords } from '../lambda/core/protocol/encoded-words.ts'
import { mailboxOf, messageIdOf, parseHeaderBlock } from '../lambda/core/protocol/header.ts'
import { checkHmacTag } from '../lambda/core/protocol/hmac-tag.ts'
import { textOfHtml } from '../lambda/core/protocol/html-text.ts'
import { parseDomain } from '../lambda/core/protocol/idna.ts'
import { parseIp } from '../lambda/core/protocol/ip.ts'
import { clientIpOfReceivedSpf, parseSesReceived } from '../lambda/core/protocol/received.ts'
import { readMail } from '../lambda/core/protocol/mime.ts'
import { srsOriginal } from '../lambda/core/protocol/srs.ts'
import { decodeTransfer } from '../lambda/core/protocol/transfer-encoding.ts'
import { matchesGlob } from '../lambda/core/glob.ts'
import { readSentLine } from '../lambda/core/sent-log/json-line.ts'
import { readPostfixLine } from '../lambda/core/sent-log/postfix-line.ts'

/** How long a parser takes, on ordinary input and on the worst input that we could think of at two lengths. */
export type ParserSpeed = {
  readonly ordinary_us: number
  /** Nanoseconds for each character. The second being no more than the first means: linear. */
  readonly hostile_ns_per_byte_100kb: number
  readonly hostile_ns_per_byte_1mb: number
}

type Parser = {
  readonly name: string
  readonly parse: (text: string) => unknown
  readonly ordinary: string
  /** Each makes a text of about so many characters; the slowest of them counts. */
  readonly hostile: readonly ((length: number) => string)[]
}

/** Milliseconds for each measurement. Above it, a parser is run three times at least. */
const patience = 60

/** Each parser of lambda/core/protocol that reads what strangers write. Takes about half a minute. */
export function measureParsers(onParser: (name: string) => void): { readonly [name: string]: ParserSpeed } {
  return Object.fromEntries(
    parsers.map((parser) => {
      onParser(parser.name)
      return [parser.name, speedOf(parser)]
    }),
  )
}

function speedOf({ parse, ordinary, hostile }: Parser): ParserSpeed {
  const slowest = (length: number): number =>
    Math.max(...hostile.map((make) => make(length)).map((text) => nanoseconds(() => parse(text), 1) / text.length))
  return {
    ordinary_us: toThree(nanoseconds(() => parse(ordinary), 100) / 1000),
    hostile_ns_per_byte_100kb: toThree(slowest(100_000)),
    hostile_ns_per_byte_1mb: toThree(slowest(1_000_000)),
  }
}

/** The median of a call; `batch` calls are timed together where one is about as long as reading the clock. */
function nanoseconds(call: () => unknown, batch: number): number {
  let result: unknown
  const bench = new Bench({ time: patience, warmupTime: patience / 3, iterations: 3, warmupIterations: 1 })
  bench.add('call', () => {
    for (let i = 0; i < batch; i++) result = call()
  })
  const [task] = bench.runSync()
  if (task?.result.state !== 'completed')
    throw new Error(`A parser threw on hostile input; it last gave ${typeof result}.`)
  return (task.result.latency.p50 * 1e6) / batch
}

function toThree(value: number): number {
  return Number(value.toPrecision(3))
}

/** The unit again and again, up to the length. */
const many =
  (unit: string, before = '', after = '') =>
  (length: number): string =>
    before + unit.repeat(Math.max(1, Math.floor((length - before.length - after.length) / unit.length))) + after

const id = 's08vnjngg8o82cpus2084722eiate3c6ig885f01'
const stamp = ` by inbound-smtp.us-east-1.amazonaws.com with SMTP id ${id}`
const header = [
  'Received: from mail.partner.example (mail.partner.example [198.51.100.10])',
  `\t${stamp.trim()} for alice@example.com; Sat, 21 Nov 2026 10:00:00 +0000 (UTC)`,
  'From: "Carol, of Partner" <carol@partner.example>',
  'To: alice@example.com, Bob <bob@example.com>',
  'Subject: =?utf-8?Q?Die_n=C3=A4chste_Woche?=',
  'Message-ID: <1@partner.example>',
  'Date: Sat, 21 Nov 2026 09:59:57 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary="part"',
  '',
  'Body',
].join('\r\n')

const multipart = 'Content-Type: multipart/mixed; boundary='
const now = '2026-11-21T10:00:00.000Z'
const tagKey = { name: '1', secret: Buffer.from('a key for the bench') }

/** Far above the filter's own bounds: it is the scanner that is measured here, not how soon it stops. */
const noBounds = { maxFields: 1e9, maxLength: 1e9 }

const parsers: readonly Parser[] = [
  {
    name: 'header block',
    parse: (text) => parseHeaderBlock(text, noBounds),
    ordinary: header,
    hostile: [many('a:\n'), many(' \n', 'a:'), many('a', '', ':'), many('\r', 'a:'), many(' ', 'a', ': b')],
  },
  {
    name: 'mailbox of From',
    parse: mailboxOf,
    ordinary: '"Carol, of Partner" <carol@partner.example>',
    hostile: [many('('), many('"'), many('[', 'a@'), many(' . ', 'a'), many('a,'), many('\\"', '"'), many('( ', 'a@b')],
  },
  {
    name: 'Message-ID',
    parse: messageIdOf,
    ordinary: '<1@partner.example>',
    hostile: [many('('), many('<'), many(' ', '<'), many('()'), many('\\(', '(')],
  },
  {
    name: 'address',
    parse: parseAddress,
    ordinary: 'alice+news@example.com',
    hostile: [
      many('a', '', '@example.com'),
      many('a.', 'a@'),
      many('\\"', '"', '"@a'),
      many('@a,', '', '@b:c@d'),
      many('é', 'a@'),
      many('é.', 'a@'),
      many('xn--a.', 'a@'),
      many('e\u0301', '', '@a'),
    ],
  },
  {
    name: 'sub-address',
    parse: (text) => withoutSubAddress(text, '+-'),
    ordinary: 'alice+news',
    hostile: [many('+', 'a'), many('a+')],
  },
  {
    name: 'domain',
    parse: parseDomain,
    ordinary: 'mail.example.com',
    hostile: [many('a.'), many('ö.'), many('\ufdfa', 'a.'), many('xn--9ca.'), many('xn--a'), many('\u3002', 'a')],
  },
  {
    name: 'Received of SES',
    parse: (text) => parseSesReceived(text, id),
    ordinary: `from mail.partner.example (mail.partner.example [198.51.100.10])${stamp} for alice@example.com; Sat, 21 Nov 2026 10:00:00 +0000 (UTC)`,
    hostile: [
      many(stamp, 'from '),
      many(' (h [203.0.113.5])' + stamp, 'from x'),
      many('(', 'from ', `[203.0.113.5])${stamp}`),
      many(')', 'from (', ` [203.0.113.5])${stamp}`),
      many(' by inbound-smtp.', 'from '),
      many('a', 'from x by inbound-smtp.'),
      many(' \t', 'from '),
    ],
  },
  {
    name: 'Received-SPF of SES',
    parse: clientIpOfReceivedSpf,
    ordinary:
      'pass (spfCheck: domain of partner.example designates 198.51.100.10 as permitted sender) client-ip=198.51.100.10; envelope-from=a@partner.example; helo=mail.partner.example;',
    hostile: [
      many('('),
      many('()'),
      many('"'),
      many('client-ip'),
      many('( "', 'pass '),
      many('(', 'pass (', ') client-ip=1'),
    ],
  },
  {
    name: 'encoded words (at most 16 K are read)',
    parse: decodeWords,
    ordinary: '=?utf-8?B?UsOkY2tudW5n?= =?utf-8?Q?_n=C3=A4r?=',
    hostile: [many('=?'), many('=?a?q?'), many('=?utf-8?q?=41?='), many('=?utf-8?q??= '), many('=?x?b?QQ?=')],
  },
  {
    name: 'IP address (at most 45 are read)',
    parse: parseIp,
    ordinary: '2001:db8::25:17',
    hostile: [many(':'), many('1.'), many('0')],
  },
  {
    name: 'SRS and BATV',
    parse: (text) => [srsOriginal(text), withoutBatvTag(text)],
    ordinary: 'SRS0=abcd=12=partner.example=carol',
    hostile: [many('=', 'SRS0='), many('=a', 'SRS1=a'), many('a=', 'prvs='), many('=', 'btv1==')],
  },
  {
    name: 'glob',
    parse: (text) => matchesGlob('news-bounces[+-]*x', text),
    ordinary: 'news-bounces+alice=example.com',
    hostile: [many('y', 'news-bounces+'), many('news-bounces+')],
  },
  {
    name: 'parts of a message',
    parse: (text) => readMail(text, { maxLength: 1e9, maxParts: 1e9, maxDepth: 8 }),
    ordinary: `Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${header}\r\n--b--`,
    hostile: [
      many('--b\n\nx\n', `${multipart}b\n\n`),
      many('--bb\n', `${multipart}b\n\n`),
      many('b', `${multipart}${'b'.repeat(200)}\n\n`),
      many('\n--', `${multipart}b\n\n`),
    ],
  },
  {
    name: 'delivery-status (at most 256 K are read)',
    parse: parseDeliveryStatus,
    ordinary:
      'Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n',
    hostile: [many('x\n'), many('Action: x\n\n'), many('\n'), many('\\x{41}', 'Final-Recipient: utf-8; ')],
  },
  {
    name: 'text of HTML',
    parse: textOfHtml,
    ordinary:
      '<html><style>p { color: red }</style><p>Your message to &lt;a@b.example&gt;<br>could not be delivered.</p>',
    hostile: [many('<b>'), many('<!--'), many('<style>'), many('</a', '<style>'), many('&lt;'), many('<aaaaaaaa@')],
  },
  {
    name: 'quoted-printable',
    parse: (text) => decodeTransfer(text, 'quoted-printable'),
    ordinary: 'Your message could not be delivered: the mailbox =\r\n<gone@b=C3=A4r.example> is full.',
    hostile: [many('=\r\n'), many(`=${' '.repeat(76)}`), many('=3'), many('=3D')],
  },
  {
    name: 'tags of a return path',
    parse: (localPart) => [
      checkHmacTag({ localPart, domain: 'example.com' }, '+', [tagKey], now, hmacSha256),
      checkPrvs({ localPart, domain: 'example.com' }, [tagKey], now, hmacSha1),
    ],
    ordinary: 'alice+qg1aujkabcdefghijklmnop',
    hostile: [many('+'), many('a', '', '+qg1aujkabcdefghijklmnop'), many('a', 'prvs=1785cc3870='), many('=', 'prvs=')],
  },
  {
    name: "line of Postfix's log (at most 8 K are read)",
    parse: readPostfixLine,
    ordinary:
      'Nov 21 10:00:00 mail postfix/smtp[9]: 4AB0C12DEF: to=<b@example.org>, relay=mx[192.0.2.1]:25, status=sent',
    hostile: [many('/', 'Nov 21 10:00:00 mail postfix'), many(']: ', 'Nov 21 10:00:00 mail postfix/a[1')],
  },
  {
    name: 'line of JSON (at most 256 K are read)',
    parse: readSentLine,
    ordinary:
      '{"message_id":"a@example.com","from":"alice@example.com","to":["b@example.org"],"sent_at":"2026-11-21T10:00:00Z"}',
    hostile: [many('[', '{"to":'), many('"b@example.org",', '{"message_id":"a@b","to":[', '""]}')],
  },
]
