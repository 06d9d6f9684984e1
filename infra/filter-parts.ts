import type { CustomResource } from 'aws-cdk-lib'
import { ManagedPolicy, PermissionsBoundary, type IManagedPolicy } from 'aws-cdk-lib/aws-iam'
import { Key, type IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { policyOf, type Config } from '../lambda/config.ts'
import { keyPolicy } from '../lambda/config/key-policies.ts'
import { digestPlanOf } from '../lambda/config/digest-plan.ts'
import { probePlanOf } from '../lambda/config/probe-plan.ts'
import { tellTopics } from './alarm-topics.ts'
import { ListAlarms } from './alarms.ts'
import type { BundledFunction } from './bundle.ts'
import { CompactRecords, freshRecordDays } from './compact-records.ts'
import type { Dashboards } from './dashboards.ts'
import { Digest } from './digest.ts'
import { Directory } from './directory.ts'
import { DomainRecords } from './domain-records.ts'
import { FilterAlarms } from './filter-alarms.ts'
import { addDashboards } from './filter-dashboards.ts'
import { FilterFunction } from './filter-function.ts'
import { addHandOver, type HandOverParts } from './hand-over-parts.ts'
import { ImportDirectoryFunction } from './import-directory.ts'
import { leaveNothing } from './leave-nothing.ts'
import { Ledger } from './ledger.ts'
import { LiveAlias } from './live-alias.ts'
import { useKey } from './own-key.ts'
import { ReceiptRules, sharedRuleName } from './receipt-rules.ts'
import { RecordsTable } from './records-table.ts'
import { RuleSetActivation } from './rule-set-activation.ts'
import { ScimEndpoint } from './scim.ts'
import { SentLogFunction } from './sent-log.ts'
import { State } from './state.ts'
import { Storage } from './storage.ts'
import { addWidgets } from './widget-parts.ts'
import type { Widgets } from './widgets.ts'
import { ZoneProbe } from './zone-probe.ts'

export type FilterPartsProps = {
  readonly config: Config
  readonly functions: readonly BundledFunction[]
  /** Encrypts what is stored. @default - as the configuration says */
  readonly encryptionKey?: IKey | undefined
  /** Bounds every role. @default - as the configuration says */
  readonly permissionsBoundary?: IManagedPolicy | undefined
}

/**
 * All parts: where mail and records lie, who exists, the function that decides, the rule that asks it, what makes that rule's
 * set the active one, and the probe of the lists.
 *
 * Logical ids are made of the ids below and of the path above; a part that is renamed or moved is a new one to CloudFormation,
 * and an empty one. `test/infra/kept-resources.txt` holds those that must not change.
 */
export class FilterParts extends Construct {
  readonly storage: Storage
  readonly directory: Directory
  readonly state: State
  readonly ledger: Ledger
  readonly filter: FilterFunction
  /** Null where nobody feeds the sent log from SES. */
  readonly sentLog: SentLogFunction | null
  /** Imports the lists that are dropped in the record bucket. */
  readonly imports: ImportDirectoryFunction
  /** Null where no user list is pushed. */
  readonly scim: ScimEndpoint | null
  readonly live: LiveAlias
  readonly probe: ZoneProbe
  readonly rules: ReceiptRules
  readonly activation: RuleSetActivation
  /** Says which rule set is active: attributes `State` and `Said`. */
  readonly activated: CustomResource
  readonly listAlarms: ListAlarms
  readonly filterAlarms: FilterAlarms
  /** What comes behind the filter: the hand-over where one is configured, and the search for mail without a decision. */
  readonly behind: HandOverParts
  /** Makes one object of the records of an hour. */
  readonly compaction: CompactRecords
  /** Those objects, for Athena. */
  readonly recordsTable: RecordsTable
  /** Null where nobody gets one. */
  readonly digest: Digest | null
  /** What the dashboards show beside charts, and who may ask for it. */
  readonly widgets: Widgets
  readonly dashboards: Dashboards

  constructor(scope: Construct, id: string, props: FilterPartsProps) {
    super(scope, id)
    const { config, functions } = props
    const { logDays } = config.retention
    this.storage = this.#storage(props)
    this.directory = new Directory(this, 'Directory')
    this.state = new State(this, 'State')
    this.ledger = new Ledger(this, 'Ledger')
    const { storage, directory, state, ledger } = this
    const bundle = (name: string): BundledFunction => bundleNamed(name, functions)
    this.filter = new FilterFunction(this, 'Filter', {
      bundle: bundle('filter'),
      policy: policyOf(config),
      logDays,
      storage,
      directory,
      state,
      ledger,
    })
    this.sentLog =
      config.bounces.sentLog === 'ses-events'
        ? new SentLogFunction(this, 'SentLog', { bundle: bundle('sent-log'), logDays, ledger })
        : null
    this.imports = new ImportDirectoryFunction(this, 'Import', {
      bundle: bundle('import-directory'),
      policy: policyOf(config),
      logDays,
      storage,
      directory,
      ledger,
    })
    this.scim = config.scim === null ? null : this.#scimEndpoint(config, config.scim, bundle('scim'))
    const plan = probePlanOf(config)
    this.probe = new ZoneProbe(this, 'Probe', { bundle: bundle('probe-zones'), plan, logDays, storage, state })
    this.listAlarms = new ListAlarms(this, 'ListAlarms', plan)
    const { function: filter } = this.filter
    this.live = new LiveAlias(this, 'Live', { bundle: bundle('try-version'), function: filter, logDays })
    const { receiving } = config
    this.activation = new RuleSetActivation(this, 'Activation', {
      bundle: bundle('activate-rule-set'),
      logDays,
      state,
      receiving,
    })
    this.rules = new ReceiptRules(this, 'Rules', { config, storage, filter: this.live.alias })
    this.behind = addHandOver(this, { config, bundle, storage, state, ledger, rules: this.rules })
    this.compaction = new CompactRecords(this, 'Compaction', {
      bundle: bundle('compact-records'),
      logDays,
      recordsDays: config.retention.recordsDays,
      storage,
    })
    this.recordsTable = new RecordsTable(this, 'RecordsTable', { storage })
    this.digest = this.#digest(config, bundle('digest'))
    this.activated = this.#putInPlace(config)
    this.filterAlarms = this.#watch(config)
    tellTopics(this, config.alarms.topicArns)
    this.widgets = addWidgets(this, { config, bundle, parts: this })
    this.dashboards = addDashboards(this, this, config, { widgets: this.widgets })
  }

  /** The storage, and what holds for every part: whose key it uses, how far its role may go, and whether it outlives the stack. */
  #storage({ config, ...given }: FilterPartsProps): Storage {
    const { retention } = config
    const { kmsKeyArn } = config.encryption
    const key = given.encryptionKey ?? (kmsKeyArn === null ? null : Key.fromKeyArn(this, 'Key', kmsKeyArn))
    const boundary = given.permissionsBoundary ?? boundaryOf(this, config)
    const emptied = retention.onDestroy === 'delete'
    if (key !== null) useKey(this, key)
    if (boundary !== null) PermissionsBoundary.of(this).apply(boundary)
    if (emptied) leaveNothing(this)
    return new Storage(this, 'Storage', { retention, key, emptied, freshRecordDays })
  }

  #scimEndpoint(
    { domains, retention }: Config,
    scim: NonNullable<Config['scim']>,
    bundle: BundledFunction,
  ): ScimEndpoint {
    const { logDays } = retention
    const { concurrency } = scim
    const token = keyPolicy('scim', scim.token)
    return new ScimEndpoint(this, 'Scim', { bundle, token, domains, logDays, concurrency, directory: this.directory })
  }

  #digest(config: Config, bundle: BundledFunction): Digest | null {
    const plan = digestPlanOf(config)
    if (plan === null || config.digest === null) return null
    const { topicArn } = config.digest
    return new Digest(this, 'Digest', {
      bundle,
      plan,
      topicArn,
      logDays: config.retention.logDays,
      storage: this.storage,
    })
  }

  #watch({ alarms, deadlineMs }: Config): FilterAlarms {
    const { timeout, functionName } = this.filter.function
    return new FilterAlarms(this, 'FilterAlarms', {
      thresholds: alarms.thresholds,
      functionName,
      timeoutSeconds: timeout?.toSeconds() ?? 30,
      deadlineMs,
      ruleName: this.rules.rule.receiptRuleName,
    })
  }

  /** In this order: may we, then the version, then the rule, then the set, then the world's mail. */
  #putInPlace(config: Config): CustomResource {
    if (config.receiving.ruleSet !== null) {
      const allowed = this.activation.guardSharedSet(sharedRuleName(this), config.domains)
      this.live.alias.node.addDependency(allowed)
    }
    const active = this.activation.activate(this.rules)
    new DomainRecords(this, 'Domains', { config, after: active })
    // It says for the compaction that nothing is left undone, which a new alarm has to find.
    this.compaction.alarm.node.addDependency(active)
    return active
  }
}

/** The managed policy that the configuration names; null: none. Every role that is made below `scope` is bounded by it. */
export function boundaryOf(scope: Construct, { permissionsBoundary: policy }: Config): IManagedPolicy | null {
  if (policy === null) return null
  return policy.startsWith('arn:')
    ? ManagedPolicy.fromManagedPolicyArn(scope, 'Boundary', policy)
    : ManagedPolicy.fromManagedPolicyName(scope, 'Boundary', policy)
}

function bundleNamed(name: string, functions: readonly BundledFunction[]): BundledFunction {
  const found = functions.find((bundle) => bundle.name === name)
  if (found === undefined) throw new Error(`lambda/functions/${name}.ts was not bundled`)
  return found
}
