import { CfnOutput, Stack, Tags } from 'aws-cdk-lib'
import { PermissionsBoundary } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Config } from '../lambda/config.ts'
import type { BundledFunction } from './bundle.ts'
import type { FilterFunction } from './filter-function.ts'
import { boundaryOf } from './filter-parts.ts'
import { handOverOutputs } from './hand-over-parts.ts'
import { MailFilter } from './mail-filter.ts'
import type { ReceiptRules } from './receipt-rules.ts'
import { recordsTableOutputs } from './records-table.ts'
import { widgetOutputs } from './widget-parts.ts'

export type QuietgateStackProps = {
  readonly config: Config
  readonly functions: readonly BundledFunction[]
  /** What CloudFormation calls it. @default the construct's id */
  readonly stackName?: string
}

/** A mail filter in a stack of its own, with outputs that say where everything is. */
export class QuietgateStack extends Stack {
  readonly mailFilter: MailFilter

  constructor(scope: Construct, id: string, { config, functions, stackName }: QuietgateStackProps) {
    super(scope, id, {
      description: 'An inbound mail filter for Amazon SES that never bounces.',
      ...(stackName === undefined ? {} : { stackName }),
      ...(config.region === null ? {} : { env: { region: config.region } }),
    })
    Tags.of(this).add('application', 'quietgate')
    // The CDK leaves "Default" out of logical ids, so that they are the same as before there was a construct.
    this.mailFilter = new MailFilter(this, 'Default', { config, functions })
    // The CDK makes roles of its own beside the construct.
    const boundary = boundaryOf(this, config)
    if (boundary !== null) PermissionsBoundary.of(this).apply(boundary)
    this.#outputs(config)
  }

  get filter(): FilterFunction {
    return this.mailFilter.filter
  }

  get rules(): ReceiptRules {
    return this.mailFilter.rules
  }

  #outputs(config: Config): void {
    const { storage, directory, state, ledger, filter, probe, sentLog, imports, scim, live, rules, behind, activated } =
      this.mailFilter
    const { recordsTable, widgets, digest } = this.mailFilter
    this.#output('MailBucket', storage.mail.bucketName, 'Received mail, as it came.')
    this.#output('RecordBucket', storage.records.bucketName, 'One decision record a message.')
    this.#output('DirectoryTable', directory.table.tableName, 'Who exists.')
    this.#output('StateTable', state.table.tableName, 'How the lists are, and what of ours stands on them.')
    this.#output('LedgerTable', ledger.table.tableName, 'What was sent, which keys were seen, and which bounces came.')
    this.#output('FilterFunction', filter.function.functionName, 'The function that decides.')
    this.#output('FilterAlias', live.alias.functionArn, 'The version of it that SES asks.')
    this.#output('ProbeFunction', probe.function.functionName, 'The function that asks the lists how they are.')
    if (sentLog !== null) {
      const { function: writer, deadLetters } = sentLog
      this.#output('SentLogFunction', writer.functionName, 'The function that writes down what SES sent.')
      this.#output('SentLogDeadLetters', deadLetters.queueUrl, 'The events of sent mail that it could not write.')
    }
    this.#output('ImportFunction', imports.function.functionName, 'The function that imports lists of recipients.')
    if (scim !== null) this.#output('ScimFunction', scim.function.functionName, 'The function that is told who exists.')
    for (const [name, value, words] of handOverOutputs(behind)) this.#output(name, value, words)
    if (digest !== null)
      this.#output('DigestFunction', digest.function.functionName, 'The function that sends digests.')
    for (const [name, value, words] of widgetOutputs(widgets)) this.#output(name, value, words)
    for (const [name, value, words] of recordsTableOutputs(recordsTable)) this.#output(name, value, words)
    this.#output('Activation', activated.getAttString('Said'), 'Whether mail comes in through it.')
    this.#output('RuleSet', rules.ruleSet.receiptRuleSetName, ruleSetWords(config))
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description })
  }
}

function ruleSetWords({ receiving: { activate } }: Config): string {
  return activate
    ? 'The receipt rule set that mail comes in through. The deploy made it the active one.'
    : 'The receipt rule set. No mail arrives until it is the active one: aws ses set-active-receipt-rule-set ' +
        '--rule-set-name NAME (which displaces the one that is active now).'
}
