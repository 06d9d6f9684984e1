import { CustomResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Receiving } from '../lambda/config.ts'
import type { BundledFunction } from './bundle.ts'
import { codeOf } from './function-code.ts'
import type { ReceiptRules } from './receipt-rules.ts'
import type { State } from './state.ts'

export type RuleSetActivationProps = {
  readonly bundle: BundledFunction
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly state: State
  readonly receiving: Receiving
}

/**
 * The function that makes a receipt rule set the active one, which CloudFormation cannot, and the resources that have it do so.
 *
 * It answers CloudFormation itself. The CDK's framework for that would bring a second function and a role that may invoke
 * every version of the first one, to wait for something that takes seconds. Its role is the only one here with a permission
 * for SES, and none of those sends.
 */
export class RuleSetActivation extends Construct {
  readonly function: LambdaFunction
  readonly #receiving: Receiving

  constructor(scope: Construct, id: string, { bundle, logDays, state, receiving }: RuleSetActivationProps) {
    super(scope, id)
    this.#receiving = receiving
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description:
        'What the activation of the receipt rule set may do: look, activate, and remember what was active before.',
    })
    for (const statement of statementsFor(state, logGroup)) role.addToPolicy(statement)
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Makes the receipt rule set the active one, when the stack is deployed.',
      code: codeOf(this, bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      // Four calls of SES, each with a minute of patience while SES is busy.
      timeout: Duration.minutes(6),
      role,
      logGroup,
      environment: { STATE_TABLE: state.table.tableName },
    })
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The actions of SES for receipt rule sets know no resources (Service Authorization Reference, Amazon SES).',
    })
  }

  /** Refuses the deploy where the filter must not stop mail in a set of somebody else's. What it is to stop depends on it. */
  guardSharedSet(
    ruleName: string,
    domains: readonly { readonly name: string; readonly mode: string }[],
  ): CustomResource {
    return this.#resource('SharedSet', 'Custom::QuietgateSharedSet', {
      Asks: 'may-share',
      RuleSet: this.#receiving.ruleSet?.name,
      After: this.#receiving.ruleSet?.after ?? '',
      Rule: ruleName,
      Domains: domains.map(({ name }) => name),
      Enforces: domains.some(({ mode }) => mode === 'enforce'),
      ShareEnforce: this.#receiving.shareEnforce,
    })
  }

  /** After the rule, because a set without it would refuse all mail; and so, when the stack goes, before the rule and the set. */
  activate({ ruleSet, rule }: ReceiptRules): CustomResource {
    const { activate, replaceActive } = this.#receiving
    const resource = this.#resource('RuleSet', 'Custom::QuietgateActivation', {
      Asks: 'activate',
      RuleSet: ruleSet.receiptRuleSetName,
      Rule: rule.receiptRuleName,
      Own: this.#receiving.ruleSet === null,
      Activate: activate,
      ReplaceActive: replaceActive,
    })
    resource.node.addDependency(rule)
    return resource
  }

  #resource(id: string, resourceType: string, properties: Readonly<Record<string, unknown>>): CustomResource {
    return new CustomResource(this, id, {
      serviceToken: this.function.functionArn,
      resourceType,
      properties,
      // CloudFormation would wait for an hour, should the function not even start.
      serviceTimeout: Duration.minutes(7),
    })
  }
}

function statementsFor(state: State, logGroup: LogGroup): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['ses:DescribeActiveReceiptRuleSet', 'ses:DescribeReceiptRuleSet', 'ses:SetActiveReceiptRuleSet'],
      resources: ['*'],
    }),
    new PolicyStatement({ effect: Effect.DENY, actions: ['ses:Send*'], resources: ['*'] }),
    new PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: [state.table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['active-before#*'] } },
    }),
    new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
  ]
}
