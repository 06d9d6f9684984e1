export type Dechunked =
  | { readonly kind: 'body'; readonly bytes: Buffer; readonly trailers: Readonly<Record<string, string>> }
  | { readonly kind: 'malformed'; readonly why: string }

const CR = 13
const LF = 10
// A size line is a few hex digits and perhaps a signature of 81 characters; a trailer holds a checksum.
const LONGEST_LINE = 1024
const MOST_TRAILERS = 16

/**
 * Takes the chunk framing off a body with `content-encoding: aws-chunked`: `<hex size>[;chunk-signature=...]CRLF<bytes>CRLF`,
 * a chunk of size 0, trailers, an empty line. Signatures are not verified. Linear in the body; copies each byte once.
 * Source: S3 API Reference, "Signature calculations for chunked uploads with trailing headers".
 */
export function dechunk(framed: Uint8Array): Dechunked {
  const bytes = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength)
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const line = lineAt(bytes, at)
    if (line === null) return malformed('a chunk has no size line')
    const size = hexSize(line.text)
    if (size === null) return malformed('the size of a chunk is not hexadecimal')
    at = line.next
    if (size === 0) break
    const end = at + size
    if (end + 2 > bytes.length || bytes[end] !== CR || bytes[end + 1] !== LF)
      return malformed('a chunk does not end where its size says')
    chunks.push(bytes.subarray(at, end))
    at = end + 2
  }
  const trailers = trailersAt(bytes, at)
  return trailers === null
    ? malformed('the trailers do not parse')
    : { kind: 'body', bytes: Buffer.concat(chunks), trailers }
}

function trailersAt(bytes: Buffer, start: number): Readonly<Record<string, string>> | null {
  const trailers: [string, string][] = []
  let at = start
  // The last empty line may be missing: the body's length has already said where it ends.
  while (at < bytes.length && trailers.length <= MOST_TRAILERS) {
    const line = lineAt(bytes, at)
    if (line === null) return null
    if (line.text === '') break
    const colon = line.text.indexOf(':')
    if (colon <= 0) return null
    trailers.push([line.text.slice(0, colon).trim().toLowerCase(), line.text.slice(colon + 1).trim()])
    at = line.next
  }
  return trailers.length > MOST_TRAILERS ? null : Object.fromEntries(trailers)
}

function lineAt(bytes: Buffer, at: number): { readonly text: string; readonly next: number } | null {
  const window = bytes.subarray(at, at + LONGEST_LINE)
  const end = window.indexOf('\r\n')
  return end < 0 ? null : { text: window.toString('latin1', 0, end), next: at + end + 2 }
}

function hexSize(line: string): number | null {
  const digits = line.split(';', 1)[0]?.trim() ?? ''
  return digits.length <= 8 && /^[0-9a-fA-F]+$/.test(digits) ? Number.parseInt(digits, 16) : null
}

function malformed(why: string): Dechunked {
  return { kind: 'malformed', why }
}
