import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, CfnCondition, CfnOutput, CfnResource, Duration, Fn, Stack } from 'aws-cdk-lib'
import { AttributeType, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Alias, Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { ReceiptRuleSet, TlsPolicy } from 'aws-cdk-lib/aws-ses'
import { AddHeader, Lambda, LambdaInvocationType, S3, Sns, Stop } from 'aws-cdk-lib/aws-ses-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTemplate } from '../../../local/template/assembly.ts'
import { functionByArn, functionsOf } from '../../../local/template/functions.ts'
import { outputsOf } from '../../../local/template/outputs.ts'
import { receiptRulesOf } from '../../../local/template/receipt-rules.ts'
import { rolePoliciesOf } from '../../../local/template/role-policies.ts'
import { bucketsOf, tablesOf } from '../../../local/template/storage.ts'
import type { Template } from '../../../local/template/template.ts'

let dir: string
let template: Template

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'quietgate-template-'))
  synthesize(dir)
  template = readTemplate(join(dir, 'out'), 'eu-west-1')
}, 60_000)

afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** A stack with everything that the readers read, as an app of ours would write it. */
function synthesize(into: string): void {
  mkdirSync(join(into, 'code'))
  writeFileSync(join(into, 'code', 'index.mjs'), 'export const handler = async () => ({ disposition: "CONTINUE" })')
  const app = new App({ outdir: join(into, 'out'), analyticsReporting: false })
  const stack = new Stack(app, 'Quietgate')
  const mail = new Bucket(stack, 'Mail')
  new Bucket(stack, 'Records', { bucketName: 'records-of-ours' })
  const directory = new TableV2(stack, 'Directory', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expires',
    globalSecondaryIndexes: [{ indexName: 'by-domain', partitionKey: { name: 'domain', type: AttributeType.STRING } }],
  })
  new Table(stack, 'Old', { tableName: 'old', partitionKey: { name: 'id', type: AttributeType.NUMBER } })
  const filter = new LambdaFunction(stack, 'Filter', {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(join(into, 'code')),
    timeout: Duration.seconds(15),
    memorySize: 256,
    environment: { MAIL_BUCKET: mail.bucketName, TABLE_ARN: directory.tableArn, REGION: stack.region, LIMIT: '7' },
  })
  filter.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [mail.arnForObjects('mail/*')] }))
  filter.role?.addManagedPolicy(
    new ManagedPolicy(stack, 'Own', {
      statements: [new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [directory.tableArn] })],
    }),
  )
  const live = new Alias(stack, 'Live', { aliasName: 'live', version: filter.currentVersion })
  new ReceiptRuleSet(stack, 'Rules', {
    rules: [
      {
        recipients: ['example.com'],
        scanEnabled: true,
        actions: [
          new S3({ bucket: mail, objectKeyPrefix: 'mail/' }),
          new Lambda({ function: live, invocationType: LambdaInvocationType.REQUEST_RESPONSE }),
        ],
      },
      {
        receiptRuleName: 'second',
        tlsPolicy: TlsPolicy.REQUIRE,
        enabled: false,
        actions: [
          new AddHeader({ name: 'X-Seen', value: 'yes' }),
          new Sns({ topic: new Topic(stack, 'News') }),
          new Stop(),
        ],
      },
    ],
  })
  const abroad = new CfnCondition(stack, 'Abroad', {
    expression: Fn.conditionNot(Fn.conditionEquals(stack.region, 'eu-west-1')),
  })
  new CfnResource(stack, 'Elsewhere', { type: 'AWS::S3::Bucket' }).cfnOptions.condition = abroad
  new CfnOutput(stack, 'MailBucket', { value: mail.bucketName })
  new CfnOutput(stack, 'Where', {
    value: Fn.conditionIf('Abroad', 'away', Fn.sub('home in ${AWS::Region}')).toString(),
  })
  new CfnOutput(stack, 'Never', { value: 'x', condition: abroad })
  app.synth()
}

const ACCOUNT = '123456789012'
const FUNCTION = /^arn:aws:lambda:eu-west-1:123456789012:function:Quietgate-Filter[0-9A-F]{8}-[0-9a-f]{10}$/

describe('a synthesized assembly', () => {
  it('gives buckets the names that they ask for, and lower-case ones that stay the same to the others', () => {
    const [mail, records, ...others] = bucketsOf(template)
    expect(others).toEqual([])
    expect(mail?.name).toMatch(/^quietgate-mail[0-9a-f]{8}-[0-9a-f]{10}$/)
    expect(mail).toEqual({
      logicalId: expect.stringMatching(/^Mail/) as string,
      name: mail?.name,
      arn: `arn:aws:s3:::${mail?.name ?? ''}`,
    })
    expect(records?.name).toBe('records-of-ours')
    expect(bucketsOf(readTemplate(join(dir, 'out'), 'eu-west-1'))).toEqual([mail, records])
  })

  it('gives tables as the API creates them, on demand', () => {
    const [directory, old] = tablesOf(template)
    expect(directory).toEqual({
      logicalId: expect.stringMatching(/^Directory/) as string,
      name: directory?.name,
      arn: `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/${directory?.name ?? ''}`,
      timeToLive: 'expires',
      createTable: {
        TableName: directory?.name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'domain', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-domain',
            KeySchema: [{ AttributeName: 'domain', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
    })
    expect(old?.createTable).toEqual({
      TableName: 'old',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
    })
  })

  it('gives a function with the folder of its code, its environment resolved, and its role', () => {
    const [filter, ...others] = functionsOf(template)
    expect(others).toEqual([])
    expect(filter?.arn).toMatch(FUNCTION)
    expect(filter).toEqual({
      logicalId: expect.stringMatching(/^Filter/) as string,
      name: filter?.arn.split(':')[6],
      arn: filter?.arn,
      codeDir: expect.stringMatching(/\/out\/asset\.[0-9a-f]{64}$/) as string,
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutSeconds: 15,
      memoryMb: 256,
      environment: {
        MAIL_BUCKET: bucketsOf(template)[0]?.name,
        TABLE_ARN: tablesOf(template)[0]?.arn,
        REGION: 'eu-west-1',
        LIMIT: '7',
      },
      roleLogicalId: expect.stringMatching(/^FilterServiceRole/) as string,
      roleArn: expect.stringMatching(/^arn:aws:iam::123456789012:role\/Quietgate-FilterServiceRole/) as string,
    })
  })

  it('finds a function by its ARN, and by that of an alias or a version', () => {
    const [filter] = functionsOf(template)
    const arn = filter?.arn ?? ''
    expect([arn, `${arn}:live`, `${arn}:1`].map((one) => functionByArn(template, one))).toEqual([
      filter,
      filter,
      filter,
    ])
    expect(functionByArn(template, `${arn}x`)).toBeNull()
  })

  it('gives receipt rules in the order of SES, with typed actions', () => {
    const bucketName = bucketsOf(template)[0]?.name
    const functionArn = `${functionsOf(template)[0]?.arn ?? ''}:live`
    const logicalId = expect.stringMatching(/^Rules/) as string
    expect(receiptRulesOf(template)).toEqual([
      {
        logicalId,
        name: expect.stringMatching(/^Quietgate-Rules/) as string,
        rules: [
          {
            logicalId,
            name: expect.stringMatching(/^Quietgate-RulesRule0/) as string,
            enabled: true,
            recipients: ['example.com'],
            scanEnabled: true,
            tlsPolicy: 'Optional',
            actions: [
              { kind: 's3', bucketName, objectKeyPrefix: 'mail/' },
              { kind: 'lambda', functionArn, invocationType: 'RequestResponse' },
            ],
          },
          {
            logicalId,
            name: 'second',
            enabled: false,
            recipients: [],
            scanEnabled: false,
            tlsPolicy: 'Require',
            actions: [
              { kind: 'add-header', name: 'X-Seen', value: 'yes' },
              {
                kind: 'sns',
                topicArn: expect.stringMatching(/^arn:aws:sns:eu-west-1:123456789012:Quietgate-News/) as string,
              },
              { kind: 'stop' },
            ],
          },
        ],
      },
    ])
  })

  it("gathers a role's statements from every kind of policy", () => {
    const [mail] = bucketsOf(template)
    const [directory] = tablesOf(template)
    const none = { notActions: [], notResources: [], conditions: null }
    const logs = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']
    const statements = rolePoliciesOf(template, functionsOf(template)[0]?.roleLogicalId ?? '')
    expect(statements).toHaveLength(3)
    expect(statements).toEqual(
      expect.arrayContaining([
        { effect: 'Allow', actions: ['s3:GetObject'], resources: [`${mail?.arn ?? ''}/mail/*`], ...none },
        { effect: 'Allow', actions: ['dynamodb:GetItem'], resources: [directory?.arn], ...none },
        { effect: 'Allow', actions: logs, resources: ['*'], ...none },
      ]),
    )
  })

  it('leaves out what stands under a condition that does not hold, and resolves the outputs', () => {
    expect(outputsOf(template)).toEqual({ MailBucket: bucketsOf(template)[0]?.name, Where: 'home in eu-west-1' })
    const abroad = readTemplate(join(dir, 'out'), 'us-east-1')
    expect(bucketsOf(abroad).map(({ logicalId }) => logicalId)).toContain('Elsewhere')
    expect(outputsOf(abroad)).toEqual({ MailBucket: bucketsOf(abroad)[0]?.name, Where: 'away', Never: 'x' })
  })
})

describe('a folder that is no assembly with one stack', () => {
  it('says which file is missing and what to run', () => {
    expect(() => readTemplate(join(dir, 'code'))).toThrow(
      /code\/manifest\.json: expected a file of a synthesized cloud assembly, found none\. Run cdk synth/,
    )
  })

  it('names the stacks where there are several', () => {
    const stack = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile: 'x' },
    }
    writeFileSync(join(dir, 'manifest.json'), JSON.stringify({ artifacts: { One: stack, Two: stack } }))
    expect(() => readTemplate(dir)).toThrow(/expected exactly one stack, found One, Two/)
  })
})
