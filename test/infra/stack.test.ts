import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { parseConfig, policyOf } from '../../lambda/config.ts'
import type { ProbePlan } from '../../lambda/config/probe-plan.ts'
import { stackOf, templateOf } from './synthesized.ts'

type Resource = {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly DependsOn?: readonly string[]
}

const template = templateOf()

describe('the receipt rule', () => {
  it('scans, stores the mail, and only then asks the function and waits for its answer', () => {
    expect(only(template, 'AWS::SES::ReceiptRule').Properties).toEqual({
      RuleSetName: { Ref: idOf(template, 'AWS::SES::ReceiptRuleSet') },
      Rule: {
        Enabled: true,
        Recipients: ['example.com'],
        ScanEnabled: true,
        TlsPolicy: 'Optional',
        Actions: [
          { S3Action: { BucketName: { Ref: mailBucket }, ObjectKeyPrefix: 'mail/' } },
          {
            LambdaAction: {
              FunctionArn: { Ref: idOf(template, 'AWS::Lambda::Alias') },
              InvocationType: 'RequestResponse',
            },
          },
        ],
      },
    })
  })

  it('is one for all domains, and is made after what SES is allowed to do', () => {
    const domains = Array.from({ length: 500 }, (_, index) => `d${index}.example`)
    const many = templateOf({ domains: [...domains.slice(1), 'bücher.example'] })
    const rule = only(many, 'AWS::SES::ReceiptRule')
    expect((rule.Properties['Rule'] as { readonly Recipients: unknown }).Recipients).toEqual([
      ...domains.slice(1),
      'xn--bcher-kva.example',
    ])
    const permissions = idsOf(many, 'AWS::Lambda::Permission').filter((id) => id.startsWith('Live'))
    expect(rule.DependsOn).toEqual([...permissions, expect.stringContaining('MailPolicy')])
  })

  it('may be asked by SES for this account alone', () => {
    const account = { Ref: 'AWS::AccountId' }
    expect(only(template, 'AWS::Lambda::Permission', 'Live').Properties).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: idOf(template, 'AWS::Lambda::Alias') },
      Principal: 'ses.amazonaws.com',
      SourceAccount: account,
    })
    const [policy] = statementsOf(template, 'AWS::S3::BucketPolicy').filter(({ Effect }) => Effect === 'Allow')
    expect(policy).toEqual({
      Action: 's3:PutObject',
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
      Effect: 'Allow',
      Principal: { Service: 'ses.amazonaws.com' },
      Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [mailBucket, 'Arn'] }, '/mail/*']] },
    })
  })
})

describe('the filter function', () => {
  const { Properties } = only(template, 'AWS::Lambda::Function', 'Filter')

  it('runs on the runtime that the laptop runs it on', () => {
    const { Runtime, Architectures, Handler, MemorySize, LoggingConfig } = Properties
    expect({ Runtime, Architectures, Handler, MemorySize, LoggingConfig }).toEqual({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      LoggingConfig: { LogGroup: { Ref: idOf(template, 'AWS::Logs::LogGroup', 'Filter') } },
    })
  })

  it.each([1000, 8000, 8001, 25_000])(
    'has longer than its own deadline of %i ms, and SES waits longer still',
    (deadlineMs) => {
      const made = templateOf({ deadlineMs, dns: { budgetMs: 900, timeoutMs: 400 } })
      const timeout = only(made, 'AWS::Lambda::Function', 'Filter').Properties['Timeout'] as number
      expect(timeout).toBeGreaterThanOrEqual(deadlineMs / 1000 + 4)
      expect(timeout).toBeLessThan(30)
    },
  )

  it('finds in its environment where things lie, in far less than the 4 KB that Lambda allows', () => {
    const { Variables } = Properties['Environment'] as { readonly Variables: unknown }
    expect(Variables).toEqual({
      MAIL_BUCKET: { Ref: mailBucket },
      MAIL_PREFIX: 'mail/',
      RECORD_BUCKET: { Ref: recordBucket },
      DIRECTORY_TABLE: { Ref: directoryTable },
      STATE_TABLE: { Ref: stateTable },
      LEDGER_TABLE: { Ref: ledgerTable },
      CODE_VERSION: expect.stringMatching(/^0\.1\.0\+[0-9a-f]{8}$/) as string,
    })
    expect(JSON.stringify(Variables).length).toBeLessThan(1024)
  })

  it('is shipped with its policy beside it, and anew when only the policy changes', () => {
    const { app, stack } = stackOf({ mode: 'enforce' })
    const folder = assetWith('policy.json', app.synth().directory)
    expect(readdirSync(folder).sort()).toEqual(['index.mjs', 'policy.json'])
    const parsed = parseConfig({ mode: 'enforce', domains: ['example.com'] }, 'the test')
    expect(JSON.parse(readFileSync(join(folder, 'policy.json'), 'utf8'))).toEqual(
      parsed.kind === 'config' && policyOf(parsed.config),
    )
    expect(stack.stackName).toBe('Quietgate')
    expect(Properties['Code']).not.toEqual(
      only(templateOf({ mode: 'enforce' }), 'AWS::Lambda::Function', 'Filter').Properties['Code'],
    )
    expect(Properties['Code']).toEqual(only(templateOf(), 'AWS::Lambda::Function', 'Filter').Properties['Code'])
  })

  it('may do this, and nothing else', () => {
    expect(table(statementsOf(template, 'AWS::IAM::Policy', 'Filter'))).toEqual(
      [
        'Allow  s3:PutObject           RecordBucket/in/*, RecordBucket/quarantine/*',
        'Allow  s3:GetObject           MailBucket/mail/*, RecordBucket/entries/*, RecordBucket/in/*',
        'Allow  s3:ListBucket          RecordBucket',
        'Allow  dynamodb:BatchGetItem  DirectoryTable, LedgerTable, StateTable',
        'Allow  dynamodb:PutItem, dynamodb:UpdateItem  LedgerTable',
        'Allow  logs:CreateLogStream, logs:PutLogEvents  FilterLogs',
        'Deny   ses:*                  *',
      ].map((line) => line.replace(/ +/g, ' ')),
    )
    const role = only(template, 'AWS::IAM::Role', 'Filter').Properties
    expect([role['Policies'], role['ManagedPolicyArns']]).toEqual([undefined, undefined])
    expect(Properties['Role']).toEqual({ 'Fn::GetAtt': [idOf(template, 'AWS::IAM::Role', 'Filter'), 'Arn'] })
  })
})

describe('the probe of the lists', () => {
  const { Properties } = only(template, 'AWS::Lambda::Function', 'Probe')
  const zones = ['bl.spamcop.net=127.0.0.2*2']

  it('runs every minute where there are lists, once, and has ended before it runs again', () => {
    const made = templateOf({ dnsbl: { zones } })
    const probe = idOf(made, 'AWS::Lambda::Function', 'Probe')
    expect(only(made, 'AWS::Events::Rule', 'Probe').Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [probe, 'Arn'] } }],
    })
    expect(only(made, 'AWS::Lambda::EventInvokeConfig', 'Probe').Properties).toMatchObject({
      FunctionName: { Ref: probe },
      MaximumRetryAttempts: 0,
    })
    expect(Properties['Timeout']).toBe(50)
    expect(only(made, 'AWS::Lambda::Permission', 'Probe').Properties).toMatchObject({
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [idOf(made, 'AWS::Events::Rule', 'Probe'), 'Arn'] },
    })
    expect(only(templateOf({ dnsbl: { zones: [] } }), 'AWS::Events::Rule', 'Probe').Properties['State']).toBe(
      'DISABLED',
    )
  })

  it('may do this, and nothing else', () => {
    expect(table(statementsOf(template, 'AWS::IAM::Policy', 'Probe'))).toEqual([
      'Allow s3:PutObject RecordBucket/events/*',
      'Allow dynamodb:BatchGetItem, dynamodb:PutItem StateTable',
      'Allow logs:CreateLogStream, logs:PutLogEvents ProbeLogs',
      'Deny ses:* *',
    ])
    const role = only(template, 'AWS::IAM::Role', 'Probe').Properties
    expect([role['Policies'], role['ManagedPolicyArns']]).toEqual([undefined, undefined])
  })

  it('finds its plan beside its code, and where to write in its environment', () => {
    const outbound = { addresses: ['198.51.100.9'], domains: ['example.com'], domainZones: ['dbl.example'] }
    const { app } = stackOf({ dnsbl: { zones }, outbound })
    const folder = assetWith('probe.json', app.synth().directory)
    expect(readdirSync(folder).sort()).toEqual(['index.mjs', 'probe.json'])
    const plan = JSON.parse(readFileSync(join(folder, 'probe.json'), 'utf8')) as ProbePlan
    expect(plan.policy.dnsxl.zones.map(({ zone }) => zone)).toEqual(['bl.spamcop.net'])
    expect(plan.outbound).toMatchObject({
      addresses: ['198.51.100.9'],
      domains: ['example.com'],
      domainZones: [{ zone: 'dbl.example', errorCodes: ['127.0.1.255'] }],
    })
    expect(plan.zones).toEqual([
      {
        zone: 'bl.spamcop.net',
        codes: expect.arrayContaining([expect.objectContaining({ pattern: '127.0.0.2' })]) as unknown,
        url: expect.stringMatching(/^https:/) as string,
      },
    ])
    expect(Properties['Environment']).toEqual({
      Variables: { RECORD_BUCKET: { Ref: recordBucket }, STATE_TABLE: { Ref: stateTable } },
    })
  })
})

describe('the keys in the names of lists', () => {
  const zones = ['{dqs}.zen.dq.spamhaus.net=127.0.0.[2..11]*3', '{mine}.bl.example=127.0.0.2*2']
  const withOperator = [zones[0], { term: zones[1], operator: 'Mine' }]

  it('may be read by both functions, each key by its own ARN and no other', () => {
    const keys = { dqs: { secretsManager: 'quietgate/dqs' }, mine: { ssm: '/quietgate/mine' } }
    const made = templateOf({ dnsbl: { zones: withOperator, keys } })
    for (const construct of ['Filter', 'Probe']) {
      const statements = statementsOf(made, 'AWS::IAM::Policy', construct)
      expect(table(statements.filter(({ Action }) => /^(secretsmanager|ssm):/.test(String(Action))))).toEqual([
        'Allow secretsmanager:GetSecretValue arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:quietgate/dqs-??????',
        'Allow ssm:GetParameter arn:PARTITION:ssm:REGION:ACCOUNT:parameter/quietgate/mine',
      ])
    }
  })

  it('may be read by the ARN of the secret, where the configuration has that', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:dqs-AbCdEf'
    const made = templateOf({ dnsbl: { zones: [zones[0]], keys: { dqs: { secretsManager: arn } } } })
    expect(statementsOf(made, 'AWS::IAM::Policy', 'Probe').map(({ Resource }) => Resource)).toContainEqual(arn)
  })
})

describe('what is kept', () => {
  it('ends when the configuration says so', () => {
    const short = templateOf({ retention: { recordsDays: 90, mailDays: 7, logDays: 3 } })
    const rules = [mailBucket, recordBucket].map((id) => {
      const { Rules } = resourcesOf(short)[id]?.Properties['LifecycleConfiguration'] as {
        readonly Rules: readonly object[]
      }
      return Rules.map((rule) => ({ ...rule, AbortIncompleteMultipartUpload: undefined }))
    })
    expect(rules).toEqual([
      [{ Id: 'mail-7-days', Prefix: 'mail/', ExpirationInDays: 7, Status: 'Enabled' }],
      [
        { Id: 'in-14-days', Prefix: 'in/', ExpirationInDays: 14, Status: 'Enabled' },
        { Id: 'quarantine-7-days', Prefix: 'quarantine/', ExpirationInDays: 7, Status: 'Enabled' },
        { Id: 'events-90-days', Prefix: 'events/', ExpirationInDays: 90, Status: 'Enabled' },
        { Id: 'releases-90-days', Prefix: 'releases/', ExpirationInDays: 90, Status: 'Enabled' },
        {
          Id: 'replaced-30-days',
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          ExpiredObjectDeleteMarker: true,
          Status: 'Enabled',
        },
        { Id: 'directory-incoming-30-days', Prefix: 'directory/incoming/', ExpirationInDays: 30, Status: 'Enabled' },
        { Id: 'directory-reports-30-days', Prefix: 'directory/reports/', ExpirationInDays: 30, Status: 'Enabled' },
        { Id: 'orphans-7-days', Prefix: 'orphans/', ExpirationInDays: 7, Status: 'Enabled' },
        { Id: 'records-90-days', Prefix: 'records/', ExpirationInDays: 90, Status: 'Enabled' },
        { Id: 'athena-7-days', Prefix: 'athena/', ExpirationInDays: 7, Status: 'Enabled' },
      ],
    ])
    for (const construct of ['Filter', 'Probe'])
      expect(only(short, 'AWS::Logs::LogGroup', construct).Properties['RetentionInDays']).toBe(3)
  })

  it('is encrypted, closed to the public and to plain HTTP', () => {
    for (const id of [mailBucket, recordBucket]) {
      const { BucketName, BucketEncryption, PublicAccessBlockConfiguration } =
        resourcesOf(template)[id]?.Properties ?? {}
      expect({ BucketName, BucketEncryption, PublicAccessBlockConfiguration }).toEqual({
        BucketName: undefined,
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      })
    }
    const denials = statementsOf(template, 'AWS::S3::BucketPolicy').filter(({ Effect }) => Effect === 'Deny')
    expect(denials.map(({ Action, Condition }) => ({ Action, Condition }))).toEqual(
      [1, 2].map(() => ({ Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })),
    )
  })

  it('has a directory that is keyed by address and can be restored', () => {
    expect(only(template, 'AWS::DynamoDB::Table', 'Directory').Properties).toEqual({
      AttributeDefinitions: [{ AttributeName: 'address', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'address', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      Tags: [{ Key: 'application', Value: 'quietgate' }],
    })
  })

  it('has a ledger whose items end by themselves, and that can be restored', () => {
    expect(only(template, 'AWS::DynamoDB::Table', 'Ledger').Properties).toEqual({
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      Tags: [{ Key: 'application', Value: 'quietgate' }],
    })
  })

  it('has a table of states that is keyed by id and can be restored', () => {
    expect(only(template, 'AWS::DynamoDB::Table', 'State').Properties).toEqual({
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      Tags: [{ Key: 'application', Value: 'quietgate' }],
    })
  })
})

describe('the stack', () => {
  it('says where everything is, and what is to be done by hand', () => {
    const outputs = template.toJSON()['Outputs'] as Record<string, { Value: unknown; Description: string }>
    expect(Object.fromEntries(Object.entries(outputs).map(([name, { Value }]) => [name, Value]))).toEqual({
      MailBucket: { Ref: mailBucket },
      RecordBucket: { Ref: recordBucket },
      RecordsTable: expect.stringMatching(/^quietgate_recordstable_[0-9a-f]{8}\.records$/) as string,
      RecordsWorkGroup: expect.stringMatching(/^Quietgate-RecordsTable-[0-9A-F]{8}$/) as string,
      DirectoryTable: { Ref: directoryTable },
      StateTable: { Ref: stateTable },
      LedgerTable: { Ref: ledgerTable },
      FilterFunction: { Ref: filterFunction },
      FilterAlias: { Ref: idOf(template, 'AWS::Lambda::Alias') },
      ProbeFunction: { Ref: idOf(template, 'AWS::Lambda::Function', 'Probe') },
      ImportFunction: { Ref: idOf(template, 'AWS::Lambda::Function', 'Import') },
      SweepFunction: { Ref: idOf(template, 'AWS::Lambda::Function', 'Sweep') },
      WidgetRead: { 'Fn::GetAtt': [idOf(template, 'AWS::Lambda::Function', 'WidgetsRead'), 'Arn'] },
      Activation: { 'Fn::GetAtt': [idOf(template, 'Custom::QuietgateActivation'), 'Said'] },
      MxRecords: {
        'Fn::Join': ['', ['example.com: MX 10 inbound-smtp.', { Ref: 'AWS::Region' }, '.amazonaws.com']],
      },
      RuleSet: { Ref: idOf(template, 'AWS::SES::ReceiptRuleSet') },
    })
    expect(outputs['RuleSet']?.Description).not.toContain('set-active')
    const byHand = templateOf({ receiving: { activate: false } }).toJSON()['Outputs'] as typeof outputs
    expect(byHand['RuleSet']?.Description).toContain('aws ses set-active-receipt-rule-set')
  })

  it('is bound to a region only where the configuration names one', () => {
    expect(stackOf().app.synth().getStackByName('Quietgate').environment.region).toBe('unknown-region')
    expect(stackOf({ region: 'eu-west-1' }).app.synth().getStackByName('Quietgate').environment.region).toBe(
      'eu-west-1',
    )
  })
})

const mailBucket = outputRef('MailBucket')
const recordBucket = outputRef('RecordBucket')
const directoryTable = outputRef('DirectoryTable')
const stateTable = outputRef('StateTable')
const ledgerTable = outputRef('LedgerTable')
const filterFunction = outputRef('FilterFunction')

type Statement = {
  readonly Effect: string
  readonly Action: unknown
  readonly Resource: unknown
  readonly Condition?: unknown
}

function outputRef(name: string): string {
  return (template.toJSON()['Outputs'] as Record<string, { Value: { Ref: string } }>)[name]?.Value.Ref ?? ''
}

function resourcesOf(of: Template): Readonly<Record<string, Resource>> {
  return of.toJSON()['Resources'] as Record<string, Resource>
}

/** The resources of a type that a construct of the stack made; of all constructs, if none is named. */
function idsOf(of: Template, type: string, construct = ''): readonly string[] {
  return Object.entries(resourcesOf(of)).flatMap(([id, resource]) =>
    resource.Type === type && id.startsWith(construct) ? [id] : [],
  )
}

function idOf(of: Template, type: string, construct = ''): string {
  const ids = idsOf(of, type, construct)
  expect(ids).toHaveLength(1)
  return ids[0] ?? ''
}

function only(of: Template, type: string, construct = ''): Resource {
  return resourcesOf(of)[idOf(of, type, construct)]!
}

function statementsOf(of: Template, type: string, construct = ''): readonly Statement[] {
  return idsOf(of, type, construct)
    .map((id) => resourcesOf(of)[id]!)
    .flatMap(
      ({ Properties }) => (Properties['PolicyDocument'] as { readonly Statement: readonly Statement[] }).Statement,
    )
}

/** The folder of the asset that holds this file. */
function assetWith(fileName: string, assembly: string): string {
  const folders = readdirSync(assembly).filter((name) => name.startsWith('asset.'))
  const found = folders.filter((name) => readdirSync(join(assembly, name)).includes(fileName))
  expect(found).toHaveLength(1)
  return join(assembly, found[0] ?? '')
}

/** Each statement as a line: effect, actions, and resources by the name that a person knows them by. */
function table(statements: readonly Statement[]): readonly string[] {
  const names = new Map([
    [mailBucket, 'MailBucket'],
    [recordBucket, 'RecordBucket'],
    [directoryTable, 'DirectoryTable'],
    [stateTable, 'StateTable'],
    [ledgerTable, 'LedgerTable'],
    [idOf(template, 'AWS::Logs::LogGroup', 'Filter'), 'FilterLogs'],
    [idOf(template, 'AWS::Logs::LogGroup', 'Probe'), 'ProbeLogs'],
  ])
  const shown = (resource: unknown): string => {
    if (typeof resource === 'string') return resource
    const {
      Ref,
      'Fn::GetAtt': attribute,
      'Fn::Join': join,
    } = resource as {
      Ref?: string
      'Fn::GetAtt'?: readonly [string, string]
      'Fn::Join'?: readonly [string, readonly unknown[]]
    }
    if (Ref !== undefined) return Ref.replace('AWS::', '').replace('Id', '').toUpperCase()
    return attribute ? (names.get(attribute[0]) ?? attribute[0]) : (join?.[1] ?? []).map(shown).join('')
  }
  return statements.map(
    ({ Effect, Action, Resource }) =>
      `${Effect} ${[Action].flat().join(', ')} ${[Resource].flat().map(shown).join(', ')}`,
  )
}
