/**
 * What the operator chose. Plain JSON, made from the configuration at synth and shipped in the function's asset, so that
 * the rules that ran for a message are known by their hash.
 */
export type Policy = {
  /** First 16 hex digits of the SHA-256 of the policy's JSON: which policy decided stands in every record. */
  readonly hash: string
  readonly mode: Mode
  /** Everything the filter does for one message ends within this time; SES itself gives up after 30 s. */
  readonly deadlineMs: number
  readonly domains: readonly DomainPolicy[]
  readonly recipients: RecipientsPolicy
  readonly dnsxl: DnsxlPolicy
  readonly scans: ScansPolicy
  readonly dns: DnsPolicy
  readonly privacy: PrivacyPolicy
}

/** `observe` computes and records, then delivers; `enforce` acts; `bypass` delivers at once and records that. */
export type Mode = 'observe' | 'enforce' | 'bypass'

/** What can happen to a message, mildest first. There is no bounce. */
export type Action = 'deliver' | 'quarantine' | 'discard'

export const actions: readonly Action[] = ['deliver', 'quarantine', 'discard']

export type DomainPolicy = {
  /** A-label, lower case, without a final dot. */
  readonly name: string
  readonly mode: Mode
  /** Each character ends a local part and starts a sub-address (RFC 5233); empty: none. */
  readonly subAddressDelimiters: string
  /** Whether `Alice@` and `alice@` are one mailbox. RFC 5321 2.4 leaves it to the receiving host. */
  readonly foldCase: boolean
  /** `false`: the directory is not asked, and every recipient of the domain counts as known. */
  readonly checkRecipients: boolean
}

export type RecipientsPolicy = {
  readonly unknown: Action
  /** For so many days after its removal a recipient still counts as known. */
  readonly graceDays: number
  /** Local parts that exist as return paths, such as `news-bounces[+-]*`; `*` stands for anything, `[..]` for one of these. */
  readonly bounceAddresses: readonly string[]
  /** Domains that rewrite senders with SRS (A-labels): their SRS addresses are known. */
  readonly srsDomains: readonly string[]
}

export type DnsxlPolicy = {
  readonly zones: readonly ZonePolicy[]
  /** The sum of weights from which a listing is recorded. */
  readonly record: number
  /** The sum of weights from which `action` is taken, if at least two operators agree or one zone is authoritative. */
  readonly stop: number
  readonly action: Action
}

/** One term of postscreen's formula, `zone=pattern*weight`. A zone may stand in several terms and is asked once. */
export type ZonePolicy = {
  readonly zone: string
  /** `d.d.d.d`, each a number or a set such as `[2;4..7]`. */
  readonly pattern: string
  /** Negative weights speak for the client (a DNSWL). */
  readonly weight: number
  /** Who runs the zone: two zones of one operator are one opinion. */
  readonly operator: string
  /** One listing of this zone is enough to act. */
  readonly authoritative: boolean
}

export type ScansPolicy = {
  readonly virus: Action
  readonly spam: Action
  /** DMARC failed, and the From domain publishes `p=reject`. Forwarding breaks DMARC for honest mail, too. */
  readonly dmarcReject: Action
}

export type DnsPolicy = {
  /** `address` or `address:port`; `null`: the resolver that Lambda gives every function. */
  readonly servers: readonly string[] | null
  readonly timeoutMs: number
  readonly retries: number
  /** All questions of one message end within this time. */
  readonly budgetMs: number
}

export type PrivacyPolicy = {
  readonly subject: 'full' | 'none'
}
