import { Duration, RemovalPolicy, Size, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import type { CfnBucket } from 'aws-cdk-lib/aws-s3'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { metricNamespace } from '../lambda/core/metric-names.ts'
import type { Policy } from '../lambda/core/policy.ts'
import type { BundledFunction } from './bundle.ts'
import type { Directory } from './directory.ts'
import { codeWith } from './function-code.ts'
import type { Ledger } from './ledger.ts'
import type { Storage } from './storage.ts'

/** Where files are dropped, in the record bucket: SES writes into the other one, and must not be able to say who exists. */
export const incomingPrefix = 'directory/incoming/'
const reportPrefix = 'directory/reports/'
const snapshotPrefix = 'directory/snapshots/'
const historyPrefix = 'directory/history/'

export type ImportDirectoryFunctionProps = {
  readonly bundle: BundledFunction
  readonly policy: Pick<Policy, 'domains'>
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly storage: Storage
  readonly directory: Directory
  /** Holds when each recipient last received mail. */
  readonly ledger: Ledger
}

/**
 * The function that imports what is dropped under `directory/incoming/`. It is told by EventBridge: a notification of the
 * bucket itself would need the function before the bucket, which the function needs first.
 */
export class ImportDirectoryFunction extends Construct {
  readonly function: LambdaFunction
  readonly rule: Rule
  /** The files that could not be imported in three tries. */
  readonly deadLetters: Queue
  readonly alarms: readonly Alarm[]

  constructor(scope: Construct, id: string, props: ImportDirectoryFunctionProps) {
    super(scope, id)
    const { bundle, policy, logDays, storage, directory, ledger } = props
    const { records } = storage
    ;(records.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    }
    this.#lifecycle(storage)
    this.deadLetters = this.#deadLetterQueue()
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Imports lists of recipients that are dropped in the record bucket.',
      code: codeWith(this, bundle, 'import.json', {
        domains: policy.domains.map(({ name, foldCase, aliasOf }) => ({ name, foldCase, listedUnder: aliasOf })),
        limits: { removedShare: 0.1, removedCount: null },
      }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Sorting takes 300 MB at most; the rest buys processor time.
      memorySize: 1024,
      // Lists are sorted on the disk: two copies of a million entries are 200 MB.
      ephemeralStorageSize: Size.gibibytes(2),
      timeout: Duration.minutes(15),
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      deadLetterQueue: this.deadLetters,
      role: this.#role(props, logGroup),
      logGroup,
      environment: {
        DIRECTORY_TABLE: directory.table.tableName,
        LEDGER_TABLE: ledger.table.tableName,
        RECORD_BUCKET: records.bucketName,
      },
    })
    this.rule = new Rule(this, 'Rule', {
      description: 'Lists of recipients that were dropped.',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [records.bucketName] }, object: { key: [{ prefix: incomingPrefix }] } },
      },
      targets: [new LambdaTarget(this.function, { deadLetterQueue: this.deadLetters })],
    })
    this.alarms = [
      this.#alarm('Refused', 'DirectoryImportsRefused', refused),
      this.#alarm('Failed', 'DirectoryImportsFailed', failed),
    ]
  }

  /** Dropped files and their reports hold everybody's address: a month is enough to look at them. */
  #lifecycle({ records }: Storage): void {
    for (const [id, prefix] of [
      ['directory-incoming-30-days', incomingPrefix],
      ['directory-reports-30-days', reportPrefix],
    ] as const) {
      const abortIncompleteMultipartUploadAfter = Duration.days(1)
      records.addLifecycleRule({ id, prefix, expiration: Duration.days(30), abortIncompleteMultipartUploadAfter })
    }
  }

  #role({ storage, directory, ledger }: ImportDirectoryFunctionProps, logGroup: LogGroup): Role {
    const { records } = storage
    const { table } = directory
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description:
        'What the import of dropped lists may do: read them, change the directory, and say what became of it.',
    })
    const below = (...prefixes: readonly string[]) => prefixes.map((prefix) => records.arnForObjects(`${prefix}*`))
    for (const statement of [
      allow(['s3:GetObject'], below(incomingPrefix, snapshotPrefix)),
      allow(['s3:PutObject'], below(historyPrefix, reportPrefix, snapshotPrefix)),
      allow(['s3:DeleteObject'], below(snapshotPrefix)),
      // Without it S3 answers 403 for an object that is not there, which must not be taken for "never imported".
      allow(['s3:ListBucket'], [records.bucketArn]),
      allow(
        ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        [table.tableArn],
      ),
      new PolicyStatement({
        actions: ['dynamodb:DeleteItem'],
        resources: [table.tableArn],
        // The lock. Recipients are marked, and never deleted.
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['#import-lock'] } },
      }),
      allow(['dynamodb:BatchGetItem'], [ledger.table.tableArn]),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    const bucket = Stack.of(role).getLogicalId(records.node.defaultChild as CfnResource)
    for (const prefix of [incomingPrefix, snapshotPrefix, historyPrefix, reportPrefix]) {
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${prefix}*]`,
        reason: 'Files have names that people choose; the role can reach no other part of the bucket.',
      })
    }
    return role
  }

  #deadLetterQueue(): Queue {
    const queue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself: that of a function and of a rule.',
    })
    return queue
  }

  #alarm(id: string, metricName: string, alarmDescription: string): Alarm {
    const period = Duration.minutes(5)
    return new Alarm(this, id, {
      metric: new Metric({ namespace: metricNamespace, metricName, statistic: 'Sum', period }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // Nothing is dropped for days.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription,
    })
  }
}

const refused =
  'A list of recipients was refused, and nothing was changed. ' +
  'Is mail being lost? No; whoever is new on the list may be unknown. ' +
  'First: aws s3 cp s3://RECORD_BUCKET/directory/reports/FILE.json - (it says why). ' +
  'More: docs/operations.md, DirectoryImportsRefused.'

const failed =
  'The import of a list of recipients stopped on the way. ' +
  'Is mail being lost? No; whoever is new on the list may be unknown until it is run again. ' +
  'First: aws s3 cp s3://RECORD_BUCKET/directory/reports/FILE.json - (it says why). ' +
  'More: docs/operations.md, DirectoryImportsFailed.'

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}
