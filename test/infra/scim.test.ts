import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import type { BundledFunction } from '../../infra/bundle.ts'
import { Directory } from '../../infra/directory.ts'
import { ScimEndpoint } from '../../infra/scim.ts'
import { noiseIn, SilenceCheck } from '../../infra/silence-check.ts'
import { createEmfScimMetrics } from '../../lambda/adapters/emf-scim-metrics.ts'
import { countedBy, headingOf, unexplained } from './operations.ts'
import { emptyStack, resourcesOf } from './resources.ts'
import { temporary } from './synthesized.ts'

const token = { name: 'scim', kept: 'secrets-manager', id: 'quietgate/scim' } as const

/** The construct and the directory in a stack of their own. */
function made() {
  const { app, stack } = emptyStack()
  const directory = new Directory(stack, 'Directory')
  const domains = [{ name: 'example.com', foldCase: true, aliasOf: null, mode: 'observe' }]
  new ScimEndpoint(stack, 'Scim', { bundle: oneLine(), token, domains, logDays: 30, directory })
  return { app, stack }
}

const { template, all, idOf, only, arnOf } = resourcesOf(made().stack)
const table = 'AWS::DynamoDB::Table'

describe('the SCIM endpoint', () => {
  it('is a function with a URL that asks for no signature of AWS, and a part of the concurrency of its own', () => {
    const functionArn = arnOf('AWS::Lambda::Function')
    expect(only('AWS::Lambda::Url')).toEqual({ AuthType: 'NONE', TargetFunctionArn: functionArn })
    // Since October 2025 a URL needs both (AWS Lambda Developer Guide, "Control access to Lambda function URLs").
    const permissions = all.flatMap(([, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Permission' ? [Properties] : [],
    )
    expect(permissions).toEqual([
      { Action: 'lambda:InvokeFunctionUrl', FunctionName: functionArn, FunctionUrlAuthType: 'NONE', Principal: '*' },
      { Action: 'lambda:InvokeFunction', FunctionName: functionArn, InvokedViaFunctionUrl: true, Principal: '*' },
    ])
    const { Environment, Runtime, Architectures, Timeout, ReservedConcurrentExecutions } = only('AWS::Lambda::Function')
    expect({ Environment, Runtime, Architectures, Timeout, ReservedConcurrentExecutions }).toEqual({
      Environment: {
        Variables: { SCIM_TABLE: { Ref: idOf(table, 'Scim') }, DIRECTORY_TABLE: { Ref: idOf(table, 'Directory') } },
      },
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 30,
      ReservedConcurrentExecutions: 5,
    })
    expect(only('AWS::Logs::LogGroup')['RetentionInDays']).toBe(30)
  })

  it('may do this, and nothing else: it can remove nothing from the directory', () => {
    const { Statement } = only('AWS::IAM::Policy')['PolicyDocument'] as { readonly Statement: readonly object[] }
    expect(Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['DeleteItem', 'GetItem', 'PutItem', 'Scan', 'UpdateItem'].map((name) => `dynamodb:${name}`),
        Resource: arnOf(table, 'Scim'),
      },
      { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: arnOf(table, 'Directory') },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: arnOf('AWS::Logs::LogGroup'),
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: { 'Fn::Join': ['', expect.arrayContaining([':secret:quietgate/scim-??????'])] },
      },
      { Effect: 'Deny', Action: 'ses:*', Resource: '*' },
    ])
    const role = only('AWS::IAM::Role')
    expect([role['Policies'], role['ManagedPolicyArns']]).toEqual([undefined, undefined])
    expect(noiseIn(template)).toEqual([])
  })

  it('says when it cannot do what it is asked', () => {
    const alarm = only('AWS::CloudWatch::Alarm')
    expect(alarm).toMatchObject({
      Namespace: 'Quietgate',
      MetricName: 'ScimFailures',
      TreatMissingData: 'notBreaching',
    })
    expect(alarm['AlarmDescription']).toContain('Is mail being lost? ')
    expect(headingOf(alarm['AlarmDescription'])).not.toBeNull()
  })

  it('is shipped with where its tokens are and what is served, and without a token', () => {
    const { app } = made()
    const assembly = app.synth().directory
    const [folder = '', ...others] = readdirSync(assembly).filter((name) => name.startsWith('asset.'))
    expect([readdirSync(join(assembly, folder)), others]).toEqual([['index.mjs', 'scim.json'], []])
    expect(JSON.parse(readFileSync(join(assembly, folder, 'scim.json'), 'utf8'))).toEqual({
      token,
      domains: [{ name: 'example.com', foldCase: true, aliasOf: null }],
    })
  })

  it('passes the checks of a deploy', () => {
    const { app } = made()
    Validations.of(app).addPlugins(new SilenceCheck(), new AwsSolutionsChecks(app))
    expect(app.synth().stacks).toHaveLength(1)
  }, 60_000)

  it('counts nothing that the operations do not explain', () => {
    const names = countedBy((write) =>
      createEmfScimMetrics(write, () => 0).answered({ failures: 1, unauthorized: 0, added: 2, removed: 3 }),
    )
    expect([names.length, unexplained(names)]).toEqual([5, []])
  })
})

/** A function of one line, as `bundle` leaves it. */
function oneLine(): BundledFunction {
  const directory = join(temporary('dist'), 'functions', 'scim')
  mkdirSync(directory, { recursive: true })
  const code = 'export const handler = async () => null\n'
  writeFileSync(join(directory, 'index.mjs'), code)
  const hash = createHash('sha256').update(code).digest('hex')
  return { name: 'scim', directory, files: ['index.mjs'], bytes: code.length, hash, codeVersion: '0.1.0+0' }
}
