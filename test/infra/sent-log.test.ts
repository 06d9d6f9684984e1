import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { App, Stack, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import { Ledger } from '../../infra/ledger.ts'
import { SentLogFunction } from '../../infra/sent-log.ts'
import { noiseIn, SilenceCheck } from '../../infra/silence-check.ts'
import { createEmfSentLogMetrics } from '../../lambda/adapters/emf-sent-log-metrics.ts'
import { bundles, stackOf, temporary } from './synthesized.ts'

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }

/** The construct and its ledger in a stack of their own. */
function made() {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly context: Record<string, unknown> }
  const outdir = temporary('cdk.out')
  const app = new App({ context, outdir, autoSynth: false, builtinCloudFormationValidation: false })
  const stack = new Stack(app, 'Stack')
  const ledger = new Ledger(stack, 'Ledger')
  const bundle = bundles.find(({ name }) => name === 'sent-log')!
  new SentLogFunction(stack, 'SentLog', { bundle, logDays: 30, ledger })
  return { app, stack }
}

const template = Template.fromStack(made().stack)
const resources = Object.entries(template.toJSON()['Resources'] as Record<string, Resource>)

describe('the function that writes the sent log', () => {
  it('is asked by EventBridge about what SES sent, twice again where it fails, and at most for six hours', () => {
    const { Arn: functionArn } = { Arn: { 'Fn::GetAtt': [idOf('AWS::Lambda::Function'), 'Arn'] } }
    const queueArn = { 'Fn::GetAtt': [idOf('AWS::SQS::Queue'), 'Arn'] }
    expect(only('AWS::Events::Rule')).toMatchObject({
      EventPattern: { source: ['aws.ses'], 'detail-type': ['Email Sent'] },
      State: 'ENABLED',
      Targets: [{ Arn: functionArn, DeadLetterConfig: { Arn: queueArn } }],
    })
    expect(only('AWS::Lambda::EventInvokeConfig')).toMatchObject({
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 6 * 60 * 60,
    })
    const { DeadLetterConfig, Environment, Runtime, Architectures, Timeout } = only('AWS::Lambda::Function')
    expect({ DeadLetterConfig, Environment, Runtime, Architectures, Timeout }).toEqual({
      DeadLetterConfig: { TargetArn: queueArn },
      Environment: { Variables: { LEDGER_TABLE: { Ref: idOf('AWS::DynamoDB::Table') } } },
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 30,
    })
  })

  it('may do this, and nothing else', () => {
    const { Statement } = only('AWS::IAM::Policy')['PolicyDocument'] as { readonly Statement: readonly object[] }
    const on = (type: string) => ({ 'Fn::GetAtt': [idOf(type), 'Arn'] })
    expect(Statement).toEqual([
      { Effect: 'Allow', Action: 'dynamodb:BatchWriteItem', Resource: on('AWS::DynamoDB::Table') },
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: on('AWS::Logs::LogGroup') },
      { Effect: 'Deny', Action: 'ses:*', Resource: '*' },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: on('AWS::SQS::Queue') },
    ])
    const role = only('AWS::IAM::Role')
    expect([role['Policies'], role['ManagedPolicyArns']]).toEqual([undefined, undefined])
    expect(noiseIn(template.toJSON())).toEqual([])
  })

  it('keeps what it could not write for two weeks, encrypted, and says so', () => {
    expect(only('AWS::SQS::Queue')).toMatchObject({
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      SqsManagedSseEnabled: true,
    })
    const alarm = only('AWS::CloudWatch::Alarm')
    expect(alarm).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [idOf('AWS::SQS::Queue'), 'QueueName'] } }],
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    })
    const [, heading] =
      /Is mail being lost\? No;.* First: aws sqs .* More: docs\/operations\.md, ([\w-]+)\.$/.exec(
        String(alarm['AlarmDescription']),
      ) ?? []
    expect(operations).toContain(`\n## ${heading ?? String(alarm['AlarmDescription'])}\n`)
  })

  it('is shipped alone', () => {
    const { app } = made()
    const assembly = app.synth().directory
    const [folder = '', ...others] = readdirSync(assembly).filter((name) => name.startsWith('asset.'))
    expect([readdirSync(join(assembly, folder)), others]).toEqual([['index.mjs'], []])
  })

  it('passes the checks of a deploy', () => {
    const { app } = made()
    Validations.of(app).addPlugins(new SilenceCheck(), new AwsSolutionsChecks(app))
    expect(app.synth().stacks).toHaveLength(1)
  }, 60_000)

  it('counts nothing that the operations do not explain', () => {
    const lines: string[] = []
    const metrics = createEmfSentLogMetrics(
      (line) => lines.push(line),
      () => 0,
    )
    metrics.added({ written: 1, failed: 1 })
    metrics.unread()
    const names = lines.flatMap((line) => Object.keys(JSON.parse(line) as object).filter((name) => name !== '_aws'))
    const isExplained = (name: string) => operations.includes(`\n## ${name}\n`) || operations.includes(`\`${name}\``)
    expect(names.filter((name) => !isExplained(name))).toEqual([])
  })
})

describe('the stack', () => {
  const typesOf = (settings: object) =>
    Object.entries(
      Template.fromStack(stackOf(settings).stack).toJSON()['Resources'] as Record<string, Resource>,
    ).flatMap(([id, { Type }]) => (id.startsWith('SentLog') || id.startsWith('Ledger') ? [Type] : []))

  it('has a ledger always, and nothing that listens to SES unless the configuration says so', () => {
    expect(typesOf({})).toEqual(['AWS::DynamoDB::Table'])
    expect(typesOf({ bounces: { sentLog: 'none' } })).toEqual(['AWS::DynamoDB::Table'])
    expect(typesOf({ bounces: { sentLog: 'ses-events' } })).toContain('AWS::Events::Rule')
  })
})

const operations = readFileSync('docs/operations.md', 'utf8')

function idOf(type: string): string {
  const ids = resources.flatMap(([id, resource]) => (resource.Type === type ? [id] : []))
  expect(ids).toHaveLength(1)
  return ids[0] ?? ''
}

function only(type: string): Resource['Properties'] {
  const id = idOf(type)
  return resources.find(([logicalId]) => logicalId === id)![1].Properties
}
