export type ByteRange = { readonly start: number; readonly length: number }

/**
 * Reads `bytes=first-last`, `bytes=first-` and `bytes=-suffix`. Null: no range, or one that does not parse or has several
 * parts, which S3 answers with the whole object. Source: RFC 9110 section 14.1.2.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (!match || (first === '' && last === '')) return null
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, length }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return null
  return start >= size ? 'unsatisfiable' : { start, length: end - start + 1 }
}
