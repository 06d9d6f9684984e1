import { CustomResource, Duration, RemovalPolicy, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Alias, Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { BundledFunction } from './bundle.ts'
import { codeOf } from './function-code.ts'

export type LiveAliasProps = {
  readonly bundle: BundledFunction
  /** The filter. */
  readonly function: LambdaFunction
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
}

/**
 * The alias `live` of the filter, which the receipt rule names, and the trial that a new version has to pass before the alias
 * moves to it. If it fails, the deploy fails, and the version before goes on answering SES.
 *
 * Versions stay: `aws lambda update-alias` goes back to the one before in a second.
 */
export class LiveAlias extends Construct {
  readonly alias: Alias
  /** The function that tries a version. */
  readonly function: LambdaFunction

  constructor(scope: Construct, id: string, { bundle, function: filter, logDays }: LiveAliasProps) {
    super(scope, id)
    const version = filter.currentVersion
    version.applyRemovalPolicy(RemovalPolicy.RETAIN)
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    const role = this.#role(filter, logGroup)
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Tries a new version of the filter before it gets mail.',
      code: codeOf(this, bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 128,
      // Five tries of 40 s each, and the pauses between them.
      timeout: Duration.minutes(4),
      role,
      logGroup,
    })
    const trial = new CustomResource(this, 'Trial', {
      serviceToken: this.function.functionArn,
      resourceType: 'Custom::QuietgateTrial',
      properties: { Version: version.functionArn },
      serviceTimeout: Duration.minutes(5),
    })
    this.alias = new Alias(this, 'Alias', {
      aliasName: 'live',
      version,
      description: 'The version that SES asks. A version that fails its trial never gets here.',
    })
    this.alias.node.addDependency(trial)
  }

  #role(filter: LambdaFunction, logGroup: LogGroup): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the trial of a version may do: invoke versions of the filter.',
    })
    for (const statement of [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [`${filter.functionArn}:*`] }),
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    const filterId = Stack.of(this).getLogicalId(filter.node.defaultChild as CfnResource)
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${filterId}.Arn>:*]`,
      reason: 'The number of the version is not known before it is made; only versions of the filter are meant.',
    })
    return role
  }
}
