import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { trialEvent } from '../../lambda/trial.ts'
import { startCloudFormation, type CloudFormation } from './cloudformation.ts'

type Answer = { readonly status: number; readonly error?: string; readonly body: string }

/** What Lambda answers, one after the other, and what it was asked. */
const answers: Answer[] = []
const asked: { readonly path: string | undefined; readonly authorization: string; readonly body: unknown }[] = []
let lambda: Server
let cloudFormation: CloudFormation
let handler: (event: unknown) => Promise<void>

beforeAll(async () => {
  lambda = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { url, headers } = request
      asked.push({ path: url, authorization: headers.authorization ?? '', body: JSON.parse(body) as unknown })
      const { status, error, body: said } = answers.shift() ?? { status: 500, body: '{}' }
      response.writeHead(status, error === undefined ? {} : { 'x-amz-function-error': error }).end(said)
    })
  })
  await new Promise<void>((resolve) => lambda.listen(0, '127.0.0.1', resolve))
  cloudFormation = await startCloudFormation()
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'A')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'B')
  vi.stubEnv('AWS_SESSION_TOKEN', 'C')
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`)
  handler = (await import('../../lambda/functions/try-version.ts')).handler
})
beforeEach(() => {
  answers.length = 0
  asked.length = 0
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => vi.restoreAllMocks())
afterAll(async () => {
  vi.unstubAllEnvs()
  lambda.close()
  await cloudFormation.close()
})

const arn = (version: number) => `arn:aws:lambda:eu-west-1:123456789012:function:filter:${version}`
const passed: Answer = { status: 200, body: '{"disposition":"CONTINUE","trial":"passed"}' }

const ask = (RequestType: string, version: number, before?: number) =>
  cloudFormation.ask(handler, {
    RequestType,
    ResourceProperties: { Version: arn(version) },
    ...(before === undefined ? {} : { OldResourceProperties: { Version: arn(before) } }),
  })

describe('the trial of a version', () => {
  it('invokes that very version with a message for nobody, signed', async () => {
    answers.push(passed)
    expect(await ask('Create', 7)).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'quietgate-trial',
      Data: { Said: 'Version 7 answers as it should.' },
    })
    expect(asked).toEqual([
      {
        path: `/2015-03-31/functions/${encodeURIComponent(arn(7))}/invocations`,
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=A\/\d{8}\/eu-west-1\/lambda\/aws4_request, SignedHeaders=[a-z0-9;-]*host;[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
        ) as string,
        body: trialEvent,
      },
    ])
  })

  it.each([
    [
      'does not start',
      { status: 200, error: 'Unhandled', body: '{"errorType":"Runtime.ImportModuleError"}' },
      'Unhandled: {"errorType":"Runtime.ImportModuleError"}',
    ],
    [
      'answers as if it had never heard of trials',
      { status: 200, body: '{"disposition":"CONTINUE"}' },
      'found {"disposition":"CONTINUE"}',
    ],
    [
      'stops the message',
      { status: 200, body: '{"disposition":"STOP_RULE_SET","trial":"passed"}' },
      'found {"disposition":"STOP_RULE_SET"',
    ],
    ['answers nothing', { status: 200, body: '' }, 'found ""'],
  ])('is failed by a version that %s, and says what it said', async (_what, answer: Answer, said) => {
    answers.push(answer)
    const told = await ask('Update', 8, 7)
    expect(told.Status).toBe('FAILED')
    expect(told.Reason).toContain(
      'The new version 8 of the filter failed its trial, and gets no mail; the one before stays live.',
    )
    expect(told.Reason).toContain(said)
  })

  it('is repeated while Lambda does not know the version yet', async () => {
    answers.push({ status: 404, body: '' }, passed)
    expect((await ask('Create', 1)).Status).toBe('SUCCESS')
    expect(asked).toHaveLength(2)
  })

  it('is not held again for the version that was live before: a rollback must not fail', async () => {
    expect(await ask('Update', 7, 8)).toMatchObject({ Status: 'SUCCESS' })
    expect(await ask('Delete', 8)).toMatchObject({ Status: 'SUCCESS' })
    expect(asked).toEqual([])
  })

  it('fails where Lambda does not let it ask, and says so', async () => {
    answers.push({ status: 400, body: '' })
    const told = await ask('Create', 1)
    expect(told).toMatchObject({ Status: 'FAILED' })
    expect(told.Reason).toContain('HTTP status 400')
  })
})
