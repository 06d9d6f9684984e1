import type { ServedDomain } from '../core/scim/addresses.ts'
import type { Refused } from '../core/scim/errors.ts'
import type { Resource } from '../core/scim/resources.ts'
import type { ScimDirectory } from '../ports/scim-directory.ts'
import type { ScimMetrics } from '../ports/scim-metrics.ts'
import type { ScimStore } from '../ports/scim-store.ts'

/** What the endpoint asks of the world. */
export type ScimPorts = {
  readonly store: ScimStore
  readonly directory: ScimDirectory
  /** Whether this Authorization field is right; `unknown`: the token could not be read. Never rejects for the network. */
  readonly authorize: (field: string | null, signal: AbortSignal) => Promise<'yes' | 'no' | 'unknown'>
  readonly metrics: ScimMetrics
  /** ISO 8601 UTC. */
  readonly now: () => string
  /** Of a resource: letters, digits and `-`, never the same twice. */
  readonly newId: () => string
}

/** One request. */
export type ScimRun = ScimPorts & { readonly domains: readonly ServedDomain[] }

export type Written = { readonly answer: 'written'; readonly resource: Resource } | Refused
