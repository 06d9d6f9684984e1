import { paginateListStackResources, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation'
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { IAMClient } from '@aws-sdk/client-iam'
import {
  GetAccountSettingsCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  ResourceNotFoundException,
  type LambdaClient,
} from '@aws-sdk/client-lambda'
import {
  DescribeActiveReceiptRuleSetCommand,
  GetIdentityVerificationAttributesCommand,
  type ReceiptAction,
  type ReceiptRule,
  type SESClient,
} from '@aws-sdk/client-ses'
import { paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns'
import type { Resolver } from 'node:dns/promises'
import { createDynamoDbDirectory } from '../../lambda/adapters/dynamodb-directory.ts'
import type { DomainAnswer } from '../../lambda/core/facts.ts'
import { sentenceOfFailure } from '../failures.ts'
import type { Account, ListSeen, RuleAction, RuleSeen, Seen } from './account.ts'
import { roleNamed } from './aws-roles.ts'
import { alarmsIn, type StackResources } from './stack-alarms.ts'
import { rolesIn } from './stack-roles.ts'

export type AwsAccount = {
  readonly region: string
  readonly stackName: string
  readonly directoryTable: string
  readonly probeFunction: string
  readonly cloudFormation: CloudFormationClient
  readonly dynamoDb: DynamoDBClient
  readonly iam: IAMClient
  readonly lambda: LambdaClient
  readonly ses: SESClient
  readonly sns: SNSClient
  readonly resolver: Pick<Resolver, 'resolveMx'>
}

/** The account in AWS, with the credentials of whoever asks. */
export function createAwsAccount(aws: AwsAccount): Account {
  const { region, lambda, ses } = aws
  let stack: ReturnType<Account['stack']> | null = null
  const seen = <T>(look: () => Promise<T>): Promise<Seen<T>> => seenOrWhy(look, region)
  return {
    region,
    // Three checks ask for it.
    stack: () => (stack ??= seen(() => lookAtStack(aws))),
    concurrency: () =>
      seen(async () => {
        const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}))
        const limit = AccountLimit?.ConcurrentExecutions ?? 0
        return { limit, unreserved: AccountLimit?.UnreservedConcurrentExecutions ?? limit }
      }),
    deployedFunction: (name) =>
      seen(async () => {
        const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }))
        const { Runtime = 'none', State = 'unknown', LastUpdateStatus = 'unknown' } = found
        return { runtime: Runtime, state: State, lastUpdate: LastUpdateStatus }
      }),
    functionPolicy: (arn) => seen(() => policyOf(lambda, arn)),
    role: (name) => seen(() => roleNamed(aws.iam, name)),
    activeRuleSet: () =>
      seen(async () => {
        const { Metadata, Rules = [] } = await ses.send(new DescribeActiveReceiptRuleSetCommand({}))
        return Metadata?.Name === undefined ? null : { name: Metadata.Name, rules: Rules.map(ruleSeen) }
      }),
    identity: (domain) => seen(() => identityOf(ses, domain)),
    mailServers: (domain) => seen(() => mailServersOf(aws.resolver, domain)),
    directory: (domain) => seen(() => directoryOf(aws, domain)),
    lists: () => seen(() => listsOf(lambda, aws.probeFunction)),
    subscribers: (topicArn) =>
      seen(async () => {
        let confirmed = 0
        for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
          { client: aws.sns },
          { TopicArn: topicArn },
        )) {
          confirmed += Subscriptions.filter(({ SubscriptionArn = '' }) => SubscriptionArn.startsWith('arn:')).length
        }
        return confirmed
      }),
  }
}

async function seenOrWhy<T>(look: () => Promise<T>, region: string): Promise<Seen<T>> {
  try {
    return { answer: 'seen', value: await look() }
  } catch (error) {
    const why = sentenceOfFailure(error, { local: false, stack: null, region })
    if (why === null) throw error
    return { answer: 'unseen', why }
  }
}

async function lookAtStack({ cloudFormation, stackName }: AwsAccount) {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }))
  const resources: StackResources = new Map()
  for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: stackName })) {
    for (const { LogicalResourceId = '', PhysicalResourceId = '', ResourceType = '' } of page.StackResourceSummaries ??
      []) {
      resources.set(LogicalResourceId, { type: ResourceType, physicalId: PhysicalResourceId })
    }
  }
  const { TemplateBody = '{}' } = await cloudFormation.send(new GetTemplateCommand({ StackName: stackName }))
  const functions = [...resources.values()].filter(({ type }) => type === 'AWS::Lambda::Function')
  return {
    status: Stacks[0]?.StackStatus ?? 'unknown',
    functions: functions.map(({ physicalId }) => physicalId),
    alarms: alarmsIn(TemplateBody, resources),
    roles: rolesIn(TemplateBody, resources, Stacks[0]?.StackId ?? ''),
  }
}

/** An alias has a policy of its own: the qualifier at the end of its ARN says which. */
async function policyOf(lambda: LambdaClient, arn: string): Promise<string | null> {
  const parts = arn.split(':')
  const qualifier = parts[7]
  const FunctionName = parts.slice(0, 7).join(':')
  try {
    const asked = qualifier === undefined ? { FunctionName } : { FunctionName, Qualifier: qualifier }
    const { Policy } = await lambda.send(new GetPolicyCommand(asked))
    return Policy ?? null
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null
    throw error
  }
}

function ruleSeen({ Name = '', Enabled, ScanEnabled, Recipients = [], Actions = [] }: ReceiptRule): RuleSeen {
  return {
    name: Name,
    enabled: Enabled === true,
    scans: ScanEnabled === true,
    recipients: Recipients,
    actions: Actions.map(actionSeen),
  }
}

function actionSeen({ S3Action, LambdaAction, BounceAction, SNSAction, StopAction }: ReceiptAction): RuleAction {
  if (S3Action !== undefined) return { kind: 'store', bucket: S3Action.BucketName ?? '' }
  if (LambdaAction !== undefined) {
    const { FunctionArn = '', InvocationType } = LambdaAction
    return { kind: 'ask', functionArn: FunctionArn, waits: InvocationType === 'RequestResponse' }
  }
  if (BounceAction !== undefined) return { kind: 'bounce' }
  if (SNSAction !== undefined) return { kind: 'announce' }
  return { kind: StopAction === undefined ? 'other' : 'stop' }
}

/** A domain that SES has verified takes its subdomains with it (SES Developer Guide, "Verified identities"). */
async function identityOf(ses: SESClient, domain: string): Promise<'verified' | 'not-verified' | 'absent'> {
  const labels = domain.split('.')
  const names = labels.slice(0, -1).map((_label, at) => labels.slice(at).join('.'))
  const command = new GetIdentityVerificationAttributesCommand({ Identities: names })
  const { VerificationAttributes = {} } = await ses.send(command)
  const states = names.flatMap((name) => VerificationAttributes[name]?.VerificationStatus ?? [])
  if (states.includes('Success')) return 'verified'
  return states.length === 0 ? 'absent' : 'not-verified'
}

async function mailServersOf(resolver: Pick<Resolver, 'resolveMx'>, domain: string) {
  try {
    const found = await resolver.resolveMx(domain)
    return found.map(({ exchange, priority }) => ({ host: exchange.replace(/\.$/, ''), preference: priority }))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENODATA' || code === 'ENOTFOUND') return []
    if (code === undefined) throw error
    throw Object.assign(new Error(`the DNS answers ${code}`), { code: 'ETIMEDOUT' })
  }
}

async function directoryOf({ dynamoDb, directoryTable }: AwsAccount, domain: string): Promise<DomainAnswer> {
  const ask = createDynamoDbDirectory(dynamoDb, directoryTable)
  const { domains } = await ask({ keys: [], domains: [domain] }, AbortSignal.timeout(10_000))
  return domains.get(domain) ?? { answer: 'unavailable', cause: 'unprocessed' }
}

/** The same run as the schedule's: what it finds is seen from inside, with the resolver and the keys of the functions. */
async function listsOf(lambda: LambdaClient, probeFunction: string): Promise<readonly ListSeen[]> {
  const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName: probeFunction }))
  const text = Payload?.transformToString() ?? 'null'
  const probed = FunctionError === undefined ? (JSON.parse(text) as readonly ListSeen[] | null) : null
  if (probed !== null) return probed
  const why = FunctionError === undefined ? 'its states could not be read' : text.slice(0, 200)
  throw Object.assign(new Error(`The probe failed: ${why}`), { $fault: 'server', name: 'ProbeFailed' })
}
