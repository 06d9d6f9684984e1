import { readFileSync } from 'node:fs'
import { Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import type { BundledFunction } from '../../infra/bundle.ts'
import { HandOver } from '../../infra/hand-over.ts'
import { Ledger } from '../../infra/ledger.ts'
import { noiseIn, SilenceCheck } from '../../infra/silence-check.ts'
import { State } from '../../infra/state.ts'
import { Storage } from '../../infra/storage.ts'
import { OrphanSweep } from '../../infra/sweep.ts'
import { createEmfHandOverMetrics, createEmfSweepMetrics } from '../../lambda/adapters/emf-hand-over-metrics.ts'
import type { HandOverPlan } from '../../lambda/config/hand-over-plan.ts'
import { bundles } from './synthesized.ts'
import { emptyStack } from './resources.ts'

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }
type Statement = { readonly Effect: string; readonly Action: unknown; readonly Resource: unknown }

const smtp: HandOverPlan = {
  target: {
    kind: 'smtp',
    host: 'mx.example.com',
    port: 587,
    tls: 'starttls',
    ca: null,
    credentials: { name: 'smtp', kept: 'secrets-manager', id: 'quietgate/relay' },
  },
  postmaster: null,
  rememberedDays: 44,
}

/** Both constructs, with what they need, in a stack of their own. */
function made(plan: HandOverPlan = smtp) {
  const { app, stack } = emptyStack()
  const storage = new Storage(stack, 'Storage', { retention: { recordsDays: 400, mailDays: 30 } })
  const ledger = new Ledger(stack, 'Ledger')
  const state = new State(stack, 'State')
  new HandOver(stack, 'HandOver', {
    receiver: bundle('hand-over'),
    worker: bundle('deliver'),
    plan,
    concurrency: 5,
    logDays: 30,
    storage,
    ledger,
  })
  new OrphanSweep(stack, 'Sweep', { bundle: bundle('sweep'), logDays: 30, mailDays: 30, storage, state })
  return { app, stack }
}

/** One that is there already, under another name. */
function bundle(name: string): BundledFunction {
  return { ...bundles[0]!, name }
}

function resourcesOf(plan?: HandOverPlan): readonly (readonly [string, Resource])[] {
  return Object.entries(Template.fromStack(made(plan).stack).toJSON()['Resources'] as Record<string, Resource>)
}

const resources = resourcesOf()
const operations = readFileSync('docs/operations.md', 'utf8')

describe('the hand-over', () => {
  it('keeps messages for two weeks, waits six times as long as the worker may take, and never sends one back', () => {
    const queues = resources.filter(([, { Type }]) => Type === 'AWS::SQS::Queue')
    expect(queues.map(([, { Properties }]) => Properties)).toEqual([
      { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true },
      {
        MessageRetentionPeriod: 1_209_600,
        SqsManagedSseEnabled: true,
        VisibilityTimeout: 1080,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [queues[0]![0], 'Arn'] }, maxReceiveCount: 1000 },
      },
    ])
    expect(only('AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    })
    const policies = resources.filter(([, { Type }]) => Type === 'AWS::SQS::QueuePolicy')
    expect(JSON.stringify(policies)).toContain('"aws:SecureTransport":"false"')
    expect(policies).toHaveLength(2)
    expect(noiseIn(Object.fromEntries([['Resources', Object.fromEntries(resources)]]))).toEqual([])
  })

  it('may do this, and nothing else', () => {
    expect(actionsOf('HandOverReceiverRole')).toEqual([
      'Allow sqs:SendMessage',
      'Allow logs:CreateLogStream,logs:PutLogEvents',
      'Deny ses:*',
    ])
    expect(actionsOf('HandOverWorkerRole')).toEqual([
      'Allow s3:GetObject',
      'Allow s3:ListBucket',
      'Allow dynamodb:UpdateItem',
      'Allow sqs:SendMessage',
      'Allow logs:CreateLogStream,logs:PutLogEvents',
      'Allow secretsmanager:GetSecretValue',
      'Deny ses:*',
      'Allow sqs:ChangeMessageVisibility,sqs:DeleteMessage,sqs:GetQueueAttributes,sqs:GetQueueUrl,sqs:ReceiveMessage',
    ])
    expect(actionsOf('SweepRole')).toEqual([
      'Allow s3:ListBucket',
      'Allow s3:GetObject',
      'Allow s3:DeleteObject,s3:PutObject',
      'Allow dynamodb:GetItem,dynamodb:PutItem',
      'Allow logs:CreateLogStream,logs:PutLogEvents',
      'Deny ses:*',
    ])
  })

  it.each([
    [{ kind: 'sns', topicArn: 'arn:aws:sns:eu-west-1:123456789012:mail' }, 'Allow sns:Publish'],
    [{ kind: 'sqs', queueArn: 'arn:aws:sqs:eu-west-1:123456789012:mail' }, 'Allow sqs:SendMessage'],
    [{ kind: 'eventbridge', busArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/mail' }, 'Allow events:PutEvents'],
  ] as const)('may use its target alone: %j', (target, action) => {
    const [, arn] = Object.values(target)
    const statements = statementsOf('HandOverWorkerRole', resourcesOf({ ...smtp, target }))
    expect(statements.filter(({ Resource }) => JSON.stringify(Resource).includes(String(arn))).map(wordsOf)).toEqual([
      action,
    ])
  })

  it('has alarms that say whether mail is being lost, what to do first, and where to read on', () => {
    const alarms = resources.flatMap(([, { Type, Properties }]) =>
      Type === 'AWS::CloudWatch::Alarm' ? [Properties] : [],
    )
    const headings = alarms.map(({ AlarmDescription: text }) => {
      const [, heading = ''] =
        /Is mail being lost\? (?:No|Not yet)[;:].* First: .* More: docs\/operations\.md, ([\w-]+)\.$/.exec(
          String(text),
        ) ?? []
      return operations.includes(`\n## ${heading}\n`) ? heading : text
    })
    expect(headings).toEqual([
      'hand-over-dead-letters',
      'hand-over-waiting',
      'hand-over-idle',
      'OrphanedMail',
      'SweepFailures',
    ])
    expect(alarms.map(({ TreatMissingData }) => TreatMissingData)).toEqual(alarms.map(() => 'notBreaching'))
  })

  it('counts nothing that the operations do not explain', () => {
    const lines: string[] = []
    const metrics = createEmfHandOverMetrics((line) => lines.push(line), Date.now)
    metrics.tried({ taken: 1, refused: 1, later: 1 })
    metrics.waiting(1)
    metrics.unread()
    createEmfSweepMetrics((line) => lines.push(line), Date.now)({ orphans: 1, failed: true })
    const names = lines.flatMap((line) => Object.keys(JSON.parse(line) as object).filter((name) => name !== '_aws'))
    expect(names).toHaveLength(7)
    expect(
      names.filter((name) => !operations.includes(`\n## ${name}\n`) && !operations.includes(`\`${name}\``)),
    ).toEqual([])
  })

  it('passes the checks of a deploy', () => {
    const { app } = made()
    Validations.of(app).addPlugins(new SilenceCheck(), new AwsSolutionsChecks(app))
    expect(app.synth().stacks).toHaveLength(1)
  }, 60_000)
})

function statementsOf(role: string, among = resources): readonly Statement[] {
  const found = among.find(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith(`${role}DefaultPolicy`))
  const { Statement } = found![1].Properties['PolicyDocument'] as { readonly Statement: readonly Statement[] }
  return Statement
}

function actionsOf(role: string): readonly string[] {
  return statementsOf(role).map(wordsOf)
}

function wordsOf({ Effect, Action }: Statement): string {
  return `${Effect} ${[Action].flat().join()}`
}

function only(type: string): Resource['Properties'] {
  const found = resources.filter(([, { Type }]) => Type === type)
  expect(found).toHaveLength(1)
  return found[0]![1].Properties
}
