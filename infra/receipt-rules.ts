import { Stack } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { ReceiptRule, ReceiptRuleSet, TlsPolicy, type IReceiptRuleSet } from 'aws-cdk-lib/aws-ses'
import { Lambda, LambdaInvocationType, S3 } from 'aws-cdk-lib/aws-ses-actions'
import { Construct } from 'constructs'
import type { Config } from '../lambda/config.ts'
import { mailPrefix, type Storage } from './storage.ts'

export type ReceiptRulesProps = {
  readonly config: Pick<Config, 'domains' | 'receiving'>
  readonly storage: Storage
  /** Whom SES asks: the alias of the filter, so that a version gets mail only after its trial. */
  readonly filter: IFunction
}

/**
 * The rule for all domains, in a rule set of its own or in one that the operator names.
 *
 * One rule, because SES asks once for each rule that matches: a message to two domains would be decided twice, and nothing says
 * that a stop in one rule leaves the recipients of the other alone. The mail is stored before the function is asked, so
 * that whatever is stopped can be released.
 */
export class ReceiptRules extends Construct {
  readonly ruleSet: IReceiptRuleSet
  readonly rule: ReceiptRule

  constructor(scope: Construct, id: string, { config, storage, filter }: ReceiptRulesProps) {
    super(scope, id)
    const { ruleSet: named } = config.receiving
    // Not `dropSpam`: it stops mail when SPF or DKIM alone fails, as forwarded mail does.
    this.ruleSet =
      named === null
        ? new ReceiptRuleSet(this, 'RuleSet')
        : ReceiptRuleSet.fromReceiptRuleSetName(this, 'RuleSet', named.name)
    const after = named?.after ?? null
    this.rule = new ReceiptRule(this, 'Rule', {
      ruleSet: this.ruleSet,
      ...(named === null ? {} : { receiptRuleName: sharedRuleName(scope) }),
      ...(after === null ? {} : { after: ReceiptRule.fromReceiptRuleName(this, 'After', after) }),
      recipients: config.domains.map(({ name }) => name),
      // CloudFormation's default is no scan, and then every verdict is DISABLED.
      scanEnabled: true,
      // Mail from servers without TLS is still mail; to refuse it is for the operator's MX policy (MTA-STS), not for a filter.
      tlsPolicy: TlsPolicy.OPTIONAL,
      actions: [
        new S3({ bucket: storage.mail, objectKeyPrefix: mailPrefix }),
        new Lambda({ function: filter, invocationType: LambdaInvocationType.REQUEST_RESPONSE }),
      ],
    })
  }
}

/** A name that is known before the rule is made: whoever checks the other rules of the set must be able to tell it from them. */
export function sharedRuleName(scope: Construct): string {
  return `${Stack.of(scope).stackName.slice(0, 50)}-filter`
}
