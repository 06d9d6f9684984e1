import { describe, expect, it } from 'vitest'
import { permissionsIn } from '../../infra/permissions.ts'

const role = { Type: 'AWS::IAM::Role', Properties: {} }
const worker = {
  Type: 'AWS::Lambda::Function',
  Properties: { Role: { 'Fn::GetAtt': ['WorkerRoleAAAAAAAA', 'Arn'] } },
}

describe('permissionsIn', () => {
  it('names the function that has a role, each API and each resource, and leaves the hashes out', () => {
    const statement = {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['MailBBBBBBBB', 'Arn'] }, '/mail/*']] }, '*'],
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }
    const rows = permissionsIn({
      Resources: { WorkerRoleAAAAAAAA: role, WorkerCCCCCCCC: worker, P: policyOf(statement, 'WorkerRoleAAAAAAAA') },
    })
    const condition = 'StringEquals aws:SourceAccount = ACCOUNT'
    expect(rows).toEqual([
      { who: 'Worker', effect: 'Allow', api: 's3:GetObject', on: 'Mail/mail/*', condition },
      { who: 'Worker', effect: 'Allow', api: 's3:GetObject', on: '*', condition },
      { who: 'Worker', effect: 'Allow', api: 's3:PutObject', on: 'Mail/mail/*', condition },
      { who: 'Worker', effect: 'Allow', api: 's3:PutObject', on: '*', condition },
    ])
  })

  it('reads what a role carries in itself, and what is attached by name', () => {
    const PolicyDocument = { Statement: [{ Effect: 'Deny', Action: 'ses:*', Resource: '*' }] }
    const Properties = { Policies: [{ PolicyDocument }], ManagedPolicyArns: ['arn:aws:iam::aws:policy/X'] }
    expect(permissionsIn({ Resources: { Lone: { Type: 'AWS::IAM::Role', Properties } } })).toEqual([
      { who: 'Lone', effect: 'Deny', api: 'ses:*', on: '*', condition: '' },
      { who: 'Lone', effect: 'Allow', api: 'arn:aws:iam::aws:policy/X', on: '*', condition: '' },
    ])
  })

  it('reads a text with names in it, as the functions of the CDK have it', () => {
    const Properties = { ManagedPolicyArns: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::${MailBBBBBBBB.Arn}:policy/X' }] }
    expect(permissionsIn({ Resources: { Lone: { Type: 'AWS::IAM::Role', Properties } } })).toEqual([
      { who: 'Lone', effect: 'Allow', api: 'arn:aws:iam::Mail:policy/X', on: '*', condition: '' },
    ])
  })

  it('says who else may do something, and by what it is narrowed', () => {
    const Properties = {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: 'AliasDDDDDDDD' },
      Principal: '*',
      InvokedViaFunctionUrl: true,
    }
    const Statement = [
      { Effect: 'Allow', Action: 's3:PutObject', Resource: 'b', Principal: { Service: 'ses.amazonaws.com' } },
    ]
    const bucket = { Type: 'AWS::S3::BucketPolicy', Properties: { PolicyDocument: { Statement } } }
    const rows = permissionsIn({ Resources: { L: { Type: 'AWS::Lambda::Permission', Properties }, B: bucket } })
    expect(rows).toEqual([
      {
        who: 'everybody',
        effect: 'Allow',
        api: 'lambda:InvokeFunction',
        on: 'Alias',
        condition: 'InvokedViaFunctionUrl = true',
      },
      { who: 'ses.amazonaws.com', effect: 'Allow', api: 's3:PutObject', on: 'b', condition: '' },
    ])
  })

  it.each([
    ['a policy of a type that it does not know', { Type: 'AWS::Events::EventBusPolicy', Properties: {} }],
    ['a key with a policy', { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {} } }],
    ['a policy that is attached to a user', { Type: 'AWS::IAM::User', Properties: { ManagedPolicyArns: [] } }],
  ])('throws for %s, because it would go unseen', (_what, resource) => {
    expect(() => permissionsIn({ Resources: { New: resource } })).toThrow('New is a ')
  })

  it('throws for a text that it cannot put together', () => {
    const statement = { Effect: 'Allow', Action: 's3:*', Resource: { 'Fn::ImportValue': 'x' } }
    expect(() => permissionsIn({ Resources: { R: role, P: policyOf(statement, 'R') } })).toThrow('Fn::ImportValue')
  })
})

function policyOf(statement: object, roleId: string) {
  const Properties = { Roles: [{ Ref: roleId }], PolicyDocument: { Statement: [statement] } }
  return { Type: 'AWS::IAM::Policy', Properties }
}
