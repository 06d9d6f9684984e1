import { stopRecipient, watchRecipient } from './lab.ts'

/**
 * The CloudFormation template of a lab: two rules, a function that keeps each event and answers, and the bucket that they are
 * kept in for a day. Nothing in it can send or bounce mail.
 */
export function labTemplate(domain: string): object {
  const rule = (name: string, after: string | null) => ({
    Type: 'AWS::SES::ReceiptRule',
    DependsOn: ['Permission'],
    Properties: {
      RuleSetName: { Ref: 'RuleSet' },
      ...(after === null ? {} : { After: { Ref: after } }),
      Rule: {
        Enabled: true,
        Recipients: [`${name}@${domain}`],
        Actions: [
          { LambdaAction: { FunctionArn: { 'Fn::GetAtt': ['Function', 'Arn'] }, InvocationType: 'RequestResponse' } },
        ],
      },
    },
  })
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'A lab of quietgate conformance. It may be deleted at any time.',
    Resources: {
      Bucket: bucket,
      Role: role,
      Function: lambdaFunction,
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { Ref: 'Function' },
          Principal: 'ses.amazonaws.com',
          SourceAccount: { Ref: 'AWS::AccountId' },
        },
      },
      RuleSet: { Type: 'AWS::SES::ReceiptRuleSet' },
      Stop: rule(stopRecipient, null),
      Watch: rule(watchRecipient, 'Stop'),
    },
    Outputs: { Bucket: { Value: { Ref: 'Bucket' } }, RuleSet: { Value: { Ref: 'RuleSet' } } },
  }
}

/** CommonJS, because that is what CloudFormation makes of inline code; the SDK is that of Lambda's runtime. */
export const labCode = `
const { randomUUID } = require('node:crypto')
const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3')
const client = new S3Client({})
exports.handler = async (event) => {
  const { mail, receipt } = event.Records[0].ses
  const subject = mail.headers.find(({ name }) => name.toLowerCase() === 'subject')
  const Key = 'events/' + (subject ? subject.value : 'none') + '/' + randomUUID()
  await client.send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key, Body: JSON.stringify(event) }))
  const stops = receipt.recipients.some((recipient) => recipient.startsWith('${stopRecipient}@'))
  return { disposition: stops ? 'STOP_RULE_SET' : 'CONTINUE' }
}
`

const bucket = {
  Type: 'AWS::S3::Bucket',
  Properties: {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] },
  },
}

const role = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyName: 'KeepEvents',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 's3:PutObject',
              Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '/events/*']] },
            },
            { Effect: 'Deny', Action: 'ses:*', Resource: '*' },
          ],
        },
      },
    ],
  },
}

const lambdaFunction = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Timeout: 20,
    MemorySize: 256,
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Environment: { Variables: { BUCKET: { Ref: 'Bucket' } } },
    Code: { ZipFile: labCode },
  },
}
