import { document, element, errorDocument } from './xml.ts'
import type { Xml } from './xml.ts'

/** What goes back to the client. An open file is closed by whoever sends it. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | { readonly fd: number; readonly start: number; readonly length: number }
}

/** Source: S3 API Reference, "Error responses". */
const ERRORS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  AccessDenied: [403, 'Access Denied'],
  BadDigest: [400, 'The Content-MD5 or checksum value that you specified did not match what the server received.'],
  BucketAlreadyOwnedByYou: [409, 'The bucket that you tried to create already exists, and you own it.'],
  BucketNotEmpty: [409, 'The bucket that you tried to delete is not empty.'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed object size.'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed object size.'],
  IncompleteBody: [400, 'You did not provide the number of bytes specified by the Content-Length HTTP header.'],
  InvalidAccessKeyId: [403, 'The AWS access key ID that you provided does not exist in our records.'],
  InvalidArgument: [400, 'Invalid Argument'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 or checksum value that you specified is not valid.'],
  InvalidPart: [400, 'One or more of the specified parts could not be found.'],
  InvalidPartOrder: [400, 'The list of parts was not in ascending order.'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidTag: [400, 'The tag provided was not a valid tag.'],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, 'Your key is too long'],
  MalformedXML: [
    400,
    'The XML that you provided was not well formed or did not validate against our published schema.',
  ],
  MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size.'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchBucketPolicy: [404, 'The specified bucket does not have a bucket policy.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchLifecycleConfiguration: [404, 'The lifecycle configuration does not exist'],
  NoSuchPublicAccessBlockConfiguration: [404, 'The public access block configuration was not found'],
  NoSuchTagSet: [404, 'The TagSet does not exist'],
  NoSuchUpload: [404, 'The specified multipart upload does not exist.'],
  NotImplemented: [501, 'A header or query that you provided implies functionality that is not implemented.'],
  PreconditionFailed: [412, 'At least one of the preconditions that you specified did not hold.'],
  ServerSideEncryptionConfigurationNotFoundError: [404, 'The server side encryption configuration was not found'],
}

export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: '' }
}

export function xmlAnswer(
  name: string,
  content: readonly Xml[],
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: document(name, content) }
}

/** An error of S3's. `details` are the extra fields that S3 gives with it: Key, BucketName, Resource ... */
export function refusal(code: string, message?: string, details: Readonly<Record<string, string>> = {}): Answer {
  const [status, words] = Object.hasOwn(ERRORS, code) ? (ERRORS[code] ?? [500, code]) : [500, code]
  return { ...madeUpRefusal(status, code, message ?? words, details) }
}

/** An error with a status of the caller's choice: for faults that are made on purpose. */
export function madeUpRefusal(
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, string>> = {},
): Answer {
  const extra = Object.entries(details).map(([name, value]) => element(name, value))
  const body = errorDocument([
    element('Code', code),
    element('Message', message),
    ...extra,
    element('RequestId', 'LOCAL'),
  ])
  return { status, headers: { 'content-type': 'application/xml' }, body }
}

export function quoted(etag: string): string {
  return `"${etag}"`
}
