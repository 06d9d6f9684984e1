import type { TimeRange } from '../api.ts'

/** How much time the dashboards show. */
export type Span = { readonly key: string; readonly words: string; readonly milliseconds: number }

const minute = 60_000
const hour = 60 * minute

export const spans: readonly Span[] = [
  { key: '15m', words: '15 min', milliseconds: 15 * minute },
  { key: '1h', words: '1 h', milliseconds: hour },
  { key: '3h', words: '3 h', milliseconds: 3 * hour },
  { key: '12h', words: '12 h', milliseconds: 12 * hour },
  { key: '3d', words: '3 d', milliseconds: 72 * hour },
]

export const defaultSpan = '3h'

/** The span of a key, or the default one where the key is of another version of this page. */
export function spanOf(key: string): Span {
  const found = spans.find((span) => span.key === key) ?? spans.find((span) => span.key === defaultSpan)
  if (found === undefined) throw new Error('The default span is not among the spans.')
  return found
}

/** The span that ends at `end`, in milliseconds since 1970. */
export function rangeOf(span: Span, end: number): TimeRange {
  return { start: end - span.milliseconds, end }
}
