import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Endpoint } from '../../local/aws/endpoint.ts'
import { createSes, type SesAccount } from '../../local/aws/ses.ts'
import { createTable, startDynamoDb, type DynamoDbWorld } from '../dynamodb-world.ts'
import { startCloudFormation, type CloudFormation } from './cloudformation.ts'

const account: SesAccount = { active: null, ruleSets: new Map(), calls: [] }
let ses: Endpoint
let dynamoDb: DynamoDbWorld
let cloudFormation: CloudFormation
let handler: (event: unknown) => Promise<void>

beforeAll(async () => {
  ses = createSes({ account, now: () => performance.now() })
  dynamoDb = await startDynamoDb()
  await ses.listen()
  cloudFormation = await startCloudFormation()
  const environment = {
    STATE_TABLE: await createTable(dynamoDb.client, 'state', 'id'),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'A',
    AWS_SECRET_ACCESS_KEY: 'B',
    AWS_ENDPOINT_URL_SES: ses.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  handler = (await import('../../lambda/functions/activate-rule-set.ts')).handler
}, 60_000)

beforeEach(() => {
  account.active = 'theirs'
  account.calls.length = 0
  account.ruleSets.clear()
  account.ruleSets.set('ours', [{ name: 'filter', enabled: true, recipients: ['example.com'] }])
  account.ruleSets.set('theirs', [
    { name: 'shop', enabled: true, recipients: ['Orders@example.com', 'shop.example'] },
    { name: 'rest', enabled: true, recipients: [] },
    { name: 'old', enabled: false, recipients: ['old.example'] },
  ])
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  ses.setFault(null)
  vi.restoreAllMocks()
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await Promise.all([ses.close(), dynamoDb.close(), cloudFormation.close()])
})

const activation = {
  Asks: 'activate',
  RuleSet: 'ours',
  Rule: 'filter',
  Own: 'true',
  Activate: 'true',
  ReplaceActive: 'true',
}
const sharing = {
  Asks: 'may-share',
  RuleSet: 'theirs',
  After: 'shop',
  Rule: 'Quietgate-filter',
  Domains: ['example.com'],
  Enforces: 'true',
  ShareEnforce: 'false',
}

const ask = (RequestType: string, ResourceProperties: object, OldResourceProperties?: object) =>
  cloudFormation.ask(handler, { RequestType, ResourceProperties, OldResourceProperties })

describe('the function that activates', () => {
  it('displaces a set, remembers it in the state table, and brings it back when the stack goes', async () => {
    expect(await ask('Create', activation)).toEqual({
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Resource',
      PhysicalResourceId: 'quietgate-activate',
      Status: 'SUCCESS',
      Data: {
        State: 'activated',
        Said: 'The rule set ours is active. It displaced theirs, which comes back when the stack goes.',
      },
      contentType: '',
    })
    expect(account.active).toBe('ours')
    const { Data } = await ask('Delete', activation)
    expect(Data).toEqual({ State: 'restored', Said: 'The rule set theirs is active again.' })
    expect(account.active).toBe('theirs')
    expect(account.calls.filter((call) => call.includes('Throttling'))).toEqual([])
  }, 60_000)

  it('says once, when a stack is new, that no record is left to be compacted', async () => {
    const said: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => said.push(String(line)) > 0)
    const zeros = () => said.filter((line) => line.includes('"HoursNotCompacted":0'))
    await ask('Create', activation)
    expect(zeros()).toHaveLength(1)
    await ask('Update', activation, activation)
    await ask('Create', sharing)
    await ask('Delete', activation)
    expect(zeros()).toHaveLength(1)
  }, 60_000)

  it('tells CloudFormation why it refused, under the same id', async () => {
    const told = await ask('Create', { ...activation, ReplaceActive: 'false' })
    expect(told).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'quietgate-activate' })
    expect(told.Reason).toContain('The rule set theirs is active, and only one can be')
    expect(account.active).toBe('theirs')
  })

  it('tells CloudFormation what SES says, and that nothing was decided', async () => {
    ses.setFault(() => ({ kind: 'refuse', status: 403, code: 'AccessDenied' }))
    const told = await ask('Create', activation)
    expect(told.Status).toBe('FAILED')
    expect(told.Reason).toMatch(/AccessDenied.*Nothing was decided/)
  })

  it('tells it again when CloudFormation does not take the answer', async () => {
    cloudFormation.refuseWith(503)
    expect(await ask('Create', { ...activation, Activate: 'false' })).toMatchObject({ Status: 'SUCCESS' })
  })

  it('throws for what is no request of CloudFormation, since nobody waits for an answer', async () => {
    await expect(handler({ Records: [] })).rejects.toThrow('called by CloudFormation')
  })
})

describe('a rule set that others use', () => {
  it('refuses enforcement while enabled rules are for recipients outside the configuration, and names them', async () => {
    const told = await ask('Create', sharing)
    expect(told).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'quietgate-may-share' })
    expect(told.Reason).toContain('outside the configuration: shop, rest. A stop by the filter ends the whole set')
    expect(told.Reason).toContain('receiving.shareEnforce: true')
  })

  it('is asked nothing when the stack goes', async () => {
    expect((await ask('Delete', sharing)).Status).toBe('SUCCESS')
    expect(account.calls).toEqual([])
  })
})
