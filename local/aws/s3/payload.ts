import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { CHECKSUM_NAMES, checksumOf } from './checksums.ts'
import type { Checksum } from './checksums.ts'
import { dechunk } from './chunked.ts'

export type Payload =
  | { readonly kind: 'payload'; readonly bytes: Buffer; readonly checksum: Checksum | null }
  | { readonly kind: 'refused'; readonly code: string; readonly message?: string }

/** Takes the framing off a body and verifies what the client says about it: length, checksum (header or trailer), MD5. */
export function readPayload(headers: IncomingHttpHeaders, raw: Buffer): Payload {
  const unframed = unframe(headers, raw)
  if (unframed.kind === 'refused') return unframed
  const { bytes, claims } = unframed
  const md5 = headers['content-md5']
  if (typeof md5 === 'string') {
    if (Buffer.from(md5, 'base64').length !== 16) return { kind: 'refused', code: 'InvalidDigest' }
    if (createHash('md5').update(bytes).digest('base64') !== md5) return { kind: 'refused', code: 'BadDigest' }
  }
  const trailer = headers['x-amz-trailer']
  if (typeof trailer === 'string' && claims(trailer.trim().toLowerCase()) === null) {
    return { kind: 'refused', code: 'IncompleteBody', message: `The trailer ${trailer} was announced and did not come` }
  }
  for (const name of CHECKSUM_NAMES) {
    const claimed = claims(`x-amz-checksum-${name}`)
    if (claimed === null) continue
    if (checksumOf(name, bytes) === claimed) return { kind: 'payload', bytes, checksum: { name, value: claimed } }
    const message = `The ${name.toUpperCase()} you specified did not match the calculated checksum.`
    return { kind: 'refused', code: 'BadDigest', message }
  }
  return { kind: 'payload', bytes, checksum: null }
}

type Unframed =
  | { readonly kind: 'unframed'; readonly bytes: Buffer; readonly claims: (name: string) => string | null }
  | Extract<Payload, { kind: 'refused' }>

function unframe(headers: IncomingHttpHeaders, raw: Buffer): Unframed {
  const header = (name: string): string | null => {
    const value = headers[name]
    return typeof value === 'string' ? value : null
  }
  const framed = header('x-amz-content-sha256')?.startsWith('STREAMING-') ?? false
  if (!framed && !isChunked(header('content-encoding'))) return { kind: 'unframed', bytes: raw, claims: header }
  const body = dechunk(raw)
  if (body.kind === 'malformed') return { kind: 'refused', code: 'IncompleteBody', message: `aws-chunked: ${body.why}` }
  const length = header('x-amz-decoded-content-length')
  if (length !== null && length !== String(body.bytes.length)) return { kind: 'refused', code: 'IncompleteBody' }
  return { kind: 'unframed', bytes: body.bytes, claims: (name) => body.trailers[name] ?? header(name) }
}

/** The encoding that stays with the object: aws-chunked was for the journey only. Null where nothing is left. */
export function lastingEncoding(encoding: string): string | null {
  const lasting = encodings(encoding).filter((one) => one !== 'aws-chunked')
  return lasting.length > 0 ? lasting.join(',') : null
}

function isChunked(encoding: string | null): boolean {
  return encoding !== null && encodings(encoding).includes('aws-chunked')
}

function encodings(header: string): readonly string[] {
  return header
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
