/** Content-Transfer-Encoding: RFC 2045 6.7 (quoted-printable) and 6.8 (base64). Latin1 in, latin1 out: octets both. */

/** Takes the encoding off; a body in any other encoding is returned as it stands. Never throws, never grows. */
export const decodeTransfer = (body: string, encoding: string): string => {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1')
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(body) : body
}

/** A `=` that neither two digits nor a line end follow stands for itself. */
const decodeQuotedPrintable = (body: string): string => {
  if (!body.includes('=')) return body
  return body.replace(ESCAPE, (_escape, digits: string | undefined) =>
    digits === undefined ? '' : String.fromCharCode(parseInt(digits, 16)),
  )
}

/** Blanks behind a soft line break were added on the way (RFC 2045 6.7, rule 3); more than a line of them is something else. */
const ESCAPE = /=(?:([0-9A-Fa-f]{2})|[ \t]{0,76}\r?\n)/g
