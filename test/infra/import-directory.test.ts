import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import type { BundledFunction } from '../../infra/bundle.ts'
import { Directory } from '../../infra/directory.ts'
import { ImportDirectoryFunction, incomingPrefix } from '../../infra/import-directory.ts'
import { Ledger } from '../../infra/ledger.ts'
import { noiseIn, SilenceCheck } from '../../infra/silence-check.ts'
import { Storage } from '../../infra/storage.ts'
import { createEmfImportMetrics } from '../../lambda/adapters/emf-import-metrics.ts'
import { policyOf } from '../../lambda/config.ts'
import { lockKey } from '../../lambda/adapters/import-items.ts'
import { incomingPrefix as functionPrefix } from '../../lambda/import-directory/dropped.ts'
import { parseConfig } from '../../lambda/config.ts'
import { countedBy, headingOf, unexplained } from './operations.ts'
import { emptyStack, resourcesOf, type Resource } from './resources.ts'
import { temporary } from './synthesized.ts'

const alias = { name: 'example.net', aliasOf: 'example.com' }
const parsed = parseConfig({ domains: ['example.com', { name: 'example.org', foldCase: false }, alias] }, 'the test')
if (parsed.kind === 'problems') throw new Error('the configuration of this test has problems')
const { config } = parsed

/** As `bundle` leaves it. */
function bundleOf(): BundledFunction {
  const directory = join(temporary('dist'), 'functions', 'import-directory')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'index.mjs'), 'export const handler = async () => undefined\n')
  return { name: 'import-directory', directory, files: ['index.mjs'], bytes: 1, hash: 'a'.repeat(64), codeVersion: '0' }
}

/** The construct, with what it stands on, in a stack of its own. */
function made() {
  const { app, stack } = emptyStack()
  const storage = new Storage(stack, 'Storage', config)
  const directory = new Directory(stack, 'Directory')
  new ImportDirectoryFunction(stack, 'Import', {
    bundle: bundleOf(),
    policy: policyOf(config),
    logDays: 30,
    storage,
    directory,
    ledger: new Ledger(stack, 'Ledger'),
  })
  return { app, stack }
}

const { template, all, idOf, only, arnOf } = resourcesOf(made().stack)
const table = 'AWS::DynamoDB::Table'

describe('the function that imports dropped lists', () => {
  it('is told of them by EventBridge, tries twice again, and has a quarter of an hour', () => {
    expect(incomingPrefix).toBe(functionPrefix)
    expect(only('AWS::Events::Rule')).toMatchObject({
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [{ Ref: recordBucket() }] }, object: { key: [{ prefix: 'directory/incoming/' }] } },
      },
      State: 'ENABLED',
    })
    expect(propertiesOf(recordBucket())).toMatchObject({
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    })
    expect(only('AWS::Lambda::EventInvokeConfig')).toMatchObject({ MaximumRetryAttempts: 2 })
    const { Timeout, MemorySize, EphemeralStorage, Environment } = only('AWS::Lambda::Function')
    expect({ Timeout, MemorySize, EphemeralStorage, Environment }).toEqual({
      Timeout: 900,
      MemorySize: 1024,
      EphemeralStorage: { Size: 2048 },
      Environment: {
        Variables: {
          DIRECTORY_TABLE: { Ref: idOf(table, 'Directory') },
          LEDGER_TABLE: { Ref: idOf(table, 'Ledger') },
          RECORD_BUCKET: { Ref: recordBucket() },
        },
      },
    })
  })

  it('may do this, and nothing else', () => {
    const { Statement } = only('AWS::IAM::Policy')['PolicyDocument'] as { readonly Statement: readonly object[] }
    const bucket = { 'Fn::GetAtt': [recordBucket(), 'Arn'] }
    const directory = arnOf(table, 'Directory')
    const below = (prefix: string) => ({ 'Fn::Join': ['', [bucket, `/directory/${prefix}/*`]] })
    expect(Statement).toEqual([
      { Effect: 'Allow', Action: 's3:GetObject', Resource: [below('incoming'), below('snapshots')] },
      { Effect: 'Allow', Action: 's3:PutObject', Resource: [below('history'), below('reports'), below('snapshots')] },
      { Effect: 'Allow', Action: 's3:DeleteObject', Resource: below('snapshots') },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucket },
      {
        Effect: 'Allow',
        Action: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        Resource: directory,
      },
      {
        Effect: 'Allow',
        Action: 'dynamodb:DeleteItem',
        Resource: directory,
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [lockKey] } },
      },
      {
        Effect: 'Allow',
        Action: 'dynamodb:BatchGetItem',
        Resource: arnOf(table, 'Ledger'),
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: arnOf('AWS::Logs::LogGroup'),
      },
      { Effect: 'Deny', Action: 'ses:*', Resource: '*' },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('AWS::SQS::Queue') },
    ])
    expect(noiseIn(template)).toEqual([])
  })

  it('has its settings beside the code', () => {
    const { app } = made()
    const assembly = app.synth().directory
    const folders = readdirSync(assembly).filter((name) => name.startsWith('asset.'))
    const files = folders.flatMap((folder) =>
      readdirSync(join(assembly, folder)).map((name) => join(assembly, folder, name)),
    )
    const settings = files.find((name) => name.endsWith('import.json'))
    expect(JSON.parse(readFileSync(settings ?? '', 'utf8'))).toEqual({
      domains: [
        { name: 'example.com', foldCase: true, listedUnder: null },
        { name: 'example.org', foldCase: false, listedUnder: null },
        { name: 'example.net', foldCase: true, listedUnder: 'example.com' },
      ],
      limits: { removedShare: 0.1, removedCount: null },
    })
  })

  it('raises two alarms, each with its heading in the operations, and counts nothing that they do not explain', () => {
    const alarms = all.flatMap(([, { Type, Properties }]) => (Type === 'AWS::CloudWatch::Alarm' ? [Properties] : []))
    expect(alarms.map((alarm) => alarm['MetricName']).sort()).toEqual([
      'DirectoryImportsFailed',
      'DirectoryImportsRefused',
    ])
    for (const alarm of alarms) {
      expect(alarm['AlarmDescription']).toMatch(/Is mail being lost\? No;.* First: aws s3 /)
      expect(headingOf(alarm['AlarmDescription'])).not.toBeNull()
      expect(alarm).toMatchObject({ Namespace: 'Quietgate', Threshold: 1, TreatMissingData: 'notBreaching' })
    }
    const names = countedBy((write) => {
      const metrics = createEmfImportMetrics(write, () => 0)
      metrics.applied({ added: 1, changed: 1, removed: 1 })
      metrics.refused()
      metrics.failed()
    })
    expect([names.length, unexplained(names)]).toEqual([6, []])
  })

  it('has dropped files and reports gone after a month', () => {
    const { LifecycleConfiguration } = propertiesOf(recordBucket())
    const { Rules } = LifecycleConfiguration as {
      readonly Rules: readonly { readonly Prefix?: string; readonly ExpirationInDays: number }[]
    }
    expect(
      Rules.flatMap(({ Prefix = '', ExpirationInDays }) =>
        Prefix.startsWith('directory/') ? [[Prefix, ExpirationInDays]] : [],
      ),
    ).toEqual([
      ['directory/incoming/', 30],
      ['directory/reports/', 30],
    ])
  })

  it('passes the checks of a deploy', () => {
    const { app } = made()
    Validations.of(app).addPlugins(new SilenceCheck(), new AwsSolutionsChecks(app))
    expect(app.synth().stacks).toHaveLength(1)
  }, 60_000)
})

function recordBucket(): string {
  return all.find(([id, { Type }]) => Type === 'AWS::S3::Bucket' && id.includes('Records'))![0]
}

function propertiesOf(id: string): Resource['Properties'] {
  return all.find(([logicalId]) => logicalId === id)![1].Properties
}
