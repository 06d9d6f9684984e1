import { largestBody, type ScimBody, type ScimRequest, type ScimResponse } from '../core/scim/http.ts'

/**
 * A request to a Lambda function URL as Lambda hands it over: payload format 2.0 (AWS Lambda Developer Guide, "Invoking
 * function URLs"). Names of header fields are in lower case there, and a body of a media type that Lambda does not take for
 * text is base64. Null: it is no such event.
 */
export function readFunctionUrlEvent(event: unknown): ScimRequest | null {
  const http = recordAt(recordAt(event, 'requestContext'), 'http')
  const method = textAt(http, 'method')
  const host = textAt(recordAt(event, 'requestContext'), 'domainName')
  const path = textAt(event, 'rawPath')
  if (method === null || host === null || path === null) return null
  const headers = recordAt(event, 'headers')
  const segments = path.split('/', mostSegments).filter((segment) => segment !== '')
  const isPrefixed = segments[0]?.toLowerCase() === 'scim' && segments[1]?.toLowerCase() === 'v2'
  return {
    method: method.toUpperCase(),
    path: decoded(isPrefixed ? segments.slice(2) : segments),
    query: new Map(new URLSearchParams(textAt(event, 'rawQueryString') ?? '')),
    body: bodyOf(event),
    authorization: textAt(headers, 'authorization'),
    ifMatch: textAt(headers, 'if-match'),
    base: `https://${host}${isPrefixed ? '/scim/v2' : ''}`,
  }
}

/** What a function URL takes for an answer. */
export type FunctionUrlResponse = {
  readonly statusCode: number
  readonly headers: { readonly [name: string]: string }
  readonly body?: string
}

export function writeFunctionUrlResponse({ status, headers, body }: ScimResponse): FunctionUrlResponse {
  return { statusCode: status, headers, ...(body === null ? {} : { body: JSON.stringify(body) }) }
}

const mostSegments = 20

function bodyOf(event: unknown): ScimBody {
  const text = textAt(event, 'body')
  if (text === null || text === '') return { kind: 'none' }
  const isBase64 = recordOf(event)?.['isBase64Encoded'] === true
  if (text.length > largestBody * 2) return { kind: 'unread', why: 'too-large' }
  const bytes = Buffer.from(text, isBase64 ? 'base64' : 'utf8')
  if (bytes.length > largestBody) return { kind: 'unread', why: 'too-large' }
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    // The only thing that a fatal decoder throws for.
    return { kind: 'unread', why: 'not-utf-8' }
  }
}

function decoded(segments: readonly string[]): readonly string[] | null {
  try {
    return segments.map((segment) => decodeURIComponent(segment))
  } catch {
    // An escape that is none.
    return null
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null
}

function recordAt(value: unknown, name: string): Readonly<Record<string, unknown>> | null {
  return recordOf(recordOf(value)?.[name])
}

function textAt(value: unknown, name: string): string | null {
  const found = recordOf(value)?.[name]
  return typeof found === 'string' ? found : null
}
