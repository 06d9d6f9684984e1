/** Small builders for notices of many servers, and the pieces that all of them return. Nobody of these people exists. */

/** What every server here returns, unless it returns nothing. */
export const id = 'plan-7@shop.example'
export const failed = 'gone@away.example'
export const header: readonly string[] = [
  'Received: from till.shop.example (till.shop.example [192.0.2.31])',
  '\tby out.shop.example; Tue, 3 Nov 2026 08:15:00 +0100',
  'From: Shop <orders@shop.example>',
  `To: ${failed}`,
  'Subject: Your order',
  'Date: Tue, 3 Nov 2026 08:14:59 +0100',
  `Message-ID: <${id}>`,
]

/** A line of text, or a part with its header. */
export type Lines = readonly string[]

export const lines = (...all: readonly (string | Lines)[]): Lines => all.flat()

/** A message of one part. `charset` is one that this runtime can also encode: UTF-8 or Latin-1. */
export const plain = (fields: Lines, body: Lines): Buffer => Buffer.from(lines(fields, '', body, '').join('\r\n'))

/** Text in a charset, base64 around it: `octets` are given where Node cannot encode it. */
export const encodedText = (fields: Lines, type: string, octets: Uint8Array): Buffer =>
  plain(
    lines(fields, `Content-Type: ${type}`, 'Content-Transfer-Encoding: base64'),
    Buffer.from(octets)
      .toString('base64')
      .match(/.{1,76}/g) ?? [],
  )

export const multipart = (fields: Lines, type: string, ...parts: readonly Lines[]): Buffer =>
  plain(lines(fields, 'MIME-Version: 1.0', `Content-Type: ${type}; boundary="=_edge.1"`), [
    'A message in MIME.',
    ...parts.flatMap((part) => ['', '--=_edge.1', ...part]),
    '--=_edge.1--',
  ])

export const text = (...body: Lines): Lines => lines('Content-Type: text/plain; charset=us-ascii', '', body)
export const html = (...body: Lines): Lines => lines('Content-Type: text/html; charset=utf-8', '', body)
export const status = (action = 'failed', code = '5.1.1', ...more: Lines): Lines =>
  lines(
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.away.example',
    '',
    `Final-Recipient: rfc822; ${failed}`,
    `Action: ${action}`,
    `Status: ${code}`,
    more,
  )
export const message: Lines = lines('Content-Type: message/rfc822', '', header, '', 'Thank you.')
export const headers: Lines = lines('Content-Type: text/rfc822-headers', '', header)

export const report = 'multipart/report; report-type=delivery-status'

/** The header of a notice: who writes, and the subject. Encoded where it has to be. */
export const from = (who: string, subject: string, ...more: Lines): Lines =>
  lines('Return-Path: <>', `From: ${who}`, 'To: orders@shop.example', `Subject: ${word(subject)}`, more)

const word = (subject: string): string =>
  /^[ -~]*$/.test(subject) ? subject : `=?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`

/** Octets of a text in a charset that this runtime can only decode: by looking up what each octet, or pair, stands for. */
export const octetsIn = (charset: string, said: string): Buffer => {
  // The same characters as EUC-JP without the eighth bit, between escapes.
  if (charset === 'iso-2022-jp')
    return Buffer.concat(
      said.split(/([^ -~]+)/).map((run) => (run > '\x7f' ? shifted(octetsIn('euc-jp', run)) : Buffer.from(run))),
    )
  const decoder = new TextDecoder(charset, { fatal: true })
  const octets = new Map<string, readonly number[]>()
  const learn = (...all: readonly number[]): void => {
    try {
      octets.set(decoder.decode(Uint8Array.from(all)), all)
    } catch {
      // Half of a character, or none.
    }
  }
  for (let one = 0xff; one >= 0; one--) learn(one)
  if (!/^(?:iso-8859|windows|koi8)/.test(charset))
    for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) learn(lead, trail)
  return Buffer.from(Array.from(said).flatMap((one) => octets.get(one) ?? [0x3f]))
}

const shifted = (pairs: Buffer): Buffer =>
  Buffer.concat([Buffer.from('\x1b$B'), Buffer.from(pairs.map((octet) => octet & 0x7f)), Buffer.from('\x1b(B')])
