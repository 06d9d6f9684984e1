import type { IAlarm, IWidget } from 'aws-cdk-lib/aws-cloudwatch'

/** What the dashboards show. Names may be known to CloudFormation alone. */
export type DashboardsProps = {
  /** Their states stand in front. */
  readonly alarms: readonly IAlarm[]
  /** The name of the function that decides. */
  readonly filter: string
  /** Every other function. */
  readonly functions: readonly Part[]
  readonly tables: readonly Part[]
  readonly buckets: readonly Part[]
  /** None where no queue is deployed. */
  readonly queues: readonly Part[]
  /** That of the receipt rule that stores the mail and asks the function. */
  readonly ruleName: string
  /** The lists that are probed, as the policy names them. */
  readonly zones: readonly string[]
  /** Those of `allDomainGroups` in lambda/core/metric-names.ts. */
  readonly domainGroups: readonly string[]
  /** What else is deployed and counts something. */
  readonly extras: readonly Extra[]
  /** Where docs/operations.md can be read, without a slash at the end. @default only its name is given */
  readonly docsUrl?: string
  /** What is shown between the alarms and the numbers. @default nothing */
  readonly widgets?: { readonly flow?: readonly IWidget[]; readonly health?: readonly IWidget[] }
}

/** `called`: by people. */
export type Part = { readonly called: string; readonly name: string }

export type Extra = 'compaction' | 'digest' | 'hand-over' | 'scim' | 'sent-log' | 'sweep'
