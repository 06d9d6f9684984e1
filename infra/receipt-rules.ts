import { ReceiptRule, ReceiptRuleSet, TlsPolicy } from 'aws-cdk-lib/aws-ses'
import { Lambda, LambdaInvocationType, S3 } from 'aws-cdk-lib/aws-ses-actions'
import { Construct } from 'constructs'
import type { Config } from '../lambda/config.ts'
import type { FilterFunction } from './filter-function.ts'
import { mailPrefix, type Storage } from './storage.ts'

export type ReceiptRulesProps = {
  readonly config: Pick<Config, 'domains'>
  readonly storage: Storage
  readonly filter: FilterFunction
}

/**
 * The rule set, with one rule for all domains.
 *
 * One, because SES asks once for each rule that matches: a message to two domains would be decided twice, and nothing says
 * that a stop in one rule leaves the recipients of the other alone. The mail is stored before the function is asked, so
 * that whatever is stopped can be released.
 */
export class ReceiptRules extends Construct {
  readonly ruleSet: ReceiptRuleSet
  readonly rule: ReceiptRule

  constructor(scope: Construct, id: string, { config, storage, filter }: ReceiptRulesProps) {
    super(scope, id)
    // Not `dropSpam`: it stops mail when SPF or DKIM alone fails, as forwarded mail does.
    this.ruleSet = new ReceiptRuleSet(this, 'RuleSet')
    this.rule = new ReceiptRule(this, 'Rule', {
      ruleSet: this.ruleSet,
      recipients: config.domains.map(({ name }) => name),
      // CloudFormation's default is no scan, and then every verdict is DISABLED.
      scanEnabled: true,
      // Mail from servers without TLS is still mail; to refuse it is for the operator's MX policy (MTA-STS), not for a filter.
      tlsPolicy: TlsPolicy.OPTIONAL,
      actions: [
        new S3({ bucket: storage.mail, objectKeyPrefix: mailPrefix }),
        new Lambda({ function: filter.function, invocationType: LambdaInvocationType.REQUEST_RESPONSE }),
      ],
    })
  }
}
