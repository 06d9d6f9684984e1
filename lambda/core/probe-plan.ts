import type { Policy, ZonePolicy } from './policy.ts'

/** What the scheduled probe asks for. Plain JSON, made from the configuration at synth and shipped in the probe's asset. */
export type ProbePlan = {
  readonly policy: Pick<Policy, 'dnsxl' | 'dns' | 'keys'>
  readonly outbound: Outbound
  /** What each list says of itself, for whoever reads that he stands on it. */
  readonly zones: readonly ZoneNote[]
}

/** What is ours, and may be listed. */
export type Outbound = {
  /** The addresses that our mail leaves from. */
  readonly addresses: readonly string[]
  readonly domains: readonly string[]
  /** Lists of domains, which `domains` are looked for on. No message is judged by them. */
  readonly domainZones: readonly ZonePolicy[]
}

export type ZoneNote = {
  readonly zone: string
  readonly codes: readonly { readonly pattern: string; readonly meaning: string }[]
  /** The list's own page; `null`: none is known. */
  readonly url: string | null
}
