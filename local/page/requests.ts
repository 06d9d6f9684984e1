import * as v from 'valibot'
import { isIP } from 'node:net'
import type { MetricsRequest, SendRequest, WidgetRequest } from './api.ts'

/** What the page asks, read; or a sentence that says what was expected. */
export type Read<T> =
  { readonly answer: 'read'; readonly request: T } | { readonly answer: 'refused'; readonly sentence: string }

/** Octets. What is sent raw may be the largest message that SES takes, in base64. */
export const bodyLimits = { send: 50 * 1024 * 1024, other: 64 * 1024 } as const

const time = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(8.64e15))
const name = v.pipe(v.string(), v.maxLength(300))
const index = v.pipe(v.number(), v.integer(), v.minValue(0))
const inOrder = 'start comes before end'

const metricsRequest = v.pipe(
  v.strictObject({
    dashboard: name,
    widget: index,
    start: time,
    end: time,
    period: v.optional(v.pipe(v.number(), v.minValue(60), v.multipleOf(60), v.maxValue(30 * 86_400))),
  }),
  v.check(({ start, end }) => start < end, inOrder),
)

const widgetRequest = v.strictObject({
  dashboard: name,
  widget: index,
  timeRange: v.pipe(
    v.strictObject({ start: time, end: time }),
    v.check(({ start, end }) => start < end, inOrder),
  ),
  theme: v.picklist(['light', 'dark']),
  width: v.pipe(v.number(), v.minValue(0), v.maxValue(100_000)),
  height: v.pipe(v.number(), v.minValue(0), v.maxValue(100_000)),
  timeZone: v.optional(name),
  forms: v.record(v.string(), v.union([v.string(), v.boolean(), v.array(v.string())])),
  call: v.optional(v.strictObject({ endpoint: name, params: v.unknown() })),
})

// The envelope is written into SMTP commands: a line break in it would be another command.
const address = v.pipe(v.string(), v.maxLength(1000), v.regex(/^[^\p{Cc}<>\s]*$/u, 'an address without blanks and <>'))
const envelope = {
  from: v.nullable(address),
  to: v.pipe(v.array(v.pipe(address, v.minLength(1))), v.minLength(1), v.maxLength(1000)),
  clientIp: v.pipe(
    v.string(),
    v.check((text) => isIP(text) !== 0, 'an IP address'),
  ),
  helo: v.optional(v.pipe(v.string(), v.regex(/^[\w.:[\]-]{1,255}$/, 'a host name or [address]'))),
}
const sendRequest = v.union([
  v.strictObject({ ...envelope, raw: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]*={0,2}$/, 'base64')) }),
  v.strictObject({
    ...envelope,
    subject: v.pipe(v.string(), v.maxLength(100_000)),
    body: v.string(),
    kind: v.optional(v.picklist(['plain', 'html', 'eicar', 'bounce', 'backscatter'])),
  }),
])

export function readMetricsRequest(body: unknown): Read<MetricsRequest> {
  return read<MetricsRequest>(metricsRequest, body)
}

export function readWidgetRequest(body: unknown): Read<WidgetRequest> {
  return read<WidgetRequest>(widgetRequest, body)
}

export function readSendRequest(body: unknown): Read<SendRequest> {
  return read<SendRequest>(sendRequest, body)
}

/** valibot writes an absent field as undefined, where the API leaves it out: to whoever reads it, that is the same. */
function read<T>(schema: v.GenericSchema, body: unknown): Read<T> {
  const result = v.safeParse(schema, body)
  if (result.success) return { answer: 'read', request: result.output as T }
  const sentences = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'the request'}: ${issue.message}`)
  return { answer: 'refused', sentence: sentences.join('; ').slice(0, 500) }
}
