import type {
  BouncesPolicy,
  DnsPolicy,
  DnsxlPolicy,
  DomainPolicy,
  Mode,
  PrivacyPolicy,
  RecipientsPolicy,
  ProofKeyUse,
  ScansPolicy,
  ZonePolicy,
} from '../core/policy.ts'
import type { KeySource } from './key-source.ts'
import type { receivingRegions } from './regions.ts'

/** All that an operator chose, with every default filled in and every name in the form that is compared. */
export type Config = {
  /** null: wherever the credentials of the deploy point. */
  readonly region: (typeof receivingRegions)[number] | null
  readonly mode: Mode
  readonly deadlineMs: number
  readonly domains: readonly DomainPolicy[]
  readonly receiving: Receiving
  readonly recipients: RecipientsPolicy
  readonly dnsbl: Omit<DnsxlPolicy, 'zones'> & {
    readonly zones: readonly ZoneSetting[]
    /** By the name that stands in braces in the names of zones. */
    readonly keys: { readonly [name: string]: KeySource }
  }
  readonly trustedRelays: readonly string[]
  readonly bounces: Omit<BouncesPolicy, 'keys'> & {
    readonly keys: readonly { readonly name: string; readonly use: ProofKeyUse; readonly source: KeySource }[]
    /** What feeds the sent log by itself. No decision depends on it. */
    readonly sentLog: 'none' | 'ses-events'
  }
  /** Where delivered mail goes; null: nowhere. No decision depends on it. */
  readonly handOver: HandOver | null
  /** The SCIM endpoint; null: none. No decision depends on it. */
  readonly scim: { readonly token: KeySource; readonly concurrency: number } | null
  /** What may be on lists itself, and is watched for it. No decision depends on it. */
  readonly outbound: {
    readonly addresses: readonly string[]
    readonly domains: readonly string[]
    readonly domainZones: readonly string[]
  }
  readonly scans: ScansPolicy
  readonly alarms: Alarms
  /** Who hears every day what became of the mail; null: nobody. No decision depends on it. */
  readonly digest: {
    readonly topicArn: string
    /** `06:00`, UTC. */
    readonly at: string
    /** null: all of them. */
    readonly domains: readonly string[] | null
  } | null
  readonly dns: DnsPolicy
  readonly privacy: PrivacyPolicy
  readonly retention: Retention
  /** The key of the operator; null: keys of AWS. No decision depends on it. */
  readonly encryption: { readonly kmsKeyArn: string | null }
  /** Name or ARN of a managed policy. No decision depends on it. */
  readonly permissionsBoundary: string | null
}

/** Through which receipt rule set mail comes in. No decision depends on it. */
export type Receiving = {
  /** null: one of the stack's own. `after` null: at the front. */
  readonly ruleSet: { readonly name: string; readonly after: string | null } | null
  readonly activate: boolean
  readonly replaceActive: boolean
  readonly shareEnforce: boolean
  readonly identities: boolean
  /** Ids of Route 53 zones, by domain. */
  readonly hostedZones: { readonly [domain: string]: string }
}

/** One term. All terms of a zone say the same of the zone, or it is a problem. */
export type ZoneSetting = Omit<ZonePolicy, 'zone' | 'terms'> & {
  /** As `writeTerm` writes it. */
  readonly term: string
}

/** Days, and what becomes of all of it when the stack goes. */
export type Retention = {
  readonly recordsDays: number
  readonly mailDays: number
  readonly logDays: number
  readonly onDestroy: 'keep' | 'delete'
}

/** One of the first four is not null, or it is a problem. */
export type HandOver = {
  readonly sns: string | null
  readonly sqs: string | null
  readonly eventBridge: string | null
  readonly smtp: {
    readonly host: string
    readonly port: number
    /** null: as the port says. */
    readonly tls: 'starttls' | 'implicit' | 'none' | null
    readonly credentials: KeySource | null
    readonly ca: string | null
  } | null
  readonly postmaster: string | null
  readonly concurrency: number
}

/** What wakes somebody, and who is told. No decision depends on it. */
export type Alarms = { readonly topicArns: readonly string[]; readonly thresholds: AlarmThresholds }

/** null: no such alarm. */
export type AlarmThresholds = { readonly [A in AlarmName]: number | null }

export type AlarmName =
  | 'filterErrors'
  | 'filterThrottles'
  | 'filterDuration'
  | 'publishFailure'
  | 'publishExpired'
  | 'knownRecipientsDiscarded'
  | 'recordsNotWritten'
  | 'pointersNotWritten'
  | 'filterFailures'
  | 'recipientsUnavailable'
  | 'mailUnread'
  | 'entriesUnread'
  | 'proofsSilent'
  | 'bounceMemoryFailures'
  | 'eventsRepeated'
  | 'deadlinePassed'
  | 'probeFailures'
  | 'noMail'
  | 'bypassHours'
  | 'concurrentExecutions'
  | 'dollarsPerDay'
  | 'bounceCalls'
  | 'discardShare'
