import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { S3Client } from '@aws-sdk/client-s3'
import { SESClient } from '@aws-sdk/client-ses'
import { afterEach, describe, expect, it } from 'vitest'
import { createAwsLab } from '../../../cli/conformance/aws-lab.ts'
import type { Lab } from '../../../cli/conformance/lab.ts'
import { serveAws, xml, type Answer, type AwsAnswers, type AwsServer } from '../aws-answers.ts'

let server: AwsServer | null = null
afterEach(() => server?.close())

describe('the lab in AWS', () => {
  it('makes the stack, activates its rule set, and takes all of it away in the order that AWS allows', async () => {
    const lab = await labWith(account())
    expect(await lab.setUp()).toEqual({ answer: 'ready' })
    expect(await lab.events('s')).toEqual([{ seen: true }])
    expect(await lab.tearDown()).toEqual([])
    expect(server?.asked.map((operation) => operation.split('?')[0])).toEqual([
      'DescribeActiveReceiptRuleSet',
      'GetIdentityVerificationAttributes',
      'CreateStack',
      'DescribeStacks',
      'DescribeStacks',
      'SetActiveReceiptRuleSet',
      'GET /lab-bucket/',
      'GET /lab-bucket/events/s/1',
      'DescribeActiveReceiptRuleSet',
      'SetActiveReceiptRuleSet',
      'GET /lab-bucket/',
      'POST /lab-bucket/',
      'DeleteStack',
      'DescribeStacks',
    ])
  })

  it('is refused where a rule set is active, and then touches nothing', async () => {
    const lab = await labWith({ ...account(), DescribeActiveReceiptRuleSet: activeIs('production') })
    expect(await lab.setUp()).toEqual({
      answer: 'refused',
      sentence: 'The receipt rule set production is active in eu-west-1: take a region where none is (--region).',
    })
    expect(await lab.tearDown()).toEqual([])
    expect(server?.asked).toEqual(['DescribeActiveReceiptRuleSet'])
  })

  it('is refused where SES has not verified the domain', async () => {
    const lab = await labWith({ ...account(), GetIdentityVerificationAttributes: identity('Pending') })
    expect(await lab.setUp()).toMatchObject({
      answer: 'refused',
      sentence: expect.stringContaining('has not verified spare.example') as string,
    })
    expect(server?.asked).not.toContain('CreateStack')
  })

  it('leaves alone a rule set that somebody made active meanwhile, and says what it could not take away', async () => {
    let isTaken = false
    const lab = await labWith({
      ...account(),
      DescribeActiveReceiptRuleSet: () => (isTaken ? activeIs('of-others') : activeIs(null)),
      DeleteStack: refused('the stack is busy'),
    })
    await lab.setUp()
    isTaken = true
    expect(await lab.tearDown()).toEqual(['The stack lab-1 may still be there: the stack is busy'])
    expect(server?.asked.filter((operation) => operation === 'SetActiveReceiptRuleSet')).toHaveLength(1)
  })

  it('takes the stack away that could not be made', async () => {
    const lab = await labWith({ ...account(), CreateStack: refused('no') })
    await expect(lab.setUp()).rejects.toThrow('no')
    await lab.tearDown()
    expect(server?.asked).toContain('DeleteStack')
  })
})

/** An account that keeps which set is active, and whether the stack is there. */
function account(): AwsAnswers {
  let active: string | null = null
  let isThere = false
  const outputs = [
    ['Bucket', 'lab-bucket'],
    ['RuleSet', 'lab-set'],
  ].map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
  const stack = `<Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks>`
  const listed = { body: '<ListBucketResult><Contents><Key>events/s/1</Key></Contents></ListBucketResult>' }
  const query = (prefix: string) => `GET /lab-bucket/?list-type=2&prefix=${prefix}`
  return {
    DescribeActiveReceiptRuleSet: () => activeIs(active),
    GetIdentityVerificationAttributes: identity('Success'),
    CreateStack: () => {
      isThere = true
      return xml('CreateStack', '')
    },
    DescribeStacks: () => (isThere ? xml('DescribeStacks', stack) : refused('Stack lab-1 does not exist')),
    SetActiveReceiptRuleSet: () => {
      active = active === null ? 'lab-set' : null
      return xml('SetActiveReceiptRuleSet', '')
    },
    DeleteStack: () => {
      isThere = false
      return xml('DeleteStack', '')
    },
    [query('events/s/')]: listed,
    [query('')]: listed,
    'GET /lab-bucket/events/s/1?x-id=GetObject': { body: '{"seen":true}' },
    'POST /lab-bucket/?delete=': { body: '<DeleteResult></DeleteResult>' },
  }
}

function activeIs(name: string | null): Answer {
  const metadata = name === null ? '' : `<Metadata><Name>${name}</Name></Metadata>`
  return xml('DescribeActiveReceiptRuleSet', metadata)
}

function identity(status: string): Answer {
  const entry = `<entry><key>spare.example</key><value><VerificationStatus>${status}</VerificationStatus></value></entry>`
  return xml('GetIdentityVerificationAttributes', `<VerificationAttributes>${entry}</VerificationAttributes>`)
}

function refused(message: string): Answer {
  const error = `<Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error>`
  return { status: 400, body: `<ErrorResponse>${error}</ErrorResponse>` }
}

async function labWith(answers: AwsAnswers): Promise<Lab> {
  server = await serveAws(answers)
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' }
  const options = { region: 'eu-west-1', endpoint: server.url, credentials, maxAttempts: 1 }
  return createAwsLab({
    region: 'eu-west-1',
    domain: 'spare.example',
    stackName: 'lab-1',
    cloudFormation: new CloudFormationClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    ses: new SESClient(options),
    send: () => Promise.resolve({ answer: 'unreachable', why: 'not asked here' }),
    wait: () => Promise.resolve(),
  })
}
