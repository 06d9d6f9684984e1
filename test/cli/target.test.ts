import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { quietgate } from './command.ts'
import { startDirectoryTable, type DirectoryTable } from './directory-table.ts'

type CloudFormation = {
  readonly url: string
  readonly asked: readonly string[]
  readonly close: () => Promise<unknown>
}

/** Answers every call with one XML document, and keeps what it was asked. */
async function startCloudFormation(status: number, xml: string): Promise<CloudFormation> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const region = /\/([a-z0-9-]+)\/cloudformation\//.exec(request.headers.authorization ?? '')?.[1]
      asked.push(`${region ?? 'unsigned'} ${body}`)
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xml)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  }
  return { url, asked, close }
}

function stackXml(outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([name, value]) => `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  )
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>
    <member><StackName>Quietgate</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>
    <CreationTime>2026-11-21T10:00:00.000Z</CreationTime><Outputs>${members.join('')}</Outputs></member>
    </Stacks></DescribeStacksResult></DescribeStacksResponse>`
}

function errorXml(code: string, message: string): string {
  return `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
    <Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`
}

let directory: DirectoryTable
let cloudFormation: CloudFormation | null = null
beforeEach(async () => {
  directory = await startDirectoryTable()
  // Nothing of whoever runs the tests: neither credentials nor a region.
  for (const name of ['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', directory.url)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloudFormation?.close()
  cloudFormation = null
  await directory.close()
})

async function answer(status: number, xml: string): Promise<CloudFormation> {
  cloudFormation = await startCloudFormation(status, xml)
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloudFormation.url)
  return cloudFormation
}

const list = ['--region', 'eu-west-1', 'recipients', 'list']

describe('the deployed stack', () => {
  it('is found by its outputs', async () => {
    const { asked } = await answer(200, stackXml({ MailBucket: 'mail', DirectoryTable: directory.table }))
    const added = await quietgate(['--region', 'eu-west-1', 'recipients', 'add', 'alice@example.com'])
    expect(added.stdout).toBe('added: alice@example.com (mailbox)\n')
    expect(await quietgate(list)).toEqual({
      exitCode: 0,
      stdout: 'alice@example.com\tmailbox\n',
      stderr: '1 entry in the stack Quietgate in eu-west-1.\n',
    })
    const question = 'eu-west-1 Action=DescribeStacks&StackName=Quietgate&Version=2010-05-15'
    expect(asked.map((body) => body.split('&').sort().join('&'))).toEqual(
      [question, question].map((body) => body.split('&').sort().join('&')),
    )
  })

  it('has the name and the region that the options say', async () => {
    const { asked } = await answer(200, stackXml({ DirectoryTable: directory.table }))
    const { stderr } = await quietgate(['recipients', 'list', '--stack', 'Mine', '--region', 'us-west-2'])
    expect(stderr).toBe('0 entries in the stack Mine in us-west-2.\n')
    expect(asked).toEqual([expect.stringMatching(/^us-west-2 .*StackName=Mine/)])
  })

  it('is missed in one sentence that says what to do', async () => {
    await answer(400, errorXml('ValidationError', 'Stack with id Quietgate does not exist'))
    expect(await quietgate(list)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'There is no stack named Quietgate in eu-west-1. Deploy it with npx cdk deploy, ' +
        'or say which one it is with --stack NAME and --region REGION.\n',
    })
  })

  it('is not taken for ours without the output that is needed', async () => {
    await answer(200, stackXml({ Website: 'https://example.com' }))
    const { exitCode, stderr } = await quietgate(list)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        'The stack Quietgate in eu-west-1 should have an output DirectoryTable, and has Website: ' +
        'it is not finished, or not one of Quietgate. Say which one it is with --stack NAME.\n',
    })
  })
})

describe('AWS', () => {
  it('is quoted when it refuses', async () => {
    await answer(403, errorXml('AccessDenied', 'User: arn:aws:iam::1:user/x is not authorized'))
    const { exitCode, stderr } = await quietgate(list)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'AWS answered AccessDenied: User: arn:aws:iam::1:user/x is not authorized\n',
    })
  })

  it('is not asked without a region', async () => {
    const { exitCode, stderr } = await quietgate(['recipients', 'list'])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        'No AWS region is known: name one with --region or AWS_REGION, or talk to the local stack with --local.\n',
    })
  })

  it('is not asked without credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    const { exitCode, stderr } = await quietgate(list)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^No usable AWS credentials were found \(.*\)\. Name a profile with AWS_PROFILE/)
  })
})
