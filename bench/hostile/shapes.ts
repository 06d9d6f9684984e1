/**
 * Bounces that nobody's server writes: each nests, repeats or never ends in one way. They are made to any length, so that a
 * bench can double it and a test can fill 40 MB.
 */

/** About so many characters, each an octet. */
export type Shape = { readonly name: string; readonly make: (length: number) => string }

const sender = 'Return-Path: <>\r\nFrom: MAILER-DAEMON@away.example\r\nTo: a@shop.example\r\n'
const head = `${sender}Subject: failure notice\r\n`
const report = `${head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n`
const status = 'Content-Type: message/delivery-status\r\n\r\n'
const rfc822 = 'Content-Type: message/rfc822\r\n'
const sent = 'From: a@shop.example\r\nDate: Tue, 3 Nov 2026 08:14:59 +0100\r\nMessage-ID: <1@shop.example>\r\n'
const html = `${head}Content-Type: text/html\r\n\r\n<p>It could not be delivered.</p>`
/** All of a signature but what it signs, and its data. */
const tags = 'v=1; a=rsa-sha256; d=shop.example; s=k; bh=A; t=1; '
/** As long as a boundary may be. */
const long = 'b'.repeat(200)

const many =
  (unit: string, before: string, after = '') =>
  (length: number): string =>
    before + unit.repeat(Math.max(1, Math.ceil((length - before.length - after.length) / unit.length))) + after

/** Each level with a boundary of its own, or all with the same one. */
const nested =
  (boundaryOf: (level: number) => string) =>
  (length: number): string => {
    const levels: string[] = [head]
    for (let size = head.length, level = 0; size < length; level++) {
      const boundary = boundaryOf(level)
      const opened = `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n--${boundary}\r\n`
      levels.push(opened)
      size += opened.length
    }
    return levels.join('')
  }

/** Whole messages, as `readReport` gets them. */
export const messages: readonly Shape[] = [
  { name: 'one long text', make: many(`${'x'.repeat(76)}\r\n`, `${report}--b\r\n\r\n`) },
  { name: 'parts', make: many('--b\r\n\r\nx\r\n', report) },
  { name: 'returned parts without a header', make: many(`--b\r\n${rfc822}\r\nx\r\n`, report) },
  { name: 'levels of nesting', make: nested((level) => `b${level}`) },
  { name: 'levels with the same boundary', make: nested(() => 'b') },
  { name: 'levels whose boundary begins with the outer one', make: nested((level) => 'b'.repeat(1 + (level % 200))) },
  { name: 'lines that begin with the boundary', make: many('--bb\r\n', report) },
  { name: 'a line of boundaries', make: many('--b', report) },
  {
    name: 'a text that is nearly the boundary',
    make: many(`--${long.slice(1)}\r\n`, report.replace('=b', `=${long}`)),
  },
  { name: 'a line that is nearly the boundary', make: many('b', report.replace('=b', `=${long}`)) },
  { name: 'dashes', make: many('-', report) },
  { name: 'lines of dashes', make: many('\n--', report) },
  { name: 'a message that returns itself', make: many(`--b\r\n${rfc822}\r\n${report}`, report) },
  { name: 'a line in the header', make: many('a', `${head}X: `, '\r\n\r\nx') },
  { name: 'folded lines in the header', make: many('\r\n a', `${head}X: b`, '\r\n\r\nx') },
  { name: 'empty lines on top', make: many('\r\n', '', head) },
  { name: 'folded lines in the returned header', make: many('\r\n a', `${report}--b\r\n${rfc822}\r\n${sent}X: b`) },
  { name: 'From lines in the returned header', make: many('From: "a\r\n', `${report}--b\r\n${rfc822}\r\n`) },
  { name: 'blank lines above the returned header', make: many(' \r\n', `${report}--b\r\n${rfc822}\r\n`, sent) },
  { name: 'signatures', make: many('DKIM-Signature: d=shop.example; s=k\r\n', `${report}--b\r\n${rfc822}\r\n${sent}`) },
  { name: 'tags of a signature', make: many(' d=a;', `${report}--b\r\n${rfc822}\r\n${sent}DKIM-Signature:`) },
  { name: 'fields in the text', make: many('a:\n', `${head}\r\n`) },
  { name: 'headers in the text', make: many('From: a@b.example\nTo: c\n\n', `${head}\r\nUser unknown\n`) },
  { name: 'quotations that change', make: many('> > From: a\r\n> To: b\r\n', `${head}\r\n`) },
  { name: 'quotation marks', make: many('>', `${head}\r\n`) },
  { name: 'colons', make: many(':', `${head}\r\n`) },
  { name: 'addresses', make: many('<a@b.example>: ', `${head}\r\nUser unknown `) },
  { name: 'addresses that do not end', make: many('to a@aaaaaaaa', `${head}\r\nUser unknown `) },
  { name: 'status groups', make: many('Action: x\r\n\r\n', `${report}--b\r\n${status}`) },
  { name: 'status lines that are no fields', make: many('x\r\n', `${report}--b\r\n${status}`) },
  { name: 'escapes in a status', make: many('\\x{41}', `${report}--b\r\n${status}Final-Recipient: utf-8; `) },
  { name: 'failed recipients', make: many('a@b.example,', `${head}X-Failed-Recipients: `) },
  { name: 'HTML tags', make: many('<b>', html) },
  { name: 'HTML tags that do not close', make: many('<pre', html) },
  { name: 'HTML styles that do not close', make: many('<style>', html) },
  { name: 'HTML end tags of something else', make: many('</a', `${html}<style>`) },
  { name: 'HTML comments that do not close', make: many('<!--', html) },
  { name: 'HTML comments', make: many('<!---->', html) },
  { name: 'HTML entities', make: many('&lt;', html) },
  { name: 'HTML breaks', make: many('<br>', html) },
  { name: 'HTML with addresses as tags', make: many('<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@', html) },
  {
    name: 'base64 that is none',
    make: many('=\u00ff!', `${report}--b\r\n${rfc822}Content-Transfer-Encoding: base64\r\n\r\n`),
  },
  { name: 'base64', make: many('RnJvbTogYQ0K', `${report}--b\r\n${rfc822}Content-Transfer-Encoding: base64\r\n\r\n`) },
  {
    name: 'soft line breaks',
    make: many('=\r\n', `${report}--b\r\n${rfc822}Content-Transfer-Encoding: quoted-printable\r\n\r\n`),
  },
  {
    name: 'soft line breaks that are none',
    make: many(`=${' '.repeat(76)}`, `${head}Content-Transfer-Encoding: quoted-printable\r\n\r\n`),
  },
  { name: 'encoded words', make: many('=?utf-8?q?a?= ', `${sender}Subject: `, '\r\n\r\nx') },
  { name: 'encoded words that do not end', make: many('=?a?q?', `${sender}Subject: `, '\r\n\r\nx') },
  { name: 'parameters', make: many(' boundary =', `${head}Content-Type: multipart/report;`, '\r\n\r\nx') },
  {
    name: 'quotes in a parameter',
    make: many('\\"', `${head}Content-Type: multipart/report; boundary="`, '\r\n\r\nx'),
  },
  { name: 'NUL octets', make: many('\0', report) },
]

/** Header sections, as the reader of signatures gets them. */
export const headers: readonly Shape[] = [
  { name: 'signature fields', make: many('DKIM-Signature: v=1; d=shop.example; s=k; h=from; b=A\r\n', sent) },
  { name: 'signature tags', make: many('a=1;', `${sent}DKIM-Signature: `) },
  { name: 'signed names', make: signedNames },
  { name: 'empty signed names', make: (length) => signedNames(length).replaceAll(':x', ':') },
  { name: 'signature data', make: many('AAAA', `${sent}DKIM-Signature: ${tags}h=from; b=`) },
  { name: 'blanks in a signature', make: many(' \t', `${sent}DKIM-Signature: ${tags}h=from; b=`, 'AAAA') },
  {
    name: 'folds of a signed field',
    make: many('\r\n\t', `DKIM-Signature: ${tags}h=from:x; b=AAAA\r\n${sent}X: y`, 'z'),
  },
  { name: 'blanks of a signed field', make: many(' ', `DKIM-Signature: ${tags}h=from:x; b=AAAA\r\n${sent}X: y`, 'z') },
  { name: 'header fields', make: many('Received: x\r\n', `DKIM-Signature: ${tags}h=from:received; b=AAAA\r\n${sent}`) },
  { name: 'carriage returns', make: many('\r', sent) },
  { name: 'line feeds', make: many('\n ', `${sent}X: y`) },
]

function signedNames(length: number): string {
  const field = `DKIM-Signature: ${tags}h=from${':x'.repeat(length / 10)}; b=AAAA\r\n`
  return field.repeat(5) + sent
}
