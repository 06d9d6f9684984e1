import type { IncomingMessage } from 'node:http'

/** Why a request is not answered, in HTTP's words and in a sentence. */
export type Refused = { readonly status: number; readonly sentence: string }

/**
 * Who may ask. The page can send mail and release it, and any web site that is open in a browser of this machine can make that
 * browser ask 127.0.0.1:
 *
 * - A name of somebody else that resolves to 127.0.0.1 (DNS rebinding) shows in `Host`.
 * - Another site's request shows in `Origin` and `Sec-Fetch-Site`, and cannot have a JSON content type without asking first (Fetch
 *   Standard, "CORS-preflight"), which is answered with 405.
 */
export function refusalOf({ headers, method }: IncomingMessage, port: number): Refused | null {
  // RFC 9110 4.2.1: a browser leaves the usual port out.
  const names = ['127.0.0.1', 'localhost']
  const hosts = [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])]
  const { host = '', origin } = headers
  if (!hosts.includes(host)) {
    return { status: 403, sentence: `This page is at ${hosts.join(' or ')}, not at the host of this request.` }
  }
  if (origin !== undefined && !hosts.some((known) => origin === `http://${known}`)) {
    return { status: 403, sentence: 'Another site may not ask this page.' }
  }
  if (headers['sec-fetch-site'] === 'cross-site' && method === 'POST') {
    return { status: 403, sentence: 'Another site may not ask this page.' }
  }
  if (method !== 'POST' || /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return null
  return { status: 415, sentence: 'What is asked with POST is JSON, with content-type: application/json.' }
}

/** Of every answer. Widgets bring styles of their own; scripts come from this server alone. */
export const safeHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const
