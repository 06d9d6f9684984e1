import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { BundledFunction } from './bundle.ts'
import { codeOf } from './function-code.ts'
import type { Ledger } from './ledger.ts'

export type SentLogFunctionProps = {
  readonly bundle: BundledFunction
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly ledger: Ledger
}

/**
 * The function that writes into the ledger what SES says it sent. It can write items there, and nothing else.
 *
 * No mail waits for it. An event that is lost costs a proof: a bounce of that message may be `unverified`.
 */
export class SentLogFunction extends Construct {
  readonly function: LambdaFunction
  readonly rule: Rule
  /** The events that could not be written in six hours. */
  readonly deadLetters: Queue
  readonly alarm: Alarm

  constructor(scope: Construct, id: string, { bundle, logDays, ledger }: SentLogFunctionProps) {
    super(scope, id)
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the writer of the sent log may do: write it, and put aside what it could not write.',
    })
    for (const statement of [
      new PolicyStatement({ actions: ['dynamodb:BatchWriteItem'], resources: [ledger.table.tableArn] }),
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Writes down what SES sent.',
      code: codeOf(this, bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout: Duration.seconds(30),
      // An event is written as often as it comes, so that another try does no harm.
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      deadLetterQueue: this.deadLetters,
      role,
      logGroup,
      environment: { LEDGER_TABLE: ledger.table.tableName },
    })
    this.rule = new Rule(this, 'Rule', {
      description: 'What SES sent, of the configuration sets that tell EventBridge.',
      eventPattern: { source: ['aws.ses'], detailType: ['Email Sent'] },
      targets: [new LambdaTarget(this.function, { deadLetterQueue: this.deadLetters })],
    })
    this.alarm = this.#alarm()
  }

  #alarm(): Alarm {
    return new Alarm(this, 'DeadLettersAlarm', {
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // A queue that nobody uses for hours sends no data.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription:
        'Events of mail that SES sent could not be written into the sent log. ' +
        'Is mail being lost? No; a bounce of that mail may lack its proof. ' +
        'First: aws sqs receive-message --queue-url SENT_LOG_DEAD_LETTERS --message-attribute-names All ' +
        '(the errors stand beside the events). ' +
        'More: docs/operations.md, sent-log-dead-letters.',
    })
  }
}
