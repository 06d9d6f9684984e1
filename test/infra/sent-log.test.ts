import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import { Ledger } from '../../infra/ledger.ts'
import { SentLogFunction } from '../../infra/sent-log.ts'
import { noiseIn, SilenceCheck } from '../../infra/silence-check.ts'
import { createEmfSentLogMetrics } from '../../lambda/adapters/emf-sent-log-metrics.ts'
import { countedBy, headingOf, unexplained } from './operations.ts'
import { emptyStack, resourcesOf } from './resources.ts'
import { bundles, stackOf } from './synthesized.ts'

/** The construct and its ledger in a stack of their own. */
function made() {
  const { app, stack } = emptyStack()
  const ledger = new Ledger(stack, 'Ledger')
  const bundle = bundles.find(({ name }) => name === 'sent-log')!
  new SentLogFunction(stack, 'SentLog', { bundle, logDays: 30, ledger })
  return { app, stack }
}

const { template, idOf, only, arnOf } = resourcesOf(made().stack)

describe('the function that writes the sent log', () => {
  it('is asked by EventBridge about what SES sent, twice again where it fails, and at most for six hours', () => {
    const queueArn = arnOf('AWS::SQS::Queue')
    expect(only('AWS::Events::Rule')).toMatchObject({
      EventPattern: { source: ['aws.ses'], 'detail-type': ['Email Sent'] },
      State: 'ENABLED',
      Targets: [{ Arn: arnOf('AWS::Lambda::Function'), DeadLetterConfig: { Arn: queueArn } }],
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
    expect(Statement).toEqual([
      { Effect: 'Allow', Action: 'dynamodb:BatchWriteItem', Resource: arnOf('AWS::DynamoDB::Table') },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: arnOf('AWS::Logs::LogGroup'),
      },
      { Effect: 'Deny', Action: 'ses:*', Resource: '*' },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('AWS::SQS::Queue') },
    ])
    const role = only('AWS::IAM::Role')
    expect([role['Policies'], role['ManagedPolicyArns']]).toEqual([undefined, undefined])
    expect(noiseIn(template)).toEqual([])
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
    expect(alarm['AlarmDescription']).toMatch(/Is mail being lost\? No;.* First: aws sqs /)
    expect(headingOf(alarm['AlarmDescription'])).not.toBeNull()
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
    const names = countedBy((write) => {
      const metrics = createEmfSentLogMetrics(write, () => 0)
      metrics.added({ written: 1, failed: 1 })
      metrics.unread()
    })
    expect(unexplained(names)).toEqual([])
  })
})

describe('the stack', () => {
  const typesOf = (settings: object) =>
    resourcesOf(stackOf(settings).stack).all.flatMap(([id, { Type }]) =>
      id.startsWith('SentLog') || id.startsWith('Ledger') ? [Type] : [],
    )

  it('has a ledger always, and nothing that listens to SES unless the configuration says so', () => {
    expect(typesOf({})).toEqual(['AWS::DynamoDB::Table'])
    expect(typesOf({ bounces: { sentLog: 'none' } })).toEqual(['AWS::DynamoDB::Table'])
    expect(typesOf({ bounces: { sentLog: 'ses-events' } })).toContain('AWS::Events::Rule')
  })
})
