import { hmacSha1, hmacSha256 } from '../../lambda/adapters/node-hmac.ts'
import { MAX_RECIPIENTS } from '../../lambda/core/failed-recipients.ts'
import { checkPrvs, makePrvs } from '../../lambda/core/protocol/batv.ts'
import { parseDateTime } from '../../lambda/core/protocol/date-time.ts'
import { MAX_SIGNATURES } from '../../lambda/core/protocol/dkim/own-signatures.ts'
import { MAX_REPORTED_RECIPIENTS, parseDeliveryStatus } from '../../lambda/core/protocol/dsn.ts'
import { decodeWords, MAX_DECODED_LENGTH } from '../../lambda/core/protocol/encoded-words.ts'
import { inlineBlocks, MAX_BLOCKS } from '../../lambda/core/protocol/header-lines.ts'
import { parseHeaderBlock } from '../../lambda/core/protocol/header.ts'
import { checkHmacHeader, makeHmacHeader } from '../../lambda/core/protocol/hmac-header.ts'
import { checkHmacTag, makeHmacTag } from '../../lambda/core/protocol/hmac-tag.ts'
import { textOfHtml } from '../../lambda/core/protocol/html-text.ts'
import type { TagCheck } from '../../lambda/core/protocol/keyed-hash.ts'
import { MIME_BOUNDS, readMail } from '../../lambda/core/protocol/mime.ts'
import { textOf } from '../../lambda/core/protocol/returned-message.ts'
import { checkSrs0, makeSrs0 } from '../../lambda/core/protocol/srs.ts'
import { decodeTransfer } from '../../lambda/core/protocol/transfer-encoding.ts'
import { readReport } from '../../lambda/core/read-report.ts'
import { MAX_DESTINATIONS } from '../../lambda/core/sent-log.ts'
import { readSentLine } from '../../lambda/core/sent-log/json-line.ts'
import { readPostfixLog } from '../../lambda/core/sent-log/postfix-log.ts'
import { bounces, returnedHeaders, signedHeaders, verify, type Proven } from './seeds.ts'

/** What a parser is fed with, and what must hold of whatever it makes of that. */
export type Fuzzed = {
  readonly name: string
  /** Of a hundred inputs. */
  readonly share: number
  readonly seeds: readonly string[]
  /** What does not hold; null if all does. Throwing is a finding, too. */
  readonly check: (text: string) => string | null
}

const broken = (holds: boolean, what: string): string | null => (holds ? null : what)

/** Each line of the returned header stands in the message as it is, or as a transfer encoding, HTML or a quotation hides it. */
const isInside = (header: string, text: string): boolean => {
  const { parts } = readMail(text)
  const sources = [text, ...parts.flatMap((part) => [decodeTransfer(part.body, part.encoding), textOf(part) ?? ''])]
  const stands = (piece: string): boolean => sources.some((source) => source.includes(piece))
  // The line end of the last field belongs to a delimiter, and is put back.
  return stands(header) || header.split('\n').every((line) => stands(line.replace(/\r$/, '')))
}

const checkReport = (text: string): string | null => {
  const bytes = Buffer.from(text, 'latin1')
  const report = readReport(bytes)
  const header = report.returned?.header ?? ''
  return (
    broken(JSON.stringify(report) === JSON.stringify(readReport(bytes)), 'two readings differ') ??
    broken(report.recipients.length <= MAX_RECIPIENTS, 'too many recipients') ??
    broken(header === '' || isInside(header, bytes.toString('latin1')), 'the returned header is not in the message')
  )
}

const checkMail = (text: string): string | null => {
  const { parts } = readMail(text)
  return (
    broken(parts.length <= MIME_BOUNDS.maxParts, 'too many parts') ??
    broken(!parts.some(({ depth }) => depth > MIME_BOUNDS.maxDepth), 'too deep') ??
    broken(
      parts.every(({ header, body }) => text.includes(header) && text.includes(body)),
      'a part is not in the text',
    )
  )
}

/** A signature proves what was signed, or nothing. */
const checkProof = (header: string): string | null => {
  const outcome = verify(header)
  if (outcome.signatures.length > MAX_SIGNATURES) return 'too many signatures were tried'
  if (outcome.answer !== 'verified') return null
  const { b, d, s, signed } = outcome
  const proven: Proven = { b, d, s, from: signed.fromAddress, dateAt: signed.dateAt, messageId: signed.messageId }
  return signedHeaders.some((own) => JSON.stringify(own.proves) === JSON.stringify(proven))
    ? null
    : `it proves what nobody signed: ${JSON.stringify(proven)}`
}

const checkReturnedProof = (text: string): string | null => {
  const header = readReport(Buffer.from(text, 'latin1')).returned?.header
  return header === undefined ? null : checkProof(header)
}

const checkTexts = (text: string): string | null => {
  const blocks = [...inlineBlocks(text)]
  return (
    broken(textOfHtml(text).length <= text.length, 'HTML became longer') ??
    broken(decodeWords(text).length <= Math.min(text.length, MAX_DECODED_LENGTH), 'words became longer') ??
    broken(blocks.length <= MAX_BLOCKS, 'too many blocks') ??
    broken(!blocks.some(({ raw, at, end }) => raw.length > end - at || end > text.length), 'a block is too long') ??
    broken(
      ['base64', 'quoted-printable', ''].every((name) => decodeTransfer(text, name).length <= text.length),
      'a transfer encoding became longer',
    )
  )
}

const at = '2026-11-21T10:00:00.000Z'
const key = { name: '1', secret: Buffer.from('a key that nobody else has, 2026') }
const alice = { localPart: 'alice', domain: 'example.com' }

const checkTags = (text: string): string | null => {
  const cut = text.lastIndexOf('@')
  const mailbox = { localPart: text.slice(0, Math.max(cut, 0)), domain: text.slice(cut + 1) }
  const checks: readonly TagCheck[] = [
    checkHmacTag(mailbox, '+-', [key], at, hmacSha256),
    checkPrvs(mailbox, [key], at, hmacSha1),
    checkSrs0(mailbox.localPart, [key], at, hmacSha1),
  ]
  const forged = checks.find(
    (one) => one.answer === 'genuine' && `${one.localPart}@${one.domain}`.toLowerCase() !== 'alice@example.com',
  )
  return forged === undefined ? null : `a tag proves another mailbox: ${JSON.stringify(forged)}`
}

const checkHeaderProof = (text: string): string | null => {
  const found = checkHmacHeader(parseHeaderBlock(text).fields, [key], at, hmacSha256)
  return broken(found.answer !== 'genuine' || found.from === 'alice@example.com', 'a header proves another From')
}

const checkPostfixLog = (text: string): string | null => {
  const log = readPostfixLog({ ownDomains: ['example.com'], now: at, offsetMinutes: 0 })
  const entries = [...text.split('\n').flatMap((line) => log.read(line)), ...log.end()]
  return (
    broken(
      entries.every(({ destinations }) => destinations.length <= MAX_DESTINATIONS),
      'too many destinations',
    ) ??
    broken(
      entries.every(({ reversePath }) => reversePath?.toLowerCase().endsWith('@example.com') === true),
      'an entry of others',
    ) ??
    broken(
      entries.every(({ sentAt }) => !Number.isNaN(Date.parse(sentAt))),
      'an entry without a time',
    )
  )
}

const checkSentLine = (line: string): string | null => {
  const read = readSentLine(line)
  if (read.answer === 'problem') return broken(read.problem.length < 400, 'a problem as long as the line')
  const { destinations, messageId, sentAt } = read.entry
  return broken(
    messageId !== '' && destinations.length > 0 && destinations.length <= MAX_DESTINATIONS && sentAt.endsWith('Z'),
    'an entry that is none',
  )
}

const checkStatus = (text: string): string | null =>
  broken(parseDeliveryStatus(text).recipients.length <= MAX_REPORTED_RECIPIENTS, 'too many recipients')

const checkDate = (text: string): string | null => {
  const time = parseDateTime(text)
  return broken(time === null || Number.isInteger(time), 'a date that is no number')
}

const returnPaths = [
  makeHmacTag(alice, '+', key, at, hmacSha256),
  makePrvs(alice, key, at, hmacSha1),
  makeSrs0(alice, key, at, hmacSha1),
].map((localPart) => `${localPart}@example.com`)

const proof = makeHmacHeader('alice@example.com', key, at, 'AbCdEfGh12345678', hmacSha256)
const log = [
  'Nov 21 09:00:00 mail postfix/cleanup[123]: 4AB0C12DEF: message-id=<a1@example.com>',
  'Nov 21 09:00:00 mail postfix/qmgr[123]: 4AB0C12DEF: from=<alice@example.com>, size=1, nrcpt=1 (queue active)',
  '2026-11-21T09:00:00.123456+00:00 mail postfix/smtp[9]: 4AB0C12DEF: to=<b@example.org>, orig_to=<c@example.org>, relay=x',
  'Nov 21 09:00:00 mail postfix/qmgr[123]: 4AB0C12DEF: removed',
].join('\n')
const sent =
  '{"message_id":"a@example.com","from":"alice@example.com","to":["b@example.org"],"sent_at":"2026-11-21T10:00:00Z"}'
const status =
  'Reporting-MTA: dns; mx\r\n\r\nOriginal-Recipient: utf-8; j\\x{F6}@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n'

export const fuzzed: readonly Fuzzed[] = [
  { name: 'report: kind, returned header, recipients', share: 22, seeds: bounces, check: checkReport },
  { name: 'parts of a message', share: 12, seeds: bounces, check: checkMail },
  { name: 'DKIM of a header', share: 14, seeds: signedHeaders.map(({ header }) => header), check: checkProof },
  { name: 'DKIM of what a bounce returns', share: 14, seeds: returnedHeaders, check: checkReturnedProof },
  { name: 'HTML, transfer encodings, encoded words, inline headers', share: 10, seeds: bounces, check: checkTexts },
  { name: 'delivery-status', share: 7, seeds: [status], check: checkStatus },
  { name: 'tags of a return path', share: 7, seeds: returnPaths, check: checkTags },
  {
    name: 'proof header',
    share: 4,
    seeds: [`From: alice@example.com\r\nQuietgate-Proof: ${proof}\r\n`],
    check: checkHeaderProof,
  },
  { name: "Postfix's log", share: 4, seeds: [log], check: checkPostfixLog },
  { name: 'line of JSON', share: 4, seeds: [sent], check: checkSentLine },
  { name: 'date', share: 2, seeds: ['Sat, 21 Nov 2026 10:00:00 +0100 (CET)', '1 Jan 70 0:00 EST'], check: checkDate },
]
