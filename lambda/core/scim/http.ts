import type { JsonObject } from './json.ts'

/** A request, as far as SCIM cares. */
export type ScimRequest = {
  /** In capitals. */
  readonly method: string
  /** The segments after the base, decoded: `['Users', 'ID']`. Null: they cannot be decoded. */
  readonly path: readonly string[] | null
  readonly query: ReadonlyMap<string, string>
  readonly body: ScimBody
  readonly authorization: string | null
  readonly ifMatch: string | null
  /** The URL that locations start with, without a slash at its end. */
  readonly base: string
}

export type ScimBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unread'; readonly why: 'too-large' | 'not-utf-8' }

export type ScimResponse = {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  /** Null: none. */
  readonly body: JsonObject | null
}

/** Bytes of a body. */
export const largestBody = 1024 * 1024
