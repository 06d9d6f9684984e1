import type { IncomingMessage } from 'node:http'

export type RequestBody =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  /** The client went away before the end of its body. */
  | { readonly kind: 'cut-short' }

/** Reads a request's body to its end. What is over `limit` bytes is read and dropped, so that the client hears the answer. */
export async function readBody(request: IncomingMessage, limit: number): Promise<RequestBody> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else chunks.length = 0
    }
  } catch {
    return { kind: 'cut-short' }
  }
  return size > limit ? { kind: 'too-large' } : { kind: 'read', bytes: Buffer.concat(chunks, size) }
}
