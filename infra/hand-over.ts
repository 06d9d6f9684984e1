import { Duration, RemovalPolicy, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime, type Code } from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { handOverKeys, type HandOverPlan } from '../lambda/config/hand-over-plan.ts'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import { descriptionOf, type AlarmText } from './alarm-text.ts'
import type { BundledFunction } from './bundle.ts'
import { codeOf, codeWith } from './function-code.ts'
import { keyStatements } from './key-permissions.ts'
import type { Ledger } from './ledger.ts'
import { mailPrefix, recordPrefix, type Storage } from './storage.ts'

export type HandOverProps = {
  /** lambda/functions/hand-over.ts */
  readonly receiver: BundledFunction
  /** lambda/functions/deliver.ts */
  readonly worker: BundledFunction
  readonly plan: HandOverPlan
  /** How many messages are handed over at once; at least 2. */
  readonly concurrency: number
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly storage: Storage
  readonly ledger: Ledger
}

/**
 * What the filter lets go on is handed over to the operator's own server, topic, queue or bus.
 *
 * SES tells `receiver` (as the receipt rule's last action, asynchronously), which puts the message into a queue that keeps it
 * for two weeks; `worker` empties the queue. Nothing here can send through SES, and nothing is ever told to a sender.
 */
export class HandOver extends Construct {
  readonly receiver: LambdaFunction
  readonly worker: LambdaFunction
  readonly queue: Queue
  /** What a target refused for good, what could not be handed over in ten days, and events that did not get into the queue. */
  readonly deadLetters: Queue
  readonly alarms: readonly Alarm[]

  constructor(scope: Construct, id: string, props: HandOverProps) {
    super(scope, id)
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) }
    this.deadLetters = new Queue(this, 'DeadLetters', common)
    this.queue = new Queue(this, 'Queue', {
      ...common,
      // Lambda Developer Guide, "Using Lambda with Amazon SQS": six times the worker's timeout.
      visibilityTimeout: Duration.minutes(18),
      // A target that is down for days is no reason: the worker itself gives up in time. This is for a message that ends it.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 1000 },
    })
    this.receiver = this.#receiver(props)
    this.worker = this.#worker(props)
    this.alarms = [this.#deadLettersAlarm(), this.#waitingAlarm(), this.#idleAlarm()]
  }

  #receiver({ receiver, logDays, storage }: HandOverProps): LambdaFunction {
    const logs = this.#logs('ReceiverLogs', logDays)
    const role = this.#role('ReceiverRole', 'What may be done with a delivered message: queue it.', [
      allow(['sqs:SendMessage'], [this.queue.queueArn]),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logs.logGroupArn]),
    ])
    return this.#function('Receiver', role, logs, codeOf(this, receiver), {
      description: 'Queues what the filter has let go on.',
      timeout: Duration.seconds(30),
      // It is queued as often as it comes; the worker's marks keep it from being handed over twice.
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      deadLetterQueue: this.deadLetters,
      environment: {
        MAIL_BUCKET: storage.mail.bucketName,
        MAIL_PREFIX: mailPrefix,
        HAND_OVER_QUEUE: this.queue.queueUrl,
      },
    })
  }

  #worker({ worker, plan, concurrency, logDays, storage, ledger }: HandOverProps): LambdaFunction {
    const { mail, records } = storage
    const logs = this.#logs('WorkerLogs', logDays)
    const role = this.#role('WorkerRole', 'What handing over needs: mail, its decision, marks, and the target.', [
      allow(['s3:GetObject'], [mail.arnForObjects(`${mailPrefix}*`), records.arnForObjects(`${recordPrefix}*`)]),
      // Without it S3 says 403 of a record that does not exist, which could be one that must be obeyed.
      allow(['s3:ListBucket'], [mail.bucketArn, records.bucketArn]),
      allow(['dynamodb:UpdateItem'], [ledger.table.tableArn]),
      allow(['sqs:SendMessage'], [this.deadLetters.queueArn]),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logs.logGroupArn]),
      ...keyStatements(this, handOverKeys(plan)),
      ...targetStatements(plan),
    ])
    const fn = this.#function('Worker', role, logs, codeWith(this, worker, 'deliver.json', plan), {
      description: 'Hands delivered mail over.',
      timeout: Duration.minutes(3),
      environment: {
        MAIL_BUCKET: mail.bucketName,
        MAIL_PREFIX: mailPrefix,
        RECORD_BUCKET: records.bucketName,
        LEDGER_TABLE: ledger.table.tableName,
        HAND_OVER_QUEUE: this.queue.queueUrl,
        DEAD_LETTERS: this.deadLetters.queueUrl,
      },
    })
    fn.addEventSource(
      // One message at a time: a large one must not take the time of others with it.
      new SqsEventSource(this.queue, { batchSize: 1, maxConcurrency: concurrency, reportBatchItemFailures: true }),
    )
    acknowledgeWildcards(role, [
      [mail, mailPrefix],
      [records, recordPrefix],
    ])
    return fn
  }

  #function(
    id: string,
    role: Role,
    logGroup: LogGroup,
    code: Code,
    settings: Pick<
      ConstructorParameters<typeof LambdaFunction>[2],
      'description' | 'timeout' | 'retryAttempts' | 'maxEventAge' | 'deadLetterQueue' | 'environment'
    >,
  ): LambdaFunction {
    return new LambdaFunction(this, id, {
      ...settings,
      code,
      role,
      logGroup,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
    })
  }

  #logs(id: string, logDays: number): LogGroup {
    const logGroup = new LogGroup(this, id, { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    return logGroup
  }

  #role(id: string, description: string, statements: readonly PolicyStatement[]): Role {
    const role = new Role(this, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description })
    const silence = new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] })
    for (const statement of [...statements, silence]) role.addToPolicy(statement)
    return role
  }

  #deadLettersAlarm(): Alarm {
    const metric = this.deadLetters.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(5),
      statistic: 'Maximum',
    })
    return this.#alarm('DeadLettersAlarm', metric, 1, 1, {
      means: 'Delivered mail could not be handed over, and nobody tries again.',
      lost: 'Not yet: it lies among the dead letters for two weeks, and in the mail bucket.',
      first: 'aws sqs receive-message --queue-url HAND_OVER_DEAD_LETTERS (what the target answered stands in it).',
      heading: 'hand-over-dead-letters',
    })
  }

  /**
   * On what the worker itself says: SQS Developer Guide, "Available CloudWatch metrics": the age of the oldest message leaves out
   * those that were received more than three times, which are all that wait for a target that is down.
   */
  #waitingAlarm(): Alarm {
    const metric = new Metric({
      namespace: metricNamespace,
      metricName: 'HandOverWaitedSeconds',
      // A message is tried at least twice an hour.
      period: Duration.hours(1),
      statistic: 'Maximum',
    })
    return this.#alarm('WaitingAlarm', metric, 3600, 1, {
      means: 'A delivered message has been waiting for more than an hour: the target is down, or does not want it now.',
      lost: 'No; it is tried for ten days. It is late.',
      first: "aws logs tail (the worker's log group): each try says what was answered.",
      heading: 'hand-over-waiting',
    })
  }

  #idleAlarm(): Alarm {
    const metric = this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5), statistic: 'Maximum' })
    return this.#alarm('IdleAlarm', metric, 3600, 1, {
      means: 'For more than an hour nobody has taken delivered mail out of its queue: the worker does not run.',
      lost: 'Not yet; the queue keeps it for two weeks.',
      first: 'aws lambda list-event-source-mappings --function-name HAND_OVER_WORKER',
      heading: 'hand-over-idle',
    })
  }

  #alarm(id: string, metric: IMetric, threshold: number, periods: number, text: AlarmText): Alarm {
    return new Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // A queue that nobody uses for hours sends no data.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: descriptionOf(text),
    })
  }
}

function targetStatements({ target }: HandOverPlan): readonly PolicyStatement[] {
  switch (target.kind) {
    case 'sns':
      return [allow(['sns:Publish'], [target.topicArn])]
    case 'sqs':
      return [allow(['sqs:SendMessage'], [target.queueArn])]
    case 'eventbridge':
      return [allow(['events:PutEvents'], [target.busArn])]
    case 'smtp':
      return []
  }
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}

function acknowledgeWildcards(role: Role, places: readonly (readonly [Storage['mail'], string])[]): void {
  const reason = 'Every message has a key of its own below this prefix; the role can reach no other part of the bucket.'
  const ids = places.map(([bucket, prefix]) => {
    const name = Stack.of(role).getLogicalId(bucket.node.defaultChild as CfnResource)
    return `AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`
  })
  Validations.of(role).acknowledge(...ids.map((id) => ({ id, reason })))
}
