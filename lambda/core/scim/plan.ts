import type { KeyPolicy } from '../policy.ts'
import type { ServedDomain } from './addresses.ts'

/** What the function knows of the configuration: the file `scim.json` beside its code. */
export type ScimPlan = {
  /** Where the bearer tokens are kept. */
  readonly token: KeyPolicy
  readonly domains: readonly ServedDomain[]
}
