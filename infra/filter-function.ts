import { Duration, RemovalPolicy, Stack, Validations, type CfnResource } from 'aws-cdk-lib'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Policy } from '../lambda/core/policy.ts'
import type { BundledFunction } from './bundle.ts'
import type { Directory } from './directory.ts'
import { codeWith } from './function-code.ts'
import { keyStatements } from './key-permissions.ts'
import type { Ledger } from './ledger.ts'
import type { State } from './state.ts'
import { entryPrefix, mailPrefix, pointerPrefix, recordPrefix, type Storage } from './storage.ts'

export type FilterFunctionProps = {
  readonly bundle: BundledFunction
  readonly policy: Policy
  /** One of the numbers that CloudWatch Logs knows. */
  readonly logDays: number
  readonly storage: Storage
  readonly directory: Directory
  readonly state: State
  readonly ledger: Ledger
}

/**
 * The function that decides, with a role that can do what a decision needs and nothing else.
 *
 * It never sends: `ses:*` is denied, whatever somebody attaches to the role later.
 */
export class FilterFunction extends Construct {
  readonly function: LambdaFunction

  constructor(
    scope: Construct,
    id: string,
    { bundle, policy, logDays, storage, directory, state, ledger }: FilterFunctionProps,
  ) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Logs', { removalPolicy: RemovalPolicy.RETAIN })
    ;(logGroup.node.defaultChild as CfnLogGroup).retentionInDays = logDays
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the mail filter may do: read mail and who exists, write down what it decided.',
    })
    const { mail, records } = storage
    for (const statement of [
      allow(['s3:PutObject'], [records.arnForObjects(`${recordPrefix}*`), records.arnForObjects(`${pointerPrefix}*`)]),
      // An event that comes again is answered as the first time, by the record that stands there.
      allow(['s3:GetObject'], [records.arnForObjects(`${recordPrefix}*`)]),
      allow(['s3:GetObject'], [records.arnForObjects(`${entryPrefix}*`)]),
      // Who may not list a bucket hears 403 of what is not there, and a filter without entries would never know that it has none. The
      // request that asks for an object has no prefix, so that none can be made a condition.
      allow(['s3:ListBucket'], [records.bucketArn]),
      // A bounce is judged by what it returns, and the event has no body.
      allow(['s3:GetObject'], [mail.arnForObjects(`${mailPrefix}*`)]),
      allow(['dynamodb:BatchGetItem'], [directory.table.tableArn, state.table.tableArn, ledger.table.tableArn]),
      // It counts, and remembers keys. The sent log is in the same table, under keys of its own.
      allow(['dynamodb:UpdateItem', 'dynamodb:PutItem'], [ledger.table.tableArn]),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      ...keyStatements(this, [...policy.keys, ...policy.bounces.keys]),
      new PolicyStatement({ effect: Effect.DENY, actions: ['ses:*'], resources: ['*'] }),
    ]) {
      role.addToPolicy(statement)
    }
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Answers an SES receipt rule: deliver, or stop silently.',
      code: codeWith(this, bundle, 'policy.json', policy),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // A decision waits for the network. 512 MB has the processor share for TLS handshakes of a cold start in under half
      // a second, and costs less than a hundredth of what SES takes for the same message.
      memorySize: 512,
      timeout: timeoutFor(policy.deadlineMs),
      role,
      logGroup,
      environment: {
        MAIL_BUCKET: storage.mail.bucketName,
        MAIL_PREFIX: mailPrefix,
        RECORD_BUCKET: records.bucketName,
        DIRECTORY_TABLE: directory.table.tableName,
        STATE_TABLE: state.table.tableName,
        LEDGER_TABLE: ledger.table.tableName,
        CODE_VERSION: bundle.codeVersion,
      },
    })
    acknowledgeWildcards(role, records, [recordPrefix, pointerPrefix, entryPrefix])
    acknowledgeWildcards(role, mail, [mailPrefix])
  }
}

/**
 * Above the filter's own deadline, which is the one that ends in a delivery, and below the 30 s after which SES calls an
 * invocation failed and tries it again.
 */
function timeoutFor(deadlineMs: number): Duration {
  return Duration.seconds(Math.ceil(deadlineMs / 1000) + 4)
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources })
}

function acknowledgeWildcards(role: Role, bucket: Bucket, prefixes: readonly string[]): void {
  const name = Stack.of(role).getLogicalId(bucket.node.defaultChild as CfnResource)
  const reason = 'Every message has a key of its own below this prefix; the role can reach no other part of the bucket.'
  const ids = prefixes.map((prefix) => `AwsSolutions-IAM5[Resource::<${name}.Arn>/${prefix}*]`)
  Validations.of(role).acknowledge(...ids.map((id) => ({ id, reason })))
}
