import type { IncomingHttpHeaders } from 'node:http'
import { authorise } from './authorise.ts'
import type { Access, Statement } from './authorise.ts'

export type Principal =
  /** Whoever runs the laptop: may do everything. */
  | { readonly kind: 'operator' }
  | { readonly kind: 'role'; readonly name: string; readonly statements: readonly Statement[] }

/** Says who an access key belongs to; null for a key that nobody was given. */
export type PrincipalOf = (accessKeyId: string) => Principal | null

/** The caller of one request. */
export type Caller = { readonly principal: Principal; readonly accessKeyId: string; readonly accountId: string }

/**
 * The access key id that a request is signed with, from the Authorization header or a presigned URL; null where it is
 * not signed. The signature itself is not verified: the laptop hands out the keys itself, listens on 127.0.0.1 only, and
 * asks *who* calls, so that a missing permission shows; it keeps nobody out.
 * Source: S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
 */
export function accessKeyIdOf(headers: IncomingHttpHeaders, query: URLSearchParams): string | null {
  const header = headers.authorization
  const start = header?.indexOf('Credential=') ?? -1
  const scope =
    header !== undefined && start >= 0 ? header.slice(start + 'Credential='.length) : query.get('X-Amz-Credential')
  // Access key ids have 16 to 128 characters; the bound keeps a hostile header out of maps and messages.
  const id = scope?.slice(0, 129).split('/')[0] ?? ''
  return id.length > 0 && id.length <= 128 ? id : null
}

/** The sentence that AWS denies with; null where all that is asked for is allowed. */
export function denialOf(caller: Caller, asked: readonly Access[]): string | null {
  const { principal } = caller
  if (principal.kind === 'operator') return null
  for (const { action, resource } of asked) {
    const permission = authorise(principal.statements, action, resource)
    if (permission.answer === 'allowed') continue
    const user = `arn:aws:sts::${caller.accountId}:assumed-role/${principal.name}/${caller.accessKeyId}`
    return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${permission.why}`
  }
  return null
}
