import { Duration, RemovalPolicy, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import { CustomWidget, type IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { WidgetPlan } from '../lambda/config/widget-plan.ts'
import type { BundledFunction } from './bundle.ts'
import { compactedPrefix } from './compact-records.ts'
import type { Directory } from './directory.ts'
import { codeWith } from './function-code.ts'
import type { State } from './state.ts'
import { entryPrefix, mailPrefix, pointerPrefix, recordPrefix, releasePrefix, type Storage } from './storage.ts'

export type WidgetsProps = {
  /** lambda/functions/widget-read.ts */
  readonly read: BundledFunction
  /** lambda/functions/widget-release.ts */
  readonly release: BundledFunction
  readonly plan: WidgetPlan
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly storage: Storage
  readonly state: State
  readonly directory: Directory
  /** What a release needs beside the logs, and what its function is told by environment variables. Null: nothing can be released. */
  readonly releasing: Access | null
  /** What asking Athena needs. @default - records are searched without it */
  readonly asking?: Access
}

/** What a role may do on top, and what its function is told of it. */
export type Access = {
  readonly statements: readonly PolicyStatement[]
  readonly environment: Readonly<Record<string, string>>
  /** Findings of cdk-nag that these statements bring, with why that is as it has to be. */
  readonly acknowledged: readonly { readonly id: string; readonly reason: string }[]
}

/**
 * What the dashboards show beside charts: a search for a message, what is in quarantine, how the lists are, what was imported.
 *
 * Two functions, because whoever may ask where a message is need not be allowed to let one go. That is decided by who may invoke them:
 * the dashboard calls them with the permissions of whoever looks (CloudWatch User Guide, "Add a custom widget to a CloudWatch dashboard",
 * "Security"), and neither has a policy that would let anybody else in.
 */
export class Widgets extends Construct {
  readonly read: LambdaFunction
  /** Null where nothing is handed over. */
  readonly release: LambdaFunction | null
  /** For the help desk. */
  readonly flow: readonly IWidget[]
  /** For the operator. */
  readonly health: readonly IWidget[]

  constructor(scope: Construct, id: string, props: WidgetsProps) {
    super(scope, id)
    const { storage, state, directory, releasing, asking } = props
    this.read = this.#function('Read', props.read, props, {
      description:
        'Answers the widgets of the dashboards: where a message is, what is in quarantine, how the lists are.',
      role: 'What the widgets may read: decisions, quarantined mail, states of the lists, imports.',
      statements: [...readingStatements(props), ...(asking?.statements ?? [])],
      environment: {
        MAIL_BUCKET: storage.mail.bucketName,
        MAIL_PREFIX: mailPrefix,
        RECORD_BUCKET: storage.records.bucketName,
        STATE_TABLE: state.table.tableName,
        DIRECTORY_TABLE: directory.table.tableName,
        ...asking?.environment,
      },
      acknowledged: [...keysBelow(this, storage), ...(asking?.acknowledged ?? [])],
    })
    this.release =
      releasing === null
        ? null
        : this.#function('Release', props.release, props, {
            description: 'Releases quarantined mail that somebody has chosen in a dashboard.',
            role: 'What releasing a quarantined message needs.',
            ...releasing,
            environment: { RECORD_BUCKET: storage.records.bucketName, ...releasing.environment },
          })
    this.flow = [
      // What costs a call for each look is asked for by a button, or by another time range.
      this.#widget('trace', 'Where is my mail?', { height: 14 }),
      this.#widget('quarantine', 'Quarantine: what is kept back?', { height: 14, updateOnTimeRangeChange: true }),
    ]
    this.health = [
      // One request of DynamoDB for each hundred lists.
      this.#widget('zones', 'Zones: how is each list?', { height: 10, updateOnRefresh: true }),
      this.#widget('imports', 'Imports: who exists, and since when?', { height: 10 }),
    ]
  }

  #widget(
    view: string,
    title: string,
    shown: { readonly height: number; readonly updateOnRefresh?: true; readonly updateOnTimeRangeChange?: true },
  ): CustomWidget {
    const release = this.release === null ? {} : { release: this.release.functionArn }
    return new CustomWidget({
      functionArn: this.read.functionArn,
      title,
      params: { view, read: this.read.functionArn, ...release },
      width: 24,
      updateOnResize: false,
      updateOnRefresh: false,
      updateOnTimeRangeChange: false,
      ...shown,
    })
  }

  #function(
    id: 'Read' | 'Release',
    bundle: BundledFunction,
    { plan, logDays }: WidgetsProps,
    made: Access & { readonly description: string; readonly role: string },
  ): LambdaFunction {
    const logGroup = new LogGroup(this, `${id}Logs`, { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    const role = new Role(this, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: made.role,
    })
    for (const statement of [
      ...made.statements,
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    Validations.of(role).acknowledge(...made.acknowledged)
    return new LambdaFunction(this, id, {
      description: made.description,
      code: codeWith(this, bundle, 'widget.json', plan),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Records are unpacked and looked through while somebody waits; memory buys processor time.
      memorySize: 1024,
      timeout: Duration.minutes(1),
      // Only a dashboard asks it, and somebody waits there. Whoever asks it otherwise must not have the same thing done three times.
      retryAttempts: 0,
      role,
      logGroup,
      environment: { ...made.environment },
    })
  }
}

/** Below the record bucket. What is released, and which entries there are, is shown beside a message. */
const readPrefixes = [
  ...[recordPrefix, compactedPrefix, pointerPrefix, releasePrefix, entryPrefix],
  // What became of each import; lambda/import-directory/archive.ts makes the keys.
  'directory/history/',
]

function readingStatements({ storage: { mail, records }, state, directory }: WidgetsProps): PolicyStatement[] {
  return [
    // Without it S3 answers 403 for an object that is not there, which must not be taken for one that may not be seen.
    allow(['s3:ListBucket'], [records.bucketArn, mail.bucketArn]),
    allow(
      ['s3:GetObject'],
      readPrefixes.map((prefix) => records.arnForObjects(`${prefix}*`)),
    ),
    allow(['s3:GetObject'], [mail.arnForObjects(`${mailPrefix}*`)]),
    allow(['dynamodb:BatchGetItem', 'dynamodb:GetItem'], [state.table.tableArn, directory.table.tableArn]),
  ]
}

/** The wildcards of these statements. */
function keysBelow(scope: Construct, { mail, records }: Storage): Access['acknowledged'] {
  const id = (bucket: Storage['mail'], prefix: string): string => {
    const name = Stack.of(scope).getLogicalId(bucket.node.defaultChild as CfnResource)
    return `AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`
  }
  const reason = 'Every object has a key of its own below this prefix; the role can read no other part of the bucket.'
  return [...readPrefixes.map((prefix) => id(records, prefix)), id(mail, mailPrefix)].map((one) => ({
    id: one,
    reason,
  }))
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}
