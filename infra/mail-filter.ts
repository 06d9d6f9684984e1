import type { Duration } from 'aws-cdk-lib'
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule, type OnEventOptions } from 'aws-cdk-lib/aws-events'
import type { Grant, IGrantable, IManagedPolicy } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { IHostedZone } from 'aws-cdk-lib/aws-route53'
import type { CfnBucket } from 'aws-cdk-lib/aws-s3'
import type { IReceiptRule, IReceiptRuleSet } from 'aws-cdk-lib/aws-ses'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { parseConfig, problemsText, type Config } from '../lambda/config.ts'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import { tellTopics } from './alarm-topics.ts'
import type { BundledFunction } from './bundle.ts'
import { FilterParts, type FilterPartsProps } from './filter-parts.ts'
import { grantRelease } from './release-permissions.ts'
import { entryPrefix, recordPrefix } from './storage.ts'

/** What happens to a message: SES goes on with it; it is kept and listed; it is kept. */
export type MailAction = 'deliver' | 'quarantine' | 'discard'

export type MailFilterProps = {
  /** The domains whose mail is filtered: names, or objects as in docs/configuration.md. */
  readonly domains: readonly (string | Readonly<Record<string, unknown>>)[]
  /**
   * Whether verdicts are only recorded, or acted upon.
   * @default 'observe'
   */
  readonly mode?: 'observe' | 'enforce' | 'bypass'
  /**
   * What happens to a message whose recipients all do not exist.
   * @default 'discard'
   */
  readonly unknownRecipients?: MailAction
  /**
   * DNS lists, as terms of postscreen's formula: 'bl.example=127.0.0.2*2'.
   * @default - no list is asked
   */
  readonly lists?: readonly string[]
  /**
   * The sum of weights from which a message is stopped.
   * @default 4
   */
  readonly listsStopAt?: number
  /**
   * Servers of yours that hand mail on to SES, as addresses or networks.
   * @default - none; the client is whoever connects to SES
   */
  readonly trustedRelays?: readonly string[]
  /**
   * For so long decision records are kept, in whole days.
   * @default Duration.days(400)
   */
  readonly keepRecords?: Duration
  /**
   * For so long raw mail is kept, in whole days.
   * @default Duration.days(30)
   */
  readonly keepMail?: Duration
  /**
   * Whether buckets, tables and logs outlive the stack.
   * @default 'keep'
   */
  readonly onDestroy?: 'keep' | 'delete'
  /**
   * Encrypts buckets, tables and queues. Its policy has to allow SES and EventBridge to use it: docs/deploying.md.
   * @default - keys of AWS
   */
  readonly encryptionKey?: IKey
  /**
   * Beyond this no role of the filter may go.
   * @default - none
   */
  readonly permissionsBoundary?: IManagedPolicy
  /**
   * A rule set that is there already, to which the rule of the filter is added.
   * @default - a rule set of its own
   */
  readonly ruleSet?: IReceiptRuleSet
  /**
   * The rule of `ruleSet` behind which that of the filter is placed.
   * @default - it stands at the front
   */
  readonly after?: IReceiptRule
  /**
   * Whether a deploy makes the rule set the active one, if none is.
   * @default true
   */
  readonly activate?: boolean
  /**
   * Whether the rule set of somebody else may be displaced by that.
   * @default false
   */
  readonly replaceActive?: boolean
  /**
   * Whether mail may be stopped although other rules of `ruleSet` are for other domains.
   * @default false
   */
  readonly shareEnforce?: boolean
  /**
   * Whether SES is told of the domains. It must not know them yet.
   * @default false
   */
  readonly identities?: boolean
  /**
   * The hosted zones in which the MX records are made, by domain.
   * @default - the records are outputs of the stack
   */
  readonly hostedZones?: Readonly<Record<string, IHostedZone>>
  /**
   * Who hears of alarms.
   * @default - nobody; the alarms are there all the same
   */
  readonly alarmTopic?: ITopic
  /**
   * Every other setting, as in docs/configuration.md. What stands above comes before it.
   * @default - their defaults
   */
  readonly settings?: Readonly<Record<string, unknown>>
  /**
   * The functions as they are shipped.
   * @default - those that come with this package
   */
  readonly functions: readonly BundledFunction[]
}

/**
 * An inbound mail filter for Amazon SES: receipt rule, function, directory, records, probe, activation.
 *
 * A mistake in the props throws, with all mistakes of them at once.
 */
export class MailFilter extends FilterParts {
  /** `props` are for people; an app that has read its configuration hands that over. */
  constructor(scope: Construct, id: string, props: MailFilterProps | FilterPartsProps) {
    super(scope, id, 'config' in props ? props : partsPropsOf(props, `${scope.node.path}/${id}`))
    if ('alarmTopic' in props && props.alarmTopic !== undefined) tellTopics(this, [props.alarmTopic.topicArn])
  }

  /** Allows to read the decision records. */
  grantReadRecords(grantee: IGrantable): Grant {
    return this.storage.records.grantRead(grantee, `${recordPrefix}*`)
  }

  /**
   * Allows what it takes to release a message by the command line: to read what was stopped and why, to write who released it and an
   * entry for its sender, and to queue it for the hand-over, where there is one.
   */
  grantReleaseMail(grantee: IGrantable): Grant {
    return grantRelease(grantee, this.storage, this.behind.handOver)
  }

  /** Allows to read and to change the allow and block entries: who may, decides whose mail passes. */
  grantChangeEntries(grantee: IGrantable): Grant {
    return this.storage.records.grantReadWrite(grantee, `${entryPrefix}*`)
  }

  /** Allows to search for messages in the dashboards, and to read what is in quarantine there. */
  grantSearch(grantee: IGrantable): Grant {
    return this.widgets.read.grantInvoke(grantee)
  }

  /** Allows to release quarantined mail in the dashboards. Throws where nothing is handed over: then nothing can be released. */
  grantReleaseByWidget(grantee: IGrantable): Grant {
    const { release } = this.widgets
    if (release === null)
      throw new Error(
        `${this.node.path} hands nothing over, so that nobody can release mail by a widget: see handOver in docs/configuration.md`,
      )
    return release.grantInvoke(grantee)
  }

  /** Messages with this action; all of them without one. */
  metricMessages(action?: MailAction, options?: MetricOptions): Metric {
    if (action !== undefined) return this.#metric('Messages', 'Sum', { dimensionsMap: { Action: action }, ...options })
    return this.#metric('DecisionMilliseconds', 'SampleCount', options)
  }

  /** Milliseconds that a decision took. */
  metricDecisionTime(options?: MetricOptions): Metric {
    return this.#metric('DecisionMilliseconds', 'p99', options)
  }

  /** Recipients that exist nowhere. */
  metricUnknownRecipients(options?: MetricOptions): Metric {
    return this.#metric('RecipientsUnknown', 'Sum', options)
  }

  /** Recipients of whom nobody could say whether they exist. They count as known. */
  metricDirectoryUnavailable(options?: MetricOptions): Metric {
    return this.#metric('RecipientsUnavailable', 'Sum', options)
  }

  /** Bugs of the filter. The messages were delivered. */
  metricFilterFailures(options?: MetricOptions): Metric {
    return this.#metric('FilterFailures', 'Sum', options)
  }

  /** Records that could not be written. The messages were delivered. */
  metricRecordsNotWritten(options?: MetricOptions): Metric {
    return this.#metric('RecordsNotWritten', 'Sum', options)
  }

  /** Runs a target for every new decision record, by an EventBridge event ("Object Created") with its bucket and key. */
  onDecision(id: string, options: OnEventOptions = {}): Rule {
    const { records } = this.storage
    ;(records.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    }
    const rule = new Rule(this, id, {
      ...(options.description === undefined ? {} : { description: options.description }),
      ...(options.ruleName === undefined ? {} : { ruleName: options.ruleName }),
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [records.bucketName] }, object: { key: [{ prefix: recordPrefix }] } },
      },
    })
    if (options.target !== undefined) rule.addTarget(options.target)
    return rule
  }

  #metric(metricName: string, statistic: string, options: MetricOptions = {}): Metric {
    return new Metric({ namespace: metricNamespace, metricName, statistic, ...options })
  }
}

function partsPropsOf(props: MailFilterProps, where: string): FilterPartsProps {
  const { functions, encryptionKey, permissionsBoundary } = props
  return { config: configOf(props, where), functions, encryptionKey, permissionsBoundary }
}

function configOf(props: MailFilterProps, where: string): Config {
  const { settings = {}, ruleSet, after, hostedZones = {} } = props
  const parsed = parseConfig(withSettings(settings, settingsOf(props)), where)
  if (parsed.kind === 'problems') throw new Error(problemsText(parsed.problems).trimEnd())
  const { config } = parsed
  // Names and ids of constructs may be known to CloudFormation alone; no parser could read them.
  const zones = Object.entries(hostedZones).map(([name, zone]) => [name, zone.hostedZoneId] as const)
  return {
    ...config,
    receiving: {
      ...config.receiving,
      ...(ruleSet && { ruleSet: { name: ruleSet.receiptRuleSetName, after: after?.receiptRuleName ?? null } }),
      hostedZones: { ...config.receiving.hostedZones, ...Object.fromEntries(zones) },
    },
  }
}

type Settings = Readonly<Record<string, unknown>>

/** The props as docs/configuration.md has them. */
function settingsOf(props: MailFilterProps): Settings {
  const { domains, mode, trustedRelays, activate, replaceActive, shareEnforce, identities } = props
  return {
    domains,
    mode,
    trustedRelays,
    recipients: { unknown: props.unknownRecipients },
    dnsbl: { zones: props.lists, stop: props.listsStopAt },
    retention: {
      recordsDays: props.keepRecords?.toDays(),
      mailDays: props.keepMail?.toDays(),
      onDestroy: props.onDestroy,
    },
    receiving: { activate, replaceActive, shareEnforce, identities },
  }
}

/** Sections are put together; what is undefined is as if it were not there. */
function withSettings(below: Settings, above: Settings): Settings {
  const given = Object.entries(above).flatMap(([name, value]): [string, unknown][] => {
    if (value === undefined) return []
    return [[name, isSection(value) ? withSettings(sectionOf(below[name]), value) : value]]
  })
  return { ...below, ...Object.fromEntries(given) }
}

function sectionOf(value: unknown): Settings {
  return isSection(value) ? value : {}
}

function isSection(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
