/**
 * The fields of a header section with every octet kept (RFC 5322 2.2), and the two canonical forms in which they are
 * signed: RFC 6376 3.4.1 and 3.4.2.
 */
import { HEADER_BOUNDS } from '../header.ts'
import { textOfOctets, withoutSpacesAround } from './octets.ts'

export type RawField = {
  /** Lower case. */
  readonly name: string
  /** The whole field, a character an octet: CRLF between its lines, none at the end. */
  readonly text: string
  /** The index of the colon. */
  readonly colon: number
}

export type Canonicalization = 'simple' | 'relaxed'

/**
 * Ends at the empty line, at the first line that is no field, and at the bounds of a header section. A LF without CR ends a line
 * too, and becomes CRLF: what was signed had crossed the SMTP.
 */
export const rawFieldsOf = (headers: Uint8Array): readonly RawField[] => {
  const cut = headers.length > HEADER_BOUNDS.maxLength
  const text = textOfOctets(headers.subarray(0, HEADER_BOUNDS.maxLength))
  const lines = text.replace(/\r?\n/g, CRLF).split(CRLF)
  const fields: RawField[] = []
  for (let at = lines[0]?.startsWith('From ') === true ? 1 : 0; at < lines.length;) {
    const start = at++
    const name = FIELD_NAME.exec(lines[start] ?? '')
    while (isContinuation(lines[at])) at++
    // A field that was cut is another field.
    if (name === null || (cut && at === lines.length) || fields.length === HEADER_BOUNDS.maxFields) break
    const field = { text: lines.slice(start, at).join(CRLF), colon: name[0].length - 1 }
    fields.push({ name: (name[1] ?? '').toLowerCase(), ...field })
  }
  return fields
}

/** Without a line end behind it. */
export const canonicalField = ({ name, text, colon }: RawField, canonicalization: Canonicalization): string =>
  canonicalization === 'simple' ? text : `${name}:${oneLine(text.slice(colon + 1)).replace(/[ \t]+/g, ' ')}`

/** Unfolded (RFC 5322 2.2.3) and trimmed, a character an octet. */
export const valueOfField = ({ text, colon }: RawField): string => oneLine(text.slice(colon + 1))

const oneLine = (folded: string): string => withoutSpacesAround(folded.replaceAll(CRLF, ''))

const isContinuation = (line: string | undefined): boolean =>
  line?.startsWith(' ') === true || line?.startsWith('\t') === true

const CRLF = '\r\n'
/** White space in front of the colon is the old syntax (RFC 5322 4.5). */
const FIELD_NAME = /^([!-9;-~]+)[ \t]*:/
