import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SESClient } from '@aws-sdk/client-ses'
import { SNSClient } from '@aws-sdk/client-sns'
import { afterEach, describe, expect, it } from 'vitest'
import type { Account } from '../../../cli/doctor/account.ts'
import { createAwsAccount } from '../../../cli/doctor/aws-account.ts'
import { json, serveAws, xml, type AwsAnswers, type AwsServer } from '../aws-answers.ts'

let server: AwsServer | null = null
afterEach(() => server?.close())

const aliasArn = 'arn:aws:lambda:eu-west-1:111122223333:function:filter-1:live'
const topic = 'arn:aws:sns:eu-west-1:111122223333:mail-alarms'

describe('the account in AWS', () => {
  it('has of the stack its status, its functions, and the topics of its alarms', async () => {
    const resource = (id: string, type: string, physical: string) =>
      `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>${type}</ResourceType><PhysicalResourceId>${physical}</PhysicalResourceId></member>`
    const alarm = (actions?: unknown) => ({ Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmActions: actions } })
    const template = { Resources: { A: alarm(), B: alarm([topic]), C: alarm([{ Ref: 'Topic' }]), D: {} } }
    const account = await accountWith({
      DescribeStacks: xml(
        'DescribeStacks',
        '<Stacks><member><StackStatus>UPDATE_COMPLETE</StackStatus></member></Stacks>',
      ),
      ListStackResources: xml(
        'ListStackResources',
        `<StackResourceSummaries>${resource('F', 'AWS::Lambda::Function', 'filter-1')}${resource('Topic', 'AWS::SNS::Topic', `${topic}-2`)}</StackResourceSummaries>`,
      ),
      GetTemplate: xml('GetTemplate', `<TemplateBody>${JSON.stringify(template)}</TemplateBody>`),
    })
    const expected = {
      status: 'UPDATE_COMPLETE',
      functions: ['filter-1'],
      alarms: [
        { id: 'A', topics: [] },
        { id: 'B', topics: [topic] },
        { id: 'C', topics: [`${topic}-2`] },
      ],
      roles: [],
    }
    expect(await account.stack()).toEqual({ answer: 'seen', value: expected })
    await account.stack()
    expect(server?.asked).toEqual(['DescribeStacks', 'ListStackResources', 'GetTemplate'])
  })

  it('has of Lambda its limits, each function, and the policy of the alias that SES asks', async () => {
    const account = await accountWith({
      'GET /2016-08-19/account-settings': json({
        AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 9 },
      }),
      'GET /2015-03-31/functions/filter-1/configuration': json({
        Runtime: 'nodejs24.x',
        State: 'Active',
        LastUpdateStatus: 'Successful',
      }),
      [`GET /2015-03-31/functions/${aliasArn.slice(0, -5)}/policy?Qualifier=live`]: json({
        Policy: '{"Statement":[]}',
      }),
    })
    expect(await account.concurrency()).toEqual({ answer: 'seen', value: { limit: 10, unreserved: 9 } })
    expect(await account.deployedFunction('filter-1')).toEqual({
      answer: 'seen',
      value: { runtime: 'nodejs24.x', state: 'Active', lastUpdate: 'Successful' },
    })
    expect(await account.functionPolicy(aliasArn)).toEqual({ answer: 'seen', value: '{"Statement":[]}' })
  })

  it('has of IAM the statements of a role and what is attached to it, or that there is no such role', async () => {
    const statements = [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::mail-1/mail/*' }]
    const documents = [JSON.stringify({ Statement: statements }), JSON.stringify({ Statement: statements[0] }), '{']
    const account = await accountWith({
      ListRolePolicies: xml(
        'ListRolePolicies',
        '<PolicyNames><member>a</member><member>b</member><member>c</member></PolicyNames>',
      ),
      GetRolePolicy: () =>
        xml('GetRolePolicy', `<PolicyDocument>${encodeURIComponent(documents.shift() ?? '')}</PolicyDocument>`),
      ListAttachedRolePolicies: xml(
        'ListAttachedRolePolicies',
        '<AttachedPolicies><member><PolicyArn>arn:aws:iam::aws:policy/X</PolicyArn></member></AttachedPolicies>',
      ),
    })
    expect(await account.role('filter-role-1')).toEqual({
      answer: 'seen',
      value: { statements: [...statements, ...statements, '%7B'], managedPolicies: ['arn:aws:iam::aws:policy/X'] },
    })
    await server?.close()
    const words = '<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>none</Message></Error>'
    const none = await accountWith({
      ListRolePolicies: { status: 404, body: `<ErrorResponse>${words}</ErrorResponse>` },
    })
    expect(await none.role('filter-role-1')).toEqual({ answer: 'seen', value: null })
  })

  it('has of SES the active rules with their actions, or that there are none', async () => {
    const rule = `<member><Name>filter</Name><Enabled>true</Enabled><ScanEnabled>true</ScanEnabled><Recipients><member>example.com</member></Recipients><Actions>
      <member><S3Action><BucketName>mail-1</BucketName></S3Action></member>
      <member><LambdaAction><FunctionArn>${aliasArn}</FunctionArn><InvocationType>RequestResponse</InvocationType></LambdaAction></member>
      <member><BounceAction><SmtpReplyCode>550</SmtpReplyCode><Message>no</Message><Sender>a@b.example</Sender></BounceAction></member>
      <member><SNSAction><TopicArn>${topic}</TopicArn></SNSAction></member>
      <member><StopAction><Scope>RuleSet</Scope></StopAction></member>
      <member><WorkmailAction><OrganizationArn>x</OrganizationArn></WorkmailAction></member></Actions></member>`
    const described = `<Metadata><Name>set-1</Name></Metadata><Rules>${rule}<member><Name>bare</Name></member></Rules>`
    const account = await accountWith({
      DescribeActiveReceiptRuleSet: xml('DescribeActiveReceiptRuleSet', described),
    })
    expect(await account.activeRuleSet()).toEqual({
      answer: 'seen',
      value: {
        name: 'set-1',
        rules: [
          {
            name: 'filter',
            enabled: true,
            scans: true,
            recipients: ['example.com'],
            actions: [
              { kind: 'store', bucket: 'mail-1' },
              { kind: 'ask', functionArn: aliasArn, waits: true },
              { kind: 'bounce' },
              { kind: 'announce' },
              { kind: 'stop' },
              { kind: 'other' },
            ],
          },
          { name: 'bare', enabled: false, scans: false, recipients: [], actions: [] },
        ],
      },
    })
    await server?.close()
    const none = await accountWith({ DescribeActiveReceiptRuleSet: xml('DescribeActiveReceiptRuleSet', '') })
    expect(await none.activeRuleSet()).toEqual({ answer: 'seen', value: null })
  })

  it.each([
    ['example.com', 'Success', 'verified'],
    ['mail.example.com', 'Success', 'verified'],
    ['mail.example.com', 'Pending', 'not-verified'],
    ['example.org', 'Success', 'absent'],
  ])('knows of %s, where example.com is %s, that it is %s', async (domain, state, expected) => {
    const entry = `<entry><key>example.com</key><value><VerificationStatus>${state}</VerificationStatus></value></entry>`
    const account = await accountWith({
      GetIdentityVerificationAttributes: xml(
        'GetIdentityVerificationAttributes',
        `<VerificationAttributes>${entry}</VerificationAttributes>`,
      ),
    })
    expect(await account.identity(domain)).toEqual({ answer: 'seen', value: expected })
  })

  it('has the MX records, and takes a name without any as one that has none', async () => {
    const account = await accountWith({})
    expect(await account.mailServers('example.com')).toEqual({
      answer: 'seen',
      value: [{ host: 'inbound-smtp.eu-west-1.amazonaws.com', preference: 10 }],
    })
    expect(await account.mailServers('none.example')).toEqual({ answer: 'seen', value: [] })
    expect(await account.mailServers('broken.example')).toMatchObject({
      answer: 'unseen',
      why: expect.stringContaining('ETIMEDOUT') as string,
    })
  })

  it('runs the probe, and has what it finds of the lists', async () => {
    const probe = 'POST /2015-03-31/functions/probe-1/invocations'
    const account = await accountWith({ [probe]: json([{ zone: 'bl.example', state: 'muted' }]) })
    expect(await account.lists()).toEqual({ answer: 'seen', value: [{ zone: 'bl.example', state: 'muted' }] })
    await server?.close()
    const failed = { ...json({ errorMessage: 'boom' }), headers: { 'x-amz-function-error': 'Unhandled' } }
    expect(await (await accountWith({ [probe]: failed })).lists()).toEqual({
      answer: 'unseen',
      why: 'AWS answered ProbeFailed: The probe failed: {"errorMessage":"boom"}',
    })
  })

  it('counts the subscribers that have confirmed', async () => {
    const members = [`${topic}:1`, 'PendingConfirmation', `${topic}:2`]
      .map((arn) => `<member><SubscriptionArn>${arn}</SubscriptionArn></member>`)
      .join('')
    const account = await accountWith({
      ListSubscriptionsByTopic: xml('ListSubscriptionsByTopic', `<Subscriptions>${members}</Subscriptions>`),
    })
    expect(await account.subscribers(topic)).toEqual({ answer: 'seen', value: 2 })
  })

  it('says what it was denied in the words of AWS', async () => {
    const account = await accountWith({})
    const asked = [
      account.stack(),
      account.activeRuleSet(),
      account.concurrency(),
      account.subscribers(topic),
      account.role('r'),
    ]
    expect(await Promise.all(asked)).toEqual([
      { answer: 'unseen', why: 'AWS answered AccessDenied: not authorized to perform DescribeStacks' },
      { answer: 'unseen', why: 'AWS answered AccessDenied: not authorized to perform DescribeActiveReceiptRuleSet' },
      {
        answer: 'unseen',
        why: 'AWS answered AccessDeniedException: not authorized to perform GET /2016-08-19/account-settings',
      },
      { answer: 'unseen', why: 'AWS answered AccessDenied: not authorized to perform ListSubscriptionsByTopic' },
      { answer: 'unseen', why: 'AWS answered AccessDenied: not authorized to perform ListRolePolicies' },
    ])
  })
})

async function accountWith(answers: AwsAnswers): Promise<Account> {
  server = await serveAws(answers)
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' }
  const options = { region: 'eu-west-1', endpoint: server.url, credentials, maxAttempts: 1 }
  return createAwsAccount({
    region: 'eu-west-1',
    stackName: 'Quietgate',
    directoryTable: 'directory-1',
    probeFunction: 'probe-1',
    cloudFormation: new CloudFormationClient(options),
    dynamoDb: new DynamoDBClient(options),
    iam: new IAMClient(options),
    lambda: new LambdaClient(options),
    ses: new SESClient(options),
    sns: new SNSClient(options),
    resolver: {
      resolveMx: (domain: string) => {
        if (domain === 'example.com') {
          return Promise.resolve([{ exchange: 'inbound-smtp.eu-west-1.amazonaws.com', priority: 10 }])
        }
        const code = domain === 'none.example' ? 'ENODATA' : 'ESERVFAIL'
        return Promise.reject(Object.assign(new Error(code), { code }))
      },
    },
  })
}
