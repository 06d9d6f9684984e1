import { headers, messages, type Shape } from '../../../bench/hostile/shapes.ts'
import { nodeCrypto } from '../../../lambda/adapters/node-crypto.ts'
import { verifySignatures } from '../../../lambda/core/protocol/dkim-headers.ts'
import { readSignatures } from '../../../lambda/core/protocol/dkim/own-signatures.ts'
import { HEADER_BOUNDS } from '../../../lambda/core/protocol/header.ts'
import { MIME_BOUNDS } from '../../../lambda/core/protocol/mime.ts'
import { readReport } from '../../../lambda/core/read-report.ts'

/**
 * Reads every hostile shape at more than what is read of it, and a bounce of 40 MB, in a process of its own whose heap is
 * bounded. Prints one line of JSON a shape, and how many megabytes the process held at most.
 */
export type Line =
  | readonly [name: string, kind: string, truncated: boolean, recipients: number, octets: number]
  | readonly [name: string, answer: string, own: number]

const say = (line: unknown): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const read = (name: string, bytes: Buffer): Line => {
  const { kind, truncated, recipients, returned } = readReport(bytes)
  return [name, kind, truncated, recipients.length, returned?.header.length ?? 0]
}

const judge = ({ name, make }: Shape): Line => {
  const bytes = Buffer.from(make(2 * HEADER_BOUNDS.maxLength), 'latin1')
  const domains = ['shop.example']
  const returned = readSignatures(bytes, { domains, selectors: [] })
  const verification = { domains, keys: new Map(), crypto: nodeCrypto, now: 0, maxAge: 1 }
  return [name, verifySignatures(returned, verification).answer, returned.own.length]
}

for (const { name, make } of messages) say(read(name, Buffer.from(make(2 * MIME_BOUNDS.maxLength), 'latin1')))
for (const shape of headers) say(judge(shape))
const start = 'From: MAILER-DAEMON@away.example\r\nSubject: failure notice\r\n\r\nUser unknown\r\n'
say(read('40 MB', Buffer.concat([Buffer.from(start), Buffer.alloc(40_000_000, 'From: a\r\nTo: b\r\n\r\n')])))
say(Math.round(process.resourceUsage().maxRSS / 1024))
