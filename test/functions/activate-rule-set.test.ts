import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDynamoDb } from '../../local/aws/dynamodb.ts'
import type { Endpoint } from '../../local/aws/endpoint.ts'
import { createSes, type SesAccount } from '../../local/aws/ses.ts'
import { startCloudFormation, type CloudFormation } from './cloudformation.ts'

const account: SesAccount = { active: null, ruleSets: new Map(), calls: [] }
let ses: Endpoint
let dynamoDb: Endpoint
let cloudFormation: CloudFormation
let handler: (event: unknown) => Promise<void>

beforeAll(async () => {
  ses = createSes({ account, now: () => performance.now() })
  const principalOf = () => ({ kind: 'operator' }) as const
  dynamoDb = await createDynamoDb({ dataDir: null, region: 'us-east-1', accountId: '123456789012', principalOf })
  await Promise.all([ses.listen(), dynamoDb.listen()])
  cloudFormation = await startCloudFormation()
  const environment = {
    STATE_TABLE: 'state',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'A',
    AWS_SECRET_ACCESS_KEY: 'B',
    AWS_ENDPOINT_URL_SES: ses.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const client = new DynamoDBClient({})
  const key = { AttributeName: 'id', AttributeType: 'S', KeyType: 'HASH' } as const
  await client.send(
    new CreateTableCommand({
      TableName: 'state',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [key],
      KeySchema: [key],
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }, { TableName: 'state' })
  client.destroy()
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

  it.each([
    ['nothing is enforced', { Enforces: 'false' }],
    ['the operator allows it', { ShareEnforce: 'true' }],
  ])('is taken where %s', async (_why, changes) => {
    expect((await ask('Create', { ...sharing, ...changes })).Status).toBe('SUCCESS')
  })

  it('is taken where all its rules are for domains of the configuration', async () => {
    account.ruleSets.set('theirs', [
      { name: 'shop', enabled: true, recipients: ['orders@EXAMPLE.com', 'example.com'] },
      { name: 'Quietgate-filter', enabled: true, recipients: ['gone.example'] },
    ])
    expect((await ask('Create', sharing)).Status).toBe('SUCCESS')
  })

  it('does not take subdomains for the domain itself', async () => {
    account.ruleSets.set('theirs', [{ name: 'shop', enabled: true, recipients: ['.example.com'] }])
    expect((await ask('Create', sharing)).Reason).toContain('outside the configuration: shop.')
  })

  it('refuses the change to enforce, and not its rollback', async () => {
    const observing = { ...sharing, Enforces: 'false' }
    expect((await ask('Update', sharing, observing)).Status).toBe('FAILED')
    expect((await ask('Update', observing, sharing)).Status).toBe('SUCCESS')
  }, 30_000)

  it('does not refuse what stood so before: a rollback to it must not be refused', async () => {
    expect((await ask('Update', sharing, { ...sharing, Domains: ['example.com', 'x.example'] })).Status).toBe('SUCCESS')
  })

  it('says which rules there are where the one to stand behind is not among them', async () => {
    const told = await ask('Create', { ...sharing, After: 'shpo', Enforces: 'false' })
    expect(told.Reason).toContain('no rule shpo (receiving.ruleSet.after). It has: shop, rest, old.')
  })

  it('must be there', async () => {
    const told = await ask('Create', { ...sharing, RuleSet: 'inbound' })
    expect(told.Reason).toContain('There is no rule set inbound')
    const same = { ...sharing, RuleSet: 'inbound' }
    expect((await ask('Update', same, same)).Status).toBe('SUCCESS')
  }, 30_000)

  it('is asked nothing when the stack goes', async () => {
    expect((await ask('Delete', sharing)).Status).toBe('SUCCESS')
    expect(account.calls).toEqual([])
  })
})
