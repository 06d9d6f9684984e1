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
  readonly keys: readonly KeyPolicy[]
  /** CIDR. Servers of ours that hand mail on to SES: the client is looked for behind them. */
  readonly trustedRelays: readonly string[]
  readonly bounces: BouncesPolicy
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
  /** Another of the domains: whoever exists there exists here, under the same local part. */
  readonly aliasOf: string | null
  /** DKIM selectors that sign for the domain, lower case. Others count too, once they have verified a signature. */
  readonly dkimSelectors: readonly string[]
  /** Every message that leaves for the domain is signed: a returned one without a signature of ours is not ours. */
  readonly allOutboundSigned: boolean
  /** `ses`: the domain sends through SES alone, so that a returned message without a mark of SES is not ours. */
  readonly sendsOnlyVia: 'ses' | null
  /** Local parts that never send, such as `info` or `sales-*`: no bounce can be about their mail. */
  readonly neverSends: readonly string[]
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

/** A zone, asked once, with the terms of postscreen's formula that name it. */
export type ZonePolicy = {
  /** May hold the name of a key in braces, `{dqs}.zen.dq.spamhaus.net`. The key itself is in no policy and no record. */
  readonly zone: string
  readonly terms: readonly ZoneTerm[]
  /** Who runs the zone: two zones of one operator are one opinion. */
  readonly operator: string
  /** One listing of this zone is enough to act. */
  readonly authoritative: boolean
  /**
   * `null-or-postmaster` is the safe mode that Backscatterer asks for: the zone is asked about mail from `<>` and from
   * postmaster alone, and what it says is a hint that never adds to the sum.
   */
  readonly appliesWhen: 'always' | 'null-or-postmaster'
  readonly families: 'both' | 'ipv4' | 'ipv6'
  /** Patterns of what the zone answers for a listing, its test entry included: what it can say, not what the policy counts. */
  readonly listingCodes: readonly string[]
  /** Patterns by which this zone says that it does not answer, beside 127.255.255.0/24. */
  readonly errorCodes: readonly string[]
  /** Whether 127.0.0.1 is a code of this zone. */
  readonly definesLoopback: boolean
  /** `false`: it is known to have none (RFC 5782 5), so that nobody can tell whether it works. It can only be recorded. */
  readonly testEntries: boolean
}

/** `pattern*weight`: `d.d.d.d`, each a number or a set such as `[2;4..7]`; negative weights speak for the client. */
export type ZoneTerm = { readonly pattern: string; readonly weight: number }

/** A key that stands in the names of zones, and where it is kept. */
export type KeyPolicy = {
  /** As it stands in braces in a zone's name. */
  readonly name: string
  readonly kept: 'secrets-manager' | 'ssm'
  /** The secret's name or ARN; the parameter's name. */
  readonly id: string
}

/** How a bounce is judged by the message that it returns. */
export type BouncesPolicy = {
  /** What happens to backscatter: a bounce that is proven to be about no mail of ours. */
  readonly action: Action
  /** What happens to a bounce that proves nothing and of which something looks wrong. */
  readonly onHints: Exclude<Action, 'discard'>
  readonly burst: BurstPolicy
  readonly replay: ReplayPolicy
  /** A returned message that is older proves nothing. */
  readonly maxAgeDays: number
  /** Host names, with all names below them, by which our own servers report and write their Received lines. */
  readonly ownServers: readonly string[]
  readonly keys: readonly ProofKeyPolicy[]
}

/** More than `limit` bounces to one recipient within `windowMinutes` that prove nothing are a burst. */
export type BurstPolicy = {
  readonly limit: number
  readonly windowMinutes: number
  /** It is over when none came for so long. */
  readonly quietMinutes: number
  /** What happens to those that prove nothing while it lasts. */
  readonly action: Exclude<Action, 'discard'>
}

/** How often one proof counts, because whoever saw a message of ours can return it again and again. */
export type ReplayPolicy = {
  /** For the same failed recipients. A message may be delayed, delayed again, and fail. */
  readonly perFailedRecipient: number
  /** For all failed recipients together. Declared bounce addresses have no such limit: a mailing fails a thousand times. */
  readonly perMessage: number
}

/** A key that makes and checks the tags of return paths, or the header field Quietgate-Proof. */
export type ProofKeyPolicy = KeyPolicy & { readonly use: ProofKeyUse }

/** `tag`: our own sub-address, see core/protocol/hmac-tag.ts. `header`: the field Quietgate-Proof. */
export type ProofKeyUse = 'prvs' | 'srs' | 'tag' | 'header'

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
