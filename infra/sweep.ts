import { Duration, RemovalPolicy, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import type { BundledFunction } from './bundle.ts'
import { codeOf } from './function-code.ts'
import type { State } from './state.ts'
import { mailPrefix, recordPrefix, type Storage } from './storage.ts'

/** Where the sweep lists mail without a decision; `orphanKey` in core/hand-over/orphans.ts makes the keys. */
export const orphanPrefix = 'orphans/'

export type OrphanSweepProps = {
  /** lambda/functions/sweep.ts */
  readonly bundle: BundledFunction
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  /** For so many days raw mail is kept, and with it what is listed of it. */
  readonly mailDays: number
  readonly storage: Storage
  readonly state: State
}

/**
 * The function that looks every five minutes for mail that SES stored and nobody decided about.
 *
 * A run lists at most 100,000 keys and asks once for the record of each message that is new to it: at most 29,000 list requests
 * a day ($0.15), and $0.40 a million messages.
 */
export class OrphanSweep extends Construct {
  readonly function: LambdaFunction
  readonly rule: Rule
  readonly alarms: readonly Alarm[]

  constructor(scope: Construct, id: string, props: OrphanSweepProps) {
    super(scope, id)
    const { bundle, logDays, storage, state } = props
    const { mail, records } = storage
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    records.addLifecycleRule({
      id: `orphans-${props.mailDays}-days`,
      prefix: orphanPrefix,
      expiration: Duration.days(props.mailDays),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    })
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Looks for mail without a decision.',
      code: codeOf(this, bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: Duration.minutes(4),
      // The next run does the same work; one that comes late would only meet it.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(5),
      role: this.#role(props, logGroup),
      logGroup,
      environment: {
        MAIL_BUCKET: mail.bucketName,
        MAIL_PREFIX: mailPrefix,
        RECORD_BUCKET: records.bucketName,
        STATE_TABLE: state.table.tableName,
      },
    })
    this.rule = new Rule(this, 'Schedule', {
      description: 'Runs the sweep for mail without a decision.',
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaTarget(this.function)],
    })
    this.alarms = [this.#orphansAlarm(), this.#failuresAlarm()]
  }

  #role({ storage, state }: OrphanSweepProps, logGroup: LogGroup): Role {
    const { mail, records } = storage
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the sweep may do: list mail and records, and keep a list of mail without a record.',
    })
    const orphans = records.arnForObjects(`${orphanPrefix}*`)
    for (const statement of [
      allow(['s3:ListBucket'], [mail.bucketArn, records.bucketArn]),
      // A record is asked for by its headers; S3 has no permission for these alone.
      allow(['s3:GetObject'], [records.arnForObjects(`${recordPrefix}*`), orphans]),
      allow(['s3:PutObject', 's3:DeleteObject'], [orphans]),
      allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [state.table.tableArn]),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    const name = Stack.of(role).getLogicalId(records.node.defaultChild as CfnResource)
    const reason =
      'Every message has a key of its own below this prefix; the role can reach no other part of the bucket.'
    const ids = [recordPrefix, orphanPrefix].map((prefix) => `AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`)
    Validations.of(role).acknowledge(...ids.map((id) => ({ id, reason })))
    return role
  }

  #orphansAlarm(): Alarm {
    return new Alarm(this, 'OrphanedMailAlarm', {
      metric: metric('OrphanedMail', 'Maximum'),
      ...alarming(1),
      alarmDescription:
        'SES stored mail about which nothing was decided: the filter was killed, or could not be asked. ' +
        'Is mail being lost? Not yet: SES tries for hours, and in the end may return it to its sender. ' +
        'First: quietgate orphans list. ' +
        'More: docs/operations.md, OrphanedMail.',
    })
  }

  #failuresAlarm(): Alarm {
    return new Alarm(this, 'FailuresAlarm', {
      metric: metric('SweepFailures', 'Sum'),
      ...alarming(6),
      alarmDescription:
        'For half an hour nobody could look for mail without a decision. ' +
        'Is mail being lost? No; but nobody would hear of it. ' +
        "First: aws logs tail (the sweep's log group). " +
        'More: docs/operations.md, SweepFailures.',
    })
  }
}

function metric(metricName: string, statistic: string): Metric {
  return new Metric({ namespace: metricNamespace, metricName, statistic, period: Duration.minutes(5) })
}

function alarming(evaluationPeriods: number) {
  return {
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  }
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}
