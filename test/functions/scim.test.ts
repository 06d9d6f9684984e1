import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { App, Stack } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundled } from '../../infra/bundle.ts'
import { Directory } from '../../infra/directory.ts'
import { ScimEndpoint } from '../../infra/scim.ts'
import { createDirectoryEditor } from '../../lambda/adapters/directory-editor.ts'
import { createFunctionPool, type FunctionPool } from '../../local/lambda/pool.ts'
import { accessKeyOf, runnableFunctions } from '../../local/functions.ts'
import { readTemplate } from '../../local/template/assembly.ts'
import { outputsOf } from '../../local/template/outputs.ts'
import { rolePoliciesOf } from '../../local/template/role-policies.ts'
import { tablesOf } from '../../local/template/storage.ts'
import { startDynamoDb } from '../dynamodb-world.ts'
import { temporary } from '../infra/synthesized.ts'
import { urlEvent, type Answered, type Body } from '../scim/world.ts'

const region = 'eu-west-1'
const oldToken = 'an-old-token-of-more-than-32-letters'
const newToken = 'a-new-token-of-more-than-32-letters!'

let pool: FunctionPool
let url: string | undefined
let listed: () => Promise<readonly string[]>
const log: string[] = []
const closers: (() => unknown)[] = []

beforeAll(async () => {
  const template = await synthesized()
  url = Object.values(outputsOf(template)).find((value) => value.startsWith('https://'))
  const [fn] = runnableFunctions(template)
  const accessKeyId = accessKeyOf(fn!)
  const statements = rolePoliciesOf(template, fn!.roleLogicalId)
  const dynamoDb = await startDynamoDb({
    region,
    principalOf: (key) => (key === accessKeyId ? { kind: 'role', name: 'scim', statements } : { kind: 'operator' }),
  })
  const { client } = dynamoDb
  for (const { createTable } of tablesOf(template)) {
    await client.send(new CreateTableCommand(createTable))
    const wait = { client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 }
    await waitUntilTableExists(wait, { TableName: createTable.TableName })
  }
  pool = createFunctionPool(fn!, {
    region,
    credentials: { accessKeyId, secretAccessKey: 'local', sessionToken: 'local' },
    extraEnvironment: {
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: await startSecrets(`${newToken}\n${oldToken}\n`),
    },
    onLog: (line) => log.push(line),
  })
  const table = fn!.environment['DIRECTORY_TABLE'] ?? ''
  listed = async () => {
    const found: string[] = []
    for await (const { key, entry } of createDirectoryEditor(client, table).list(null)) {
      found.push(`${key} ${entry.kind}${entry.removedAt === null ? '' : ' removed'}`)
    }
    return found.sort()
  }
  closers.push(
    () => pool.close(),
    () => dynamoDb.close(),
  )
}, 120_000)
afterAll(async () => {
  for (const close of closers) await close()
})

describe('the function that is told who exists, with its own role and its own bundle', () => {
  it('creates, finds, changes, disables and deletes a user, by either of two tokens', async () => {
    const user = { userName: 'alice@example.com', emails: [{ type: 'work', value: 'alice@example.com' }] }
    const made = await ask('POST', '/scim/v2/Users', user, newToken)
    expect([made.status, made.headers['Content-Type']]).toEqual([201, 'application/scim+json'])
    const path = `/scim/v2/Users/${made.body.id}`
    const found = await ask('GET', '/scim/v2/Users?filter=userName+eq+%22alice%40example.com%22', undefined, oldToken)
    expect(found.body.Resources).toEqual([made.body])
    expect((await ask('GET', '/scim/v2/Users')).body.totalResults).toBe(1)
    const change = { Operations: [{ op: 'Replace', path: 'userName', value: 'alice.b@example.com' }] }
    expect((await ask('PATCH', path, change)).status).toBe(200)
    expect(await listed()).toEqual(['alice.b@example.com alias', 'alice@example.com mailbox'])
    expect((await ask('DELETE', path)).status).toBe(204)
    expect(await listed()).toEqual(['alice.b@example.com alias removed', 'alice@example.com mailbox removed'])
    expect((await ask('POST', '/scim/v2/Groups', { displayName: 'crew@example.com' })).status).toBe(201)
    expect(await listed()).toContain('crew@example.com group')
  })

  it('answers 401 to everybody else, and counts that', async () => {
    const before = log.length
    for (const token of ['', 'wrong', newToken.slice(0, -1), `${newToken}x`]) {
      const { status, headers, body } = await ask('GET', '/scim/v2/Users', undefined, token)
      expect([status, headers['WWW-Authenticate'], body['status']]).toEqual([401, 'Bearer', '401'])
    }
    const counts = log.slice(before).map((line) => (JSON.parse(line) as { ScimUnauthorized: number }).ScimUnauthorized)
    expect(counts).toEqual([1, 1, 1, 1])
  })

  it('answers 503 to what is no request, and says so', async () => {
    const before = log.length
    const answer = await pool.invoke({ detail: {} })
    expect(answer.answer === 'returned' && (answer.payload as { statusCode: number }).statusCode).toBe(503)
    expect(log.slice(before).join()).toContain('The event is none of a function URL')
  })

  it('has no token in its log, and an output that says where it is', () => {
    expect(log.filter((line) => line.includes('token-of-more-than'))).toEqual([])
    expect(url).toMatch(/^https:\/\/[\w-]+\.lambda-url\.eu-west-1\.on\.aws\/scim\/v2$/)
  })
})

async function ask(method: string, path: string, body?: unknown, token = newToken): Promise<Answered> {
  const answer = await pool.invoke(urlEvent(method, path, body, { authorization: `Bearer ${token}` }))
  if (answer.answer === 'failed') throw new Error(answer.error.message)
  const {
    statusCode,
    headers,
    body: text,
  } = answer.payload as {
    readonly statusCode: number
    readonly headers: Record<string, string>
    readonly body?: string
  }
  return { status: statusCode, headers, body: JSON.parse(text ?? 'null') as Body }
}

async function synthesized() {
  const outdir = temporary('cdk.out')
  const app = new App({ outdir, autoSynth: false, builtinCloudFormationValidation: false })
  const stack = new Stack(app, 'Quietgate')
  new ScimEndpoint(stack, 'Scim', {
    bundle: (await bundled()).find(({ name }) => name === 'scim')!,
    token: { name: 'scim', kept: 'secrets-manager', id: 'quietgate/scim' },
    domains: [{ name: 'example.com', foldCase: true, aliasOf: null }],
    logDays: 30,
    directory: new Directory(stack, 'Directory'),
  })
  app.synth()
  return readTemplate(outdir, region)
}

async function startSecrets(secret: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify({ SecretString: secret }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
