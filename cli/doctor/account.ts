import type { DomainAnswer } from '../../lambda/core/facts.ts'
import type { ZoneCondition } from '../../lambda/core/zone-state.ts'

/**
 * An account as far as the doctor looks at it. Each question is asked once for each thing, reads only (the probe of the lists
 * is run once more, as its schedule runs it every minute), and resolves whatever AWS says.
 */
export type Account = {
  readonly region: string
  readonly stack: () => Promise<Seen<StackSeen>>
  readonly concurrency: () => Promise<Seen<{ readonly limit: number; readonly unreserved: number }>>
  /** By their physical names. */
  readonly deployedFunction: (name: string) => Promise<Seen<FunctionSeen>>
  /** The resource policy of a function or alias, as IAM writes it; null: it has none. */
  readonly functionPolicy: (arn: string) => Promise<Seen<string | null>>
  /** By its name; null: there is none. */
  readonly role: (name: string) => Promise<Seen<RoleSeen | null>>
  /** Null: no set is active. */
  readonly activeRuleSet: () => Promise<Seen<RuleSetSeen | null>>
  readonly identity: (domain: string) => Promise<Seen<'verified' | 'not-verified' | 'absent'>>
  /** Empty: the domain has no MX record. */
  readonly mailServers: (domain: string) => Promise<Seen<readonly MailServer[]>>
  readonly directory: (domain: string) => Promise<Seen<DomainAnswer>>
  /** How the probe finds the lists from inside AWS, with the function's own resolver. */
  readonly lists: () => Promise<Seen<readonly ListSeen[]>>
  /** Confirmed ones. */
  readonly subscribers: (topicArn: string) => Promise<Seen<number>>
}

/** `unseen`: AWS or the network did not say; `why` are its words. */
export type Seen<T> =
  { readonly answer: 'seen'; readonly value: T } | { readonly answer: 'unseen'; readonly why: string }

export type StackSeen = {
  /** As CloudFormation names it: UPDATE_COMPLETE. */
  readonly status: string
  /** Physical names. */
  readonly functions: readonly string[]
  readonly alarms: readonly { readonly id: string; readonly topics: readonly string[] }[]
  /**
   * By their physical names, as the template that CloudFormation has means them. In its texts stands `unknownText` of
   * stack-roles.ts for what CloudFormation alone can fill in.
   */
  readonly roles: readonly (RoleSeen & { readonly name: string })[]
}

export type RoleSeen = {
  /** Of all its own policies, as IAM writes them. */
  readonly statements: readonly unknown[]
  /** ARNs of those that are attached. */
  readonly managedPolicies: readonly string[]
}

export type FunctionSeen = {
  readonly runtime: string
  /** `Active` when it can run, `Inactive` after weeks without a call (Lambda API, FunctionConfiguration). */
  readonly state: string
  readonly lastUpdate: string
}

export type RuleSetSeen = { readonly name: string; readonly rules: readonly RuleSeen[] }

export type RuleSeen = {
  readonly name: string
  readonly enabled: boolean
  readonly scans: boolean
  /** Empty: every verified domain. */
  readonly recipients: readonly string[]
  readonly actions: readonly RuleAction[]
}

export type RuleAction =
  | { readonly kind: 'store'; readonly bucket: string }
  | { readonly kind: 'ask'; readonly functionArn: string; readonly waits: boolean }
  | { readonly kind: 'bounce' | 'announce' | 'stop' | 'other' }

export type MailServer = { readonly host: string; readonly preference: number }

export type ListSeen = { readonly zone: string; readonly state: ZoneCondition }
