/** Content-Transfer-Encoding: RFC 2045 6.7 (quoted-printable) and 6.8 (base64). Latin1 in, latin1 out: octets both. */

/** Takes the encoding off; a body in any other encoding is returned as it stands. Never throws, never grows. */
export const decodeTransfer = (body: string, encoding: string): string => {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1')
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(body) : body
}

/** A `=` that neither two digits nor a line end follow stands for itself. */
const decodeQuotedPrintable = (body: string): string => {
  if (!body.includes('=')) return body
  // Not a replacement by a pattern: a million soft line breaks would be a million pieces of a string.
  const octets = Buffer.allocUnsafe(body.length)
  let length = 0
  for (let at = 0; at < body.length;) {
    const equals = body.indexOf('=', at)
    const end = equals < 0 ? body.length : equals
    if (end > at) length += octets.write(body.slice(at, end), length, 'latin1')
    if (equals < 0) break
    const octet = octetAt(body, equals + 1)
    const next = octet === null ? behindSoftBreak(body, equals + 1) : equals + 3
    if (octet !== null || next === null) octets[length++] = octet ?? EQUALS_SIGN
    at = next ?? equals + 1
  }
  return octets.toString('latin1', 0, length)
}

const octetAt = (body: string, at: number): number | null => {
  const high = digitOf(body.charCodeAt(at))
  const low = high < 0 ? high : digitOf(body.charCodeAt(at + 1))
  return low < 0 ? null : high * 16 + low
}

/** Of 0-9, A-F and, as many programs write it, a-f; -1 for anything else. Behind the end of a text the code is NaN. */
const digitOf = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code & ~0x20
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1
}

/** The blanks in front of the line end were added on the way (RFC 2045 6.7, rule 3); more than a line of them is something else. */
const behindSoftBreak = (body: string, at: number): number | null => {
  let end = at
  let code = body.charCodeAt(end)
  while ((code === SPACE || code === TAB) && end < at + MAX_LINE) code = body.charCodeAt(++end)
  if (code === LINE_FEED) return end + 1
  return code === CARRIAGE_RETURN && body.charCodeAt(end + 1) === LINE_FEED ? end + 2 : null
}

const [TAB, LINE_FEED, CARRIAGE_RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20]
const EQUALS_SIGN = 0x3d
const MAX_LINE = 76
