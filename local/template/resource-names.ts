import { createHash } from 'node:crypto'
import type { JsonRecord } from './json.ts'
import type { Resource, Template } from './template.ts'

/** What a resource is called once it is "deployed", and the template it stands in. `text` reads one of its properties. */
export type Named = {
  readonly template: Template
  readonly name: string
  readonly text: (property: string) => string
}

type Spell = (it: Named) => string
export type ResourceKind = {
  /** The property that names the resource; null where AWS always makes the name up. */
  readonly nameProperty: string | null
  readonly longest: number
  readonly lowerCase: boolean
  readonly ref: Spell
  readonly attributes: Readonly<Record<string, Spell>>
}

const name: Spell = (it) => it.name
const arn = (service: string, path: (it: Named) => string): Spell => {
  return (it) => `arn:aws:${service}:${it.template.region}:${it.template.accountId}:${path(it)}`
}
const bucketArn: Spell = (it) => `arn:aws:s3:::${it.name}`
const tableArn = arn('dynamodb', (it) => `table/${it.name}`)
const topicArn = arn('sns', name)
const iamArn = (what: string): Spell => {
  return (it) => `arn:aws:iam::${it.template.accountId}:${what}/${it.name}`
}
const functionArnOf: Spell = (it) => functionArn(it.template, it.text('FunctionName'))

function kind(
  nameProperty: string | null,
  longest: number,
  ref: Spell,
  attributes: Record<string, Spell> = {},
): ResourceKind {
  return { nameProperty, longest, lowerCase: false, ref, attributes }
}

const TABLE = kind('TableName', 255, name, {
  Arn: tableArn,
  TableId: name,
  StreamArn: (it) => `${tableArn(it)}/stream/1`,
})

/**
 * What Ref and Fn::GetAtt answer, by resource type. Source: the "Return values" of each type in the CloudFormation
 * Template Reference. A type that is missing here is an error that names it, never a guess.
 */
const KINDS: Readonly<Record<string, ResourceKind>> = {
  'AWS::S3::Bucket': {
    ...kind('BucketName', 63, name, {
      Arn: bucketArn,
      DomainName: (it) => `${it.name}.s3.amazonaws.com`,
      RegionalDomainName: (it) => `${it.name}.s3.${it.template.region}.amazonaws.com`,
    }),
    lowerCase: true,
  },
  'AWS::DynamoDB::Table': TABLE,
  'AWS::DynamoDB::GlobalTable': TABLE,
  'AWS::Lambda::Function': kind('FunctionName', 64, name, { Arn: (it) => functionArn(it.template, it.name) }),
  'AWS::Lambda::Version': kind(null, 64, (it) => `${functionArnOf(it)}:1`, {
    Version: () => '1',
    FunctionArn: (it) => `${functionArnOf(it)}:1`,
  }),
  'AWS::Lambda::Alias': kind(null, 64, (it) => `${functionArnOf(it)}:${it.text('Name')}`, {
    AliasArn: (it) => `${functionArnOf(it)}:${it.text('Name')}`,
  }),
  'AWS::Lambda::Url': kind(null, 32, (it) => it.text('TargetFunctionArn'), {
    FunctionArn: (it) => it.text('TargetFunctionArn'),
    FunctionUrl: (it) => `https://${it.name.toLowerCase()}.lambda-url.${it.template.region}.on.aws/`,
  }),
  'AWS::IAM::Role': kind('RoleName', 64, name, { Arn: iamArn('role'), RoleId: name }),
  'AWS::IAM::Policy': kind('PolicyName', 128, name),
  'AWS::IAM::ManagedPolicy': kind('ManagedPolicyName', 128, iamArn('policy'), { PolicyArn: iamArn('policy') }),
  'AWS::SNS::Topic': kind('TopicName', 256, topicArn, { TopicArn: topicArn, TopicName: name }),
  'AWS::SQS::Queue': kind(
    'QueueName',
    80,
    (it) => `https://sqs.${it.template.region}.amazonaws.com/${it.template.accountId}/${it.name}`,
    {
      Arn: arn('sqs', name),
      QueueName: name,
    },
  ),
  'AWS::Logs::LogGroup': kind('LogGroupName', 512, name, { Arn: arn('logs', (it) => `log-group:${it.name}:*`) }),
  'AWS::SES::ReceiptRuleSet': kind('RuleSetName', 64, name),
  'AWS::SES::ReceiptRule': kind(null, 64, name),
  'AWS::SES::EmailIdentity': kind('EmailIdentity', 255, name),
  'AWS::SES::ConfigurationSet': kind('Name', 64, name),
  'AWS::Events::Rule': kind('Name', 64, name, { Arn: arn('events', (it) => `rule/${it.name}`) }),
  'AWS::Scheduler::Schedule': kind('Name', 64, name, { Arn: arn('scheduler', (it) => `schedule/default/${it.name}`) }),
  'AWS::KMS::Key': kind(null, 64, name, { Arn: arn('kms', (it) => `key/${it.name}`), KeyId: name }),
  'AWS::SecretsManager::Secret': kind(
    'Name',
    255,
    arn('secretsmanager', (it) => `secret:${it.name}`),
    {
      Id: arn('secretsmanager', (it) => `secret:${it.name}`),
    },
  ),
  'AWS::SSM::Parameter': kind('Name', 255, name),
  // What lambda/functions/activate-rule-set.ts would answer: on this machine there is no other rule set.
  'Custom::QuietgateActivation': kind(null, 64, name, {
    State: () => 'activated',
    Said: (it) => `The rule set ${it.text('RuleSet')} is active.`,
  }),
  'AWS::CloudWatch::Dashboard': kind('DashboardName', 255, name),
  'AWS::CloudWatch::Alarm': kind('AlarmName', 255, name, { Arn: arn('cloudwatch', (it) => `alarm:${it.name}`) }),
  'AWS::CloudWatch::CompositeAlarm': kind('AlarmName', 255, name, {
    Arn: arn('cloudwatch', (it) => `alarm:${it.name}`),
  }),
}

export function kindOf(type: string): ResourceKind | null {
  return Object.hasOwn(KINDS, type) ? (KINDS[type] ?? null) : null
}

export function functionArn(template: Template, functionName: string): string {
  return `arn:aws:lambda:${template.region}:${template.accountId}:function:${functionName}`
}

/**
 * The name that a nameless resource gets: `Quietgate-Filter1234-0a1b2c3d4e`, lower case for a bucket. CloudFormation ends
 * it with random characters; here they are a hash, so that a data folder finds its buckets again after a restart.
 */
export function madeUpName(template: Template, { logicalId }: Resource, { longest, lowerCase }: ResourceKind): string {
  const suffix = createHash('sha256').update(`${template.stackName}/${logicalId}`).digest('hex').slice(0, 10)
  const whole = `${template.stackName}-${logicalId}`.slice(0, longest - suffix.length - 1)
  const made = `${whole}-${suffix}`
  return lowerCase ? made.toLowerCase() : made
}

/** Where a type keeps its name; a receipt rule keeps it one level down. */
export function nameHolder(
  { type, properties }: Resource,
  kindOfIt: ResourceKind,
): { readonly in: JsonRecord; readonly key: string | null } {
  const rule = properties['Rule']
  if (type === 'AWS::SES::ReceiptRule' && typeof rule === 'object' && rule !== null && !Array.isArray(rule)) {
    return { in: rule as JsonRecord, key: 'Name' }
  }
  return { in: properties, key: kindOfIt.nameProperty }
}
