import type {
  DnsPolicy,
  DnsxlPolicy,
  DomainPolicy,
  Mode,
  PrivacyPolicy,
  RecipientsPolicy,
  ScansPolicy,
} from '../core/policy.ts'
import type { receivingRegions } from './regions.ts'

/** All that an operator chose, with every default filled in and every name in the form that is compared. */
export type Config = {
  /** null: wherever the credentials of the deploy point. */
  readonly region: (typeof receivingRegions)[number] | null
  readonly mode: Mode
  readonly deadlineMs: number
  readonly domains: readonly DomainPolicy[]
  readonly recipients: RecipientsPolicy
  readonly dnsbl: DnsxlPolicy
  readonly scans: ScansPolicy
  readonly dns: DnsPolicy
  readonly privacy: PrivacyPolicy
  readonly retention: Retention
}

/** Days. */
export type Retention = { readonly recordsDays: number; readonly mailDays: number; readonly logDays: number }
