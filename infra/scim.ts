import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  Function as LambdaFunction,
  FunctionUrlAuthType,
  Runtime,
  type FunctionUrl,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import type { DomainPolicy, KeyPolicy } from '../lambda/core/policy.ts'
import type { BundledFunction } from './bundle.ts'
import type { Directory } from './directory.ts'
import { codeWith } from './function-code.ts'
import { keyStatements } from './key-permissions.ts'

export type ScimEndpointProps = {
  readonly bundle: BundledFunction
  /** Where the bearer tokens are kept: one line each, at most two. */
  readonly token: KeyPolicy
  readonly domains: readonly Pick<DomainPolicy, 'name' | 'foldCase' | 'aliasOf'>[]
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly directory: Directory
  /** How many requests are worked on at once. @default 5 */
  readonly concurrency?: number
}

/**
 * The function that Entra ID, Okta and others tell who exists, its URL, and the table of what they told.
 *
 * The URL is open to the world, because those clients sign nothing: the function compares the bearer token of every request
 * before anything else. It can remove nothing from the directory, and no flood of requests takes more than its own part of
 * the account's concurrency, which the filter needs.
 */
export class ScimEndpoint extends Construct {
  readonly function: LambdaFunction
  readonly url: FunctionUrl
  readonly table: Table
  readonly alarm: Alarm

  constructor(scope: Construct, id: string, props: ScimEndpointProps) {
    super(scope, id)
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // What it holds of the directory would otherwise be held by nobody who is known.
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = props.logDays
    const plan = { token: props.token, domains: props.domains.map(servedDomain) }
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Is told who exists, by SCIM.',
      code: codeWith(this, props.bundle, 'scim.json', plan),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: Duration.seconds(30),
      reservedConcurrentExecutions: props.concurrency ?? 5,
      role: this.#role(props, logGroup),
      logGroup,
      environment: { SCIM_TABLE: this.table.tableName, DIRECTORY_TABLE: props.directory.table.tableName },
    })
    this.url = this.function.addFunctionUrl({ authType: FunctionUrlAuthType.NONE })
    this.alarm = this.#alarm()
    new CfnOutput(this, 'Url', {
      value: `${this.url.url}scim/v2`,
      description: 'The SCIM endpoint: the tenant URL of Entra ID, the base URL of Okta.',
    })
  }

  #role({ token, directory }: ScimEndpointProps, logGroup: LogGroup): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the SCIM endpoint may do: keep users and groups, and say in the directory who exists.',
    })
    for (const statement of [
      allow(
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Scan'],
        this.table.tableArn,
      ),
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], directory.table.tableArn),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn),
      ...keyStatements(this, [token]),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    return role
  }

  #alarm(): Alarm {
    return new Alarm(this, 'FailuresAlarm', {
      metric: new Metric({
        namespace: metricNamespace,
        metricName: 'ScimFailures',
        statistic: 'Sum',
        period: Duration.minutes(5),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // A request that failed once is repeated; what fails for a quarter of an hour needs somebody.
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription:
        'The SCIM endpoint has not been able to do what it was asked for 15 minutes. ' +
        'Is mail being lost? Mail to addresses that are new since then may be stopped, where the domain enforces. ' +
        'First: read the log group of the SCIM function. ' +
        'More: docs/operations.md, ScimFailures.',
    })
  }
}

function servedDomain({ name, foldCase, aliasOf }: ScimEndpointProps['domains'][number]) {
  return { name, foldCase, aliasOf }
}

function allow(actions: string[], resource: string): PolicyStatement {
  return new PolicyStatement({ actions, resources: [resource] })
}
