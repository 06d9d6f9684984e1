/**
 * What the signer may have signed, given what came back. A signature covers the header as it was; servers put fields on
 * top of it before they return it, and a relay writes another Content-Transfer-Encoding when it recodes the body. Each
 * way of undoing that is an attempt. None of them touches a field whose content counts as proof.
 */
import type { RawField } from './raw-fields.ts'

export type Attempt = {
  /** `below-signature`: without the fields above the topmost signature of our own. */
  readonly fields: 'as-returned' | 'below-signature'
  readonly contentTransferEncoding: 'as-returned' | ContentTransferEncoding
}

/** RFC 2045 6.1, without `binary`, which no mail server relays. */
export type ContentTransferEncoding = (typeof ENCODINGS)[number]

/** The fields that `h=` selects, in its order, as returned; null for one that is not there. */
export type Selection = readonly (RawField | null)[]

/** From the bottom up for each name (RFC 6376 5.4.2). The signature's own field is never among them (3.5, `h=`). */
export const selectFields = (
  fields: readonly RawField[],
  signatureField: RawField,
  signedNames: readonly string[],
): Selection => {
  const left = new Map<string, RawField[]>(signedNames.map((name) => [name, []]))
  for (const field of fields) if (field !== signatureField) left.get(field.name)?.push(field)
  return signedNames.map((name) => left.get(name)?.pop() ?? null)
}

/** What came back first, then each encoding that the body may have had before. */
export const encodingsOf = (selection: Selection): readonly Attempt['contentTransferEncoding'][] =>
  selection.some((field) => field?.name === FIELD) ? ['as-returned', ...ENCODINGS] : ['as-returned']

/** The selection with the signed Content-Transfer-Encoding as the signer may have written it. */
export const withEncoding = (selection: Selection, encoding: Attempt['contentTransferEncoding']): Selection =>
  encoding === 'as-returned'
    ? selection
    : selection.map((field) =>
        field?.name === FIELD ? { ...field, text: `${field.text.slice(0, field.colon + 1)} ${encoding}` } : field,
      )

const FIELD = 'content-transfer-encoding'
const ENCODINGS = ['7bit', '8bit', 'quoted-printable', 'base64'] as const
