import type { JsonObject } from './json.ts'

/** Why a request is refused, in the words of RFC 7644 3.12. */
export type ScimError = {
  readonly status: 400 | 401 | 404 | 405 | 409 | 412 | 413 | 501 | 503
  readonly scimType: ScimType | null
  /** For people: what was expected, what was found. */
  readonly detail: string
}

export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'

export type Refused = { readonly answer: 'refused'; readonly error: ScimError }

export function refused(status: ScimError['status'], scimType: ScimType | null, detail: string): Refused {
  return { answer: 'refused', error: { status, scimType, detail } }
}

/** The body of an error; the status is a text there. */
export function errorBody({ status, scimType, detail }: ScimError): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType === null ? {} : { scimType }),
    detail,
  }
}
