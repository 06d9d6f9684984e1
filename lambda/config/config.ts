import type {
  DnsPolicy,
  DnsxlPolicy,
  DomainPolicy,
  Mode,
  PrivacyPolicy,
  RecipientsPolicy,
  ScansPolicy,
  ZonePolicy,
} from '../core/policy.ts'
import type { receivingRegions } from './regions.ts'
import type { KeySource } from './values.ts'

/** All that an operator chose, with every default filled in and every name in the form that is compared. */
export type Config = {
  /** null: wherever the credentials of the deploy point. */
  readonly region: (typeof receivingRegions)[number] | null
  readonly mode: Mode
  readonly deadlineMs: number
  readonly domains: readonly DomainPolicy[]
  readonly recipients: RecipientsPolicy
  readonly dnsbl: Omit<DnsxlPolicy, 'zones'> & {
    readonly zones: readonly ZoneSetting[]
    /** By the name that stands in braces in the names of zones. */
    readonly keys: { readonly [name: string]: KeySource }
  }
  readonly trustedRelays: readonly string[]
  /** What may be on lists itself, and is watched for it. No decision depends on it. */
  readonly outbound: {
    readonly addresses: readonly string[]
    readonly domains: readonly string[]
    readonly domainZones: readonly string[]
  }
  readonly scans: ScansPolicy
  readonly dns: DnsPolicy
  readonly privacy: PrivacyPolicy
  readonly retention: Retention
}

/** One term. All terms of a zone say the same of the zone, or it is a problem. */
export type ZoneSetting = Omit<ZonePolicy, 'zone' | 'terms'> & {
  /** As `writeTerm` writes it. */
  readonly term: string
}

/** Days. */
export type Retention = { readonly recordsDays: number; readonly mailDays: number; readonly logDays: number }
