import type { Random } from './random.ts'

/**
 * Something near to a real input: one to six changes, mostly few, each of a kind that mail goes through or that a forger would try. Random
 * octets alone would never get past the first line.
 */
export function mutated(text: string, others: readonly string[], random: Random): string {
  let changed = text
  for (let left = 1 + random.int(1 + random.int(6)); left > 0; left--) {
    changed = random.of(CHANGES)(changed, others, random).slice(0, MAX_LENGTH)
  }
  return changed
}

/** Characters: a change may double a text, and six of them in a row. */
const MAX_LENGTH = 64 * 1024

type Change = (text: string, others: readonly string[], random: Random) => string

/** Two places, in order. */
const places = (text: string, random: Random): readonly [number, number] => {
  const [one, two] = [random.int(text.length + 1), random.int(text.length + 1)]
  return one < two ? [one, two] : [two, one]
}

/** Puts something else where a stretch of the text was. */
const replaced = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to)

const line = (text: string, random: Random): readonly [number, number] => {
  const at = random.int(text.length + 1)
  const from = text.lastIndexOf('\n', at - 1) + 1
  const feed = text.indexOf('\n', at)
  return [from, feed < 0 ? text.length : feed + 1]
}

const octet: Change = (text, _, random) => {
  const at = random.int(text.length)
  return replaced(text, at, at + 1, String.fromCharCode(random.int(256)))
}

const bit: Change = (text, _, random) => {
  const at = random.int(text.length)
  return text === ''
    ? text
    : replaced(text, at, at + 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << random.int(8))))
}

const token: Change = (text, _, random) => {
  const at = random.int(text.length + 1)
  return replaced(text, at, at + random.int(4), random.of(TOKENS))
}

const cut: Change = (text, _, random) => text.slice(0, random.int(text.length + 1))

const withoutStretch: Change = (text, _, random) => replaced(text, ...places(text, random), '')

const repeated: Change = (text, _, random) => {
  const [from, to] = places(text, random)
  const stretch = text.slice(from, Math.min(to, from + 2000))
  return replaced(text, from, from, stretch.repeat(1 + random.int(20)))
}

const spliced: Change = (text, others, random) => {
  const other = random.of(others)
  return replaced(text, ...places(text, random), other.slice(...places(other, random)))
}

const withoutLine: Change = (text, _, random) => replaced(text, ...line(text, random), '')

const lineTwice: Change = (text, _, random) => {
  const [from, to] = line(text, random)
  return replaced(text, to, to, text.slice(from, to))
}

const lineMoved: Change = (text, _, random) => {
  const [from, to] = line(text, random)
  const rest = replaced(text, from, to, '')
  const [at] = line(rest, random)
  return replaced(rest, at, at, text.slice(from, to))
}

const lineOfOther: Change = (text, others, random) => {
  const other = random.of(others)
  const [at] = line(text, random)
  return replaced(text, at, at, other.slice(...line(other, random)))
}

const folded: Change = (text, _, random) => {
  const space = text.indexOf(' ', random.int(text.length + 1))
  return space < 0 ? text : replaced(text, space, space, random.of(['\r\n', '\n', '\r\n\t']))
}

const bareFeeds: Change = (text) => text.replaceAll('\r\n', '\n')

const otherCase: Change = (text, _, random) => {
  const [from, to] = line(text, random)
  const written = text.slice(from, to)
  return replaced(text, from, to, random.int(2) === 0 ? written.toUpperCase() : written.toLowerCase())
}

const quoted: Change = (text, _, random) => {
  const [from, to] = places(text, random)
  return replaced(text, from, to, text.slice(from, to).replaceAll('\n', random.of(['\n> ', '\n    ', '\n| '])))
}

const inBase64: Change = (text, _, random) => {
  const [from, to] = places(text, random)
  const encoded = Buffer.from(text.slice(from, to), 'latin1').toString('base64')
  return replaced(text, from, to, `\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded}\r\n`)
}

const inQuotedPrintable: Change = (text, _, random) => {
  const [from, to] = places(text, random)
  const encoded = text.slice(from, to).replaceAll('=', '=3D').replaceAll('. ', '. =\r\n')
  return replaced(text, from, to, `\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${encoded}\r\n`)
}

const CHANGES: readonly Change[] = [
  ...[octet, octet, bit, token, token, token, cut, withoutStretch, repeated, spliced, withoutLine, withoutLine],
  ...[lineTwice, lineMoved, lineOfOther, folded, bareFeeds, otherCase, quoted, inBase64, inQuotedPrintable],
]

const TOKENS: readonly string[] = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    ' ',
    '\t',
    '\0',
    '\xa0',
    '\xff',
    '\ufeff',
    ':',
    ';',
    ',',
    '=',
    '"',
    '\\',
    '<',
    '>',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '@',
    '--',
    '--=_edge.1',
    '--edge/1',
    '--edge/1--',
    '=3D',
    '=\r\n',
    '&lt;',
    '<br>',
    '<pre>',
    '</pre>',
  ],
  ...['<!--', '-->', '<style>', '> ', '=?utf-8?q?', '?=', '=?gb18030?B?', 'From: ', 'From ', 'Message-ID: <', 'Date: '],
  ...[
    'Content-Type: ',
    'multipart/report; ',
    'multipart/mixed; boundary=',
    'message/rfc822',
    'text/html',
    'boundary="',
  ],
  ...[
    'message/delivery-status',
    'Action: ',
    'Final-Recipient: rfc822;',
    'Status: 5.1.1',
    'DKIM-Signature: ',
    'b=',
    'h=from:',
  ],
  ...[
    'l=0;',
    'x=1;',
    't=',
    'c=simple/simple;',
    'd=example.com;',
    's=sel;',
    'i=@example.com;',
    'Return-Path: <>',
    'Received: ',
  ],
  ...[
    'prvs=',
    'SRS0=',
    'btv1==',
    '+qg',
    'message-id=<',
    ': removed',
    ']: ',
    'to=<',
    '"to":',
    '"sent_at":',
    '{',
    '}',
    'null',
    '1e999',
  ],
]
