import { Duration, RemovalPolicy, Size, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import { descriptionOf } from './alarm-text.ts'
import type { BundledFunction } from './bundle.ts'
import { codeOf } from './function-code.ts'
import { recordPrefix, type Storage } from './storage.ts'

/** Compacted records, `records/dt=YYYY-MM-DD/HOUR.ndjson.gz`; core/compaction/hours.ts makes the keys. */
export const compactedPrefix = 'records/'

/**
 * For so many days fresh records are kept where they are compacted: `new Storage(..., { freshRecordDays })`. The alarm comes after six
 * hours. SES asks about a message for up to 36 hours, and has to find its first decision among them.
 */
export const freshRecordDays = 14

export type CompactRecordsProps = {
  /** lambda/functions/compact-records.ts */
  readonly bundle: BundledFunction
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  /** For so many days compacted records are kept. */
  readonly recordsDays: number
  readonly storage: Storage
}

/**
 * The function that makes one compressed object of the records of each hour that is over. It deletes nothing: fresh records
 * end by the lifecycle rule of `in/` in storage.ts, and the alarm comes long before.
 *
 * A record is read once (S3 User Guide, "Amazon S3 pricing": $0.40 a million), and a run lists three to five days of them.
 */
export class CompactRecords extends Construct {
  readonly function: LambdaFunction
  readonly rule: Rule
  readonly alarm: Alarm

  constructor(scope: Construct, id: string, props: CompactRecordsProps) {
    super(scope, id)
    const { bundle, logDays, recordsDays, storage } = props
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    storage.records.addLifecycleRule({
      id: `records-${recordsDays}-days`,
      prefix: compactedPrefix,
      expiration: Duration.days(recordsDays),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    })
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Makes one object of the decision records of each hour.',
      code: codeOf(this, bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 1024,
      // Two million compressed records of an hour.
      ephemeralStorageSize: Size.gibibytes(2),
      timeout: Duration.minutes(15),
      // The next run does the same work; one that comes late would only meet it.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(30),
      role: this.#role(storage, logGroup),
      logGroup,
      environment: { RECORD_BUCKET: storage.records.bucketName },
    })
    this.rule = new Rule(this, 'Schedule', {
      description: 'Runs the compaction of the decision records.',
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaTarget(this.function)],
    })
    this.alarm = this.#alarm()
  }

  #role({ records }: Storage, logGroup: LogGroup): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the compaction may do: read fresh records, write compacted ones. It may delete nothing.',
    })
    const compacted = records.arnForObjects(`${compactedPrefix}*`)
    for (const statement of [
      allow(['s3:ListBucket'], [records.bucketArn]),
      allow(['s3:GetObject'], [records.arnForObjects(`${recordPrefix}*`), compacted]),
      allow(['s3:PutObject'], [compacted]),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    const name = Stack.of(role).getLogicalId(records.node.defaultChild as CfnResource)
    const reason =
      'Every record and every hour has a key of its own below this prefix; the role can reach no other part of the bucket.'
    const ids = [recordPrefix, compactedPrefix].map((prefix) => `AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`)
    Validations.of(role).acknowledge(...ids.map((id) => ({ id, reason })))
    return role
  }

  /**
   * No data is alarming, too: a compaction that does not run at all says nothing. For a new stack, whose first run comes after an hour, the
   * activation says that nothing is left undone yet (lambda/functions/activate-rule-set.ts), before the alarm is made.
   */
  #alarm(): Alarm {
    return new Alarm(this, 'HoursNotCompactedAlarm', {
      metric: new Metric({
        namespace: metricNamespace,
        metricName: 'HoursNotCompacted',
        statistic: 'Maximum',
        period: Duration.hours(1),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 6,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: descriptionOf({
        means: 'For six hours the decision records of a finished hour could not be compacted.',
        lost: 'No. Records are lost if it lasts for 14 days, when the fresh ones end.',
        first: "aws logs tail (the compaction's log group), --since 6h.",
        heading: 'HoursNotCompacted',
      }),
    })
  }
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}
