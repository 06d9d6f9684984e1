/** A header field as the event of SES carries it: unfolded, with single spaces where it was folded. */
export type HeaderField = { readonly name: string; readonly value: string }

export type HeaderBlock = {
  readonly fields: readonly HeaderField[]
  /** Bytes up to and without the empty line; the length of the message when there is none. */
  readonly end: number
  /** The line break that ends the last header line, or CRLF when there is no header. */
  readonly lineBreak: '\r\n' | '\n'
}

/** Fields and bytes that are read at most. The rest of a message is never mistaken for headers, it is left out. */
const mostFields = 5000
const mostBytes = 1024 * 1024

/**
 * Reads the header block of a message (RFC 5322 2.2), in one pass, whatever the bytes are.
 *
 * A line that is neither a field nor a continuation is skipped, such as an mbox separator at the top. Bytes that are
 * not UTF-8 become U+FFFD, as JSON cannot carry them.
 */
export function readHeaderBlock(message: Buffer): HeaderBlock {
  const fields: { name: string; lines: string[] }[] = []
  let lineBreak: '\r\n' | '\n' = '\r\n'
  let at = 0
  while (at < message.length) {
    const lf = message.indexOf(10, at)
    const next = lf === -1 ? message.length : lf + 1
    const crlf = lf > at && message[lf - 1] === 13
    const stop = lf === -1 ? message.length : crlf ? lf - 1 : lf
    if (stop === at && lf !== -1) return { fields: fields.map(unfold), end: at, lineBreak }
    if (lf !== -1) lineBreak = crlf ? '\r\n' : '\n'
    if (fields.length <= mostFields && next <= mostBytes) takeLine(fields, message.toString('utf8', at, stop))
    at = next
  }
  return { fields: fields.map(unfold), end: message.length, lineBreak }
}

/** The message with one more header field, below all others. */
export function appendHeader(message: Buffer, { name, value }: HeaderField): Buffer {
  const { end, lineBreak } = readHeaderBlock(message)
  const above = message.subarray(0, end)
  const open = above.length > 0 && above[above.length - 1] !== 10
  return Buffer.concat([
    above,
    Buffer.from(`${open ? lineBreak : ''}${name}: ${value}${lineBreak}`),
    message.subarray(end),
  ])
}

function takeLine(fields: { name: string; lines: string[] }[], line: string): void {
  if (line.startsWith(' ') || line.startsWith('\t')) {
    fields.at(-1)?.lines.push(line.trim())
    return
  }
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0)).trimEnd()
  if (/^[!-9;-~]+$/.test(name)) fields.push({ name, lines: [line.slice(colon + 1).trim()] })
}

function unfold({ name, lines }: { readonly name: string; readonly lines: readonly string[] }): HeaderField {
  return { name, value: lines.filter((line) => line !== '').join(' ') }
}
