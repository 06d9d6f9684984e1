import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AccountRootPrincipal, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { describe, expect, it } from 'vitest'
import { MailFilter } from '../../infra/mail-filter.ts'
import { bundles, templateOf } from './synthesized.ts'

/** What the rules of an account ask of every stack: whose key, how far a role may go, what remains. */

type Properties = Readonly<Record<string, unknown>>
type Resource = {
  readonly Type: string
  readonly Properties?: Properties
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly DependsOn?: readonly string[]
}
type Statement = {
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Condition?: { readonly StringEquals: { readonly 'kms:ViaService': unknown } }
}

const whole = {
  bounces: { sentLog: 'ses-events' },
  scim: { token: { ssm: '/quietgate/scim' } },
  handOver: { sqs: 'arn:aws:sqs:eu-west-1:123456789012:mail' },
}
const region = 'eu-west-1'
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'

const usual = resourcesOf(templateOf(whole))
const deleted = resourcesOf(templateOf({ ...whole, retention: { onDestroy: 'delete' } }))
const encrypted = resourcesOf(templateOf({ ...whole, region, encryption: { kmsKeyArn: keyArn } }))

const stored = /^AWS::(S3::Bucket|DynamoDB::Table|Logs::LogGroup)$/

describe('a key of the operator', () => {
  it('encrypts the answers of Athena, too', () => {
    const group = Object.values(encrypted).find(({ Type }) => Type === 'AWS::Athena::WorkGroup')
    expect(group?.Properties?.['WorkGroupConfiguration']).toMatchObject({
      ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: keyArn } },
    })
  })
})

describe('what holds data', () => {
  it('stays when the stack goes, unless it is told otherwise', () => {
    expect(policiesOf(usual)).toEqual(new Set(['Retain Retain']))
    expect(policiesOf(deleted)).toEqual(new Set(['Delete Delete']))
  })

  it('keeps its logical id either way', () => {
    const ids = (resources: Resources) => idsOf(resources, stored)
    expect(ids(deleted)).toEqual(ids(usual))
    expect(ids(encrypted)).toEqual(ids(usual))
    expect(ids(usual).length).toBeGreaterThan(15)
  })

  it('is not protected from the deletion that was asked for', () => {
    const protection = (resources: Resources) =>
      resources['DirectoryTableD64E6930']?.Properties?.['DeletionProtectionEnabled']
    expect([protection(usual), protection(deleted)]).toEqual([true, false])
  })

  it('is emptied only after everybody is gone who could put something in', () => {
    const emptyings = [...idsOf(deleted, /^Custom::S3AutoDeleteObjects$/)]
    expect(emptyings).toHaveLength(2)
    const writers = Object.entries(deleted).filter(
      ([id, { Type }]) => /^AWS::(Lambda::Function|SES::ReceiptRule)$/.test(Type) && !id.startsWith('CustomS3'),
    )
    expect(writers.length).toBeGreaterThan(9)
    for (const [, { DependsOn = [] }] of writers) expect(DependsOn).toEqual(expect.arrayContaining(emptyings))
    expect(idsOf(usual, /^Custom::S3AutoDeleteObjects$/)).toEqual([])
  })
})

describe('the record bucket', () => {
  it('keeps for a month what was overwritten or deleted, and the mail bucket keeps nothing longer than was said', () => {
    const { VersioningConfiguration, LifecycleConfiguration } = usual['StorageRecords0990588D']?.Properties ?? {}
    expect(VersioningConfiguration).toEqual({ Status: 'Enabled' })
    expect((LifecycleConfiguration as { readonly Rules: readonly unknown[] }).Rules).toContainEqual({
      Id: 'replaced-30-days',
      Status: 'Enabled',
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      ExpiredObjectDeleteMarker: true,
    })
    expect(usual['StorageMail2F16B83F']?.Properties?.['VersioningConfiguration']).toBeUndefined()
  })
})

describe('a permissions boundary', () => {
  it.each([
    ['an ARN', 'arn:aws:iam::111122223333:policy/edge', '"arn:aws:iam::111122223333:policy/edge"'],
    ['a name', 'edge', ':policy/edge"'],
  ])('that is given as %s bounds every role, also those that the CDK makes', (_what, permissionsBoundary, end) => {
    const resources = resourcesOf(templateOf({ ...whole, permissionsBoundary, retention: { onDestroy: 'delete' } }))
    const roles = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    expect(roles.length).toBeGreaterThan(9)
    const beyond = roles.filter(
      ([, { Properties }]) => !JSON.stringify(Properties?.['PermissionsBoundary'] ?? null).includes(end),
    )
    expect(beyond.map(([id]) => id)).toEqual([])
  })

  it('is on no role where none is asked for', () => {
    expect(JSON.stringify(usual)).not.toContain('PermissionsBoundary')
  })
})

describe('a key of the operator', () => {
  it('encrypts every bucket, table and queue', () => {
    const kept = Object.entries(encrypted).filter(([, { Type }]) => /Bucket$|DynamoDB::Table$|SQS::Queue$/.test(Type))
    expect(kept.length).toBeGreaterThan(9)
    const others = kept.filter(([, { Properties }]) => !JSON.stringify(Properties).includes(keyArn))
    expect(others.map(([id]) => id)).toEqual([])
    expect(JSON.stringify(usual)).not.toContain('kms:')
  })

  it('is used by a role for what the role does, and only through the service that holds it', () => {
    const via = (service: string) => `${service}.${region}.amazonaws.com`
    const put = [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ]
    expect(usesOf('FilterRole')).toEqual([
      { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: keyArn, way: via('s3') },
      { Action: put, Resource: keyArn, way: via('dynamodb') },
    ])
    expect(usesOf('HandOverReceiverRole')).toEqual([
      { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: keyArn, way: via('sqs') },
    ])
    // It only asks Lambda to run a version.
    expect(usesOf('LiveRole')).toEqual([])
  })
})

describe('the construct', () => {
  it('takes a key and a boundary as constructs, and lets a reader of records use the key', () => {
    const stack = new Stack(new App(), 'Mail')
    const filter = new MailFilter(stack, 'Filter', {
      domains: ['example.com'],
      functions: bundles,
      onDestroy: 'delete',
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      permissionsBoundary: ManagedPolicy.fromManagedPolicyName(stack, 'Edge', 'edge'),
    })
    filter.grantReadRecords(new Role(stack, 'Reader', { assumedBy: new AccountRootPrincipal() }))
    const resources = resourcesOf(Template.fromStack(stack))
    const [allowed] = idsOf(resources, /^AWS::IAM::Policy$/).filter((id) => id.startsWith('ReaderDefaultPolicy'))
    expect(JSON.stringify(resources[allowed ?? '']?.Properties)).toContain(
      JSON.stringify({ Action: ['kms:Decrypt', 'kms:DescribeKey'], Effect: 'Allow', Resource: keyArn }),
    )
    const filterRoles = Object.entries(resources).filter(
      ([id, { Type }]) => Type === 'AWS::IAM::Role' && id.startsWith('Filter'),
    )
    expect(filterRoles.length).toBeGreaterThan(5)
    for (const [, role] of filterRoles) expect(JSON.stringify(role.Properties)).toContain(':policy/edge')
    expect(idsOf(resources, /^Custom::S3AutoDeleteObjects$/)).toHaveLength(2)
  })
})

type Resources = Readonly<Record<string, Resource>>

function resourcesOf(template: Template): Resources {
  return template.toJSON()['Resources'] as Resources
}

function idsOf(resources: Resources, type: RegExp): readonly string[] {
  return Object.entries(resources).flatMap(([id, { Type }]) => (type.test(Type) ? [id] : []))
}

function policiesOf(resources: Resources): ReadonlySet<string> {
  const kept = Object.values(resources).filter(({ Type }) => stored.test(Type))
  return new Set(kept.map(({ DeletionPolicy, UpdateReplacePolicy }) => `${DeletionPolicy} ${UpdateReplacePolicy}`))
}

function usesOf(role: string): readonly object[] {
  return Object.entries(encrypted).flatMap(([id, { Type, Properties }]) => {
    if (Type !== 'AWS::IAM::Policy' || !id.startsWith(`${role}DefaultPolicy`)) return []
    const { Statement: statements } = Properties?.['PolicyDocument'] as { readonly Statement: readonly Statement[] }
    return statements
      .filter(({ Action }) => JSON.stringify(Action).includes('kms:'))
      .map(({ Action, Resource: on, Condition }) => ({
        Action,
        Resource: on,
        way: Condition?.StringEquals['kms:ViaService'],
      }))
  })
}
