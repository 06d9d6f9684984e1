import { Duration, RemovalPolicy, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { ProbePlan } from '../lambda/config/probe-plan.ts'
import type { BundledFunction } from './bundle.ts'
import { codeWith } from './function-code.ts'
import { keyStatements } from './key-permissions.ts'
import type { State } from './state.ts'
import { eventPrefix, type Storage } from './storage.ts'

export type ZoneProbeProps = {
  readonly bundle: BundledFunction
  readonly plan: ProbePlan
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly storage: Storage
  readonly state: State
}

/**
 * The function that asks every list once a minute whether it still works, and every 15 minutes whether we stand on it.
 *
 * Mail is judged without it. It can write events and states, and nothing else.
 */
export class ZoneProbe extends Construct {
  readonly function: LambdaFunction
  readonly rule: Rule

  constructor(scope: Construct, id: string, { bundle, plan, logDays, storage, state }: ZoneProbeProps) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the probe of the lists may do: keep their states, write down what changed.',
    })
    const { records } = storage
    for (const statement of [
      allow(['s3:PutObject'], [records.arnForObjects(`${eventPrefix}*`)]),
      allow(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], [state.table.tableArn]),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      ...keyStatements(this, plan.policy.keys),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Asks the lists whether they work, and whether we stand on them.',
      code: codeWith(this, bundle, 'probe.json', plan),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout: Duration.seconds(50),
      // The next minute's run does the same work; one that comes late would only meet it.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      role,
      logGroup,
      environment: { RECORD_BUCKET: records.bucketName, STATE_TABLE: state.table.tableName },
    })
    this.rule = new Rule(this, 'Schedule', {
      description: 'Runs the probe of the lists.',
      schedule: Schedule.rate(Duration.minutes(1)),
      enabled: plan.policy.dnsxl.zones.length + plan.outbound.domainZones.length > 0,
      targets: [new LambdaTarget(this.function)],
    })
    const bucket = Stack.of(role).getLogicalId(records.node.defaultChild as CfnResource)
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${eventPrefix}*]`,
      reason: 'Every event has a key of its own below this prefix; the role can reach no other part of the bucket.',
    })
  }
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}
