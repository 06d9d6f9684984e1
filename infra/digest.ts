import { Duration, RemovalPolicy, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { DigestPlan } from '../lambda/config/digest-plan.ts'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import { descriptionOf } from './alarm-text.ts'
import type { BundledFunction } from './bundle.ts'
import { compactedPrefix } from './compact-records.ts'
import { codeWith } from './function-code.ts'
import { entryPrefix, eventPrefix, recordPrefix, type Storage } from './storage.ts'

/** Which digests went out; lambda/digest/marks.ts makes the keys. */
export const digestPrefix = 'digests/'

/** For so many days it is known that a digest went out. Only the last day is ever asked for. */
const markDays = 30

export type DigestProps = {
  /** lambda/functions/digest.ts */
  readonly bundle: BundledFunction
  readonly plan: DigestPlan
  /** The operator's. */
  readonly topicArn: string
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly storage: Storage
}

/**
 * The function that tells the administrators of each domain every day what became of its mail, through a topic of the operator's.
 *
 * It runs every hour at the minute that was asked for: the first run after that time sends, the others find that it is done. So a run that
 * failed or never happened is made good an hour later, and the metric behind the alarm never goes quiet.
 */
export class Digest extends Construct {
  readonly function: LambdaFunction
  readonly rule: Rule
  readonly alarm: Alarm

  constructor(scope: Construct, id: string, props: DigestProps) {
    super(scope, id)
    const { bundle, plan, topicArn, logDays, storage } = props
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    storage.records.addLifecycleRule({
      id: `digests-${markDays}-days`,
      prefix: digestPrefix,
      expiration: Duration.days(markDays),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    })
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Tells the administrators of each domain once a day what became of its mail.',
      code: codeWith(this, bundle, 'digest.json', plan),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 1024,
      timeout: Duration.minutes(15),
      // The next run does the same work; one that comes late would only meet it.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(30),
      role: this.#role(props, logGroup),
      logGroup,
      environment: { RECORD_BUCKET: storage.records.bucketName, DIGEST_TOPIC: topicArn },
    })
    this.rule = new Rule(this, 'Schedule', {
      description: 'Runs the digest.',
      schedule: Schedule.cron({ minute: String(plan.atMinute % 60) }),
      targets: [new LambdaTarget(this.function)],
    })
    this.alarm = this.#alarm()
  }

  #role({ storage: { records }, topicArn }: DigestProps, logGroup: LogGroup): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the digest may do: read what happened, tell the topic, and note that it has.',
    })
    const marks = records.arnForObjects(`${digestPrefix}*`)
    const below = readPrefixes.map((prefix) => records.arnForObjects(`${prefix}*`))
    for (const statement of [
      // Without it S3 answers 403 for an object that is not there.
      allow(['s3:ListBucket'], [records.bucketArn]),
      allow(['s3:GetObject'], [...below, marks]),
      allow(['s3:PutObject'], [marks]),
      allow(['sns:Publish'], [topicArn]),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    const name = Stack.of(role).getLogicalId(records.node.defaultChild as CfnResource)
    const reason =
      'Every object has a key of its own below this prefix; the role can reach no other part of the bucket.'
    const ids = [...readPrefixes, digestPrefix].map((prefix) => `AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`)
    Validations.of(role).acknowledge(...ids.map((id) => ({ id, reason })))
    return role
  }

  /** No data is alarming, too: that a digest stopped without a word is what it is there to prevent. */
  #alarm(): Alarm {
    return new Alarm(this, 'MissingAlarm', {
      metric: new Metric({
        namespace: metricNamespace,
        metricName: 'DigestsMissing',
        statistic: 'Maximum',
        period: Duration.hours(1),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: descriptionOf({
        means: 'For three hours the digest of yesterday could not be sent for at least one domain.',
        lost: 'No. Only the news of it.',
        first: "aws logs tail (the digest's log group), --since 3h.",
        heading: 'DigestsMissing',
      }),
    })
  }
}

const readPrefixes = [
  ...[recordPrefix, compactedPrefix, eventPrefix, entryPrefix],
  // What became of each import; lambda/import-directory/archive.ts makes the keys.
  'directory/history/',
]

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}
