import { CfnOutput, Stack, Tags } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { policyOf, type Config } from '../lambda/config.ts'
import { probePlanOf } from '../lambda/config/probe-plan.ts'
import { ListAlarms } from './alarms.ts'
import type { BundledFunction } from './bundle.ts'
import { Directory } from './directory.ts'
import { FilterFunction } from './filter-function.ts'
import { Ledger } from './ledger.ts'
import { ReceiptRules } from './receipt-rules.ts'
import { SentLogFunction } from './sent-log.ts'
import { State } from './state.ts'
import { Storage } from './storage.ts'
import { ZoneProbe } from './zone-probe.ts'

export type QuietgateStackProps = {
  readonly config: Config
  readonly functions: readonly BundledFunction[]
}

/** All of it: where mail and records lie, who exists, the function that decides, the rule that asks it, and the probe of the lists. */
export class QuietgateStack extends Stack {
  readonly storage: Storage
  readonly directory: Directory
  readonly state: State
  readonly ledger: Ledger
  /** Null where nobody feeds the sent log from SES. */
  readonly sentLog: SentLogFunction | null
  readonly filter: FilterFunction
  readonly probe: ZoneProbe
  readonly rules: ReceiptRules
  readonly listAlarms: ListAlarms

  constructor(scope: Construct, id: string, { config, functions }: QuietgateStackProps) {
    super(scope, id, {
      description: 'An inbound mail filter for Amazon SES that never bounces.',
      ...(config.region === null ? {} : { env: { region: config.region } }),
    })
    Tags.of(this).add('application', 'quietgate')
    this.storage = new Storage(this, 'Storage', config)
    this.directory = new Directory(this, 'Directory')
    this.state = new State(this, 'State')
    this.ledger = new Ledger(this, 'Ledger')
    this.filter = new FilterFunction(this, 'Filter', {
      bundle: bundleNamed('filter', functions),
      policy: policyOf(config),
      logDays: config.retention.logDays,
      storage: this.storage,
      directory: this.directory,
      state: this.state,
      ledger: this.ledger,
    })
    this.sentLog = config.bounces.sentLog === 'ses-events' ? this.#sentLog(config, functions) : null
    const plan = probePlanOf(config)
    this.probe = new ZoneProbe(this, 'Probe', {
      bundle: bundleNamed('probe-zones', functions),
      plan,
      logDays: config.retention.logDays,
      storage: this.storage,
      state: this.state,
    })
    this.listAlarms = new ListAlarms(this, 'ListAlarms', plan)
    this.rules = new ReceiptRules(this, 'Rules', { config, storage: this.storage, filter: this.filter })
    this.#output('MailBucket', this.storage.mail.bucketName, 'Received mail, as it came.')
    this.#output('RecordBucket', this.storage.records.bucketName, 'One decision record a message.')
    this.#output('DirectoryTable', this.directory.table.tableName, 'Who exists.')
    this.#output('StateTable', this.state.table.tableName, 'How the lists are, and what of ours stands on them.')
    this.#output(
      'LedgerTable',
      this.ledger.table.tableName,
      'What was sent, which keys were seen, and which bounces came.',
    )
    this.#output('FilterFunction', this.filter.function.functionName, 'The function that decides.')
    this.#output('ProbeFunction', this.probe.function.functionName, 'The function that asks the lists how they are.')
    if (this.sentLog !== null) {
      const { function: writer, deadLetters } = this.sentLog
      this.#output('SentLogFunction', writer.functionName, 'The function that writes down what SES sent.')
      this.#output('SentLogDeadLetters', deadLetters.queueUrl, 'The events of sent mail that it could not write.')
    }
    this.#output('RuleSet', this.rules.ruleSet.receiptRuleSetName, activation)
  }

  #sentLog(config: Config, functions: readonly BundledFunction[]): SentLogFunction {
    return new SentLogFunction(this, 'SentLog', {
      bundle: bundleNamed('sent-log', functions),
      logDays: config.retention.logDays,
      ledger: this.ledger,
    })
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description })
  }
}

const activation =
  'The receipt rule set. No mail arrives until it is the active one: aws ses set-active-receipt-rule-set ' +
  '--rule-set-name NAME (which displaces the one that is active now).'

function bundleNamed(name: string, functions: readonly BundledFunction[]): BundledFunction {
  const found = functions.find((bundle) => bundle.name === name)
  if (found === undefined) throw new Error(`lambda/functions/${name}.ts was not bundled`)
  return found
}
