import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deepest } from '../../lambda/core/scim/json.ts'
import { host, right, startScim, type ScimWorld } from './world.ts'

let scim: ScimWorld
beforeAll(async () => {
  scim = await startScim()
  await scim.ask('POST', '/scim/v2/Users', { userName: 'alice@example.com' })
})
afterAll(() => scim.close())

const problem = (status: number, detail: unknown, scimType?: string) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: String(status),
  ...(scimType === undefined ? {} : { scimType }),
  detail,
})

describe('a request', () => {
  it.each([
    ['without a token', {}, 401, { 'WWW-Authenticate': 'Bearer' }],
    ['with a wrong one', { authorization: 'Bearer wrong' }, 401, { 'WWW-Authenticate': 'Bearer' }],
    ['while the token cannot be read', { authorization: 'Bearer unread' }, 503, { 'Retry-After': '30' }],
  ])('%s is refused before anything is looked at', async (_what, headers, status, more) => {
    const answered = await scim.ask('DELETE', '/scim/v2/Users/id-1', undefined, headers)
    expect(answered).toEqual({
      status,
      headers: { 'Content-Type': 'application/scim+json', ...more },
      body: problem(status, expect.any(String)),
    })
    const { unauthorized, failures } = scim.counted.at(-1)!
    expect({ unauthorized, failures }).toEqual({
      unauthorized: status === 401 ? 1 : 0,
      failures: status === 503 ? 1 : 0,
    })
    expect(await scim.entries()).toEqual(['alice@example.com mailbox'])
  })

  it.each([
    ['GET', '/scim/v2/Users/nobody', undefined, 404, undefined],
    ['GET', `/scim/v2/Users/${'a'.repeat(3000)}`, undefined, 404, undefined],
    ['GET', '/scim/v2/Users/id-1/more', undefined, 404, undefined],
    ['GET', '/scim/v2/Users/%E0%A4%A', undefined, 404, undefined],
    ['GET', '/scim/v2/Devices', undefined, 404, undefined],
    ['GET', '/', undefined, 404, undefined],
    ['PUT', '/scim/v2/Users/nobody', { userName: 'a' }, 404, undefined],
    ['DELETE', '/scim/v2/Groups/id-1', undefined, 404, undefined],
    ['DELETE', '/scim/v2/Users', undefined, 405, undefined],
    ['POST', '/scim/v2/Users/id-1', {}, 405, undefined],
    ['POST', '/scim/v2/Schemas', {}, 405, undefined],
    ['POST', '/scim/v2/Bulk', {}, 501, undefined],
    ['GET', '/scim/v2/Me', undefined, 501, undefined],
    ['POST', '/scim/v2/Users', undefined, 400, 'invalidSyntax'],
    ['POST', '/scim/v2/Users', '[]', 400, 'invalidSyntax'],
    ['POST', '/scim/v2/Users', '{"a":'.repeat(deepest + 1), 400, 'invalidSyntax'],
    ['POST', '/scim/v2/Users', {}, 400, 'invalidValue'],
    ['POST', '/scim/v2/Users', `{"a":"${'x'.repeat(1_100_000)}"}`, 413, undefined],
    ['POST', '/scim/v2/Users', { userName: 'b', title: 'x'.repeat(70_000) }, 413, undefined],
    ['PATCH', '/scim/v2/Users/id-1', {}, 400, 'invalidSyntax'],
    ['PATCH', '/scim/v2/Users/id-1', { Operations: [{ op: 'remove', path: 'userName' }] }, 400, 'invalidValue'],
    ['GET', '/scim/v2/Users?filter=userName', undefined, 400, 'invalidFilter'],
  ])('%s %.40s is refused where it cannot be done', async (method, path, body, status, scimType) => {
    const answered = await scim.ask(method, path, body)
    expect([answered.status, answered.body]).toEqual([status, problem(status, expect.any(String), scimType)])
  })

  it('may be conditional on the version that the client knows', async () => {
    const made = await scim.ask('POST', '/scim/v2/Users', { userName: 'carol@example.com' })
    const path = `/scim/v2/Users/${made.body.id}`
    const change = (name: string) => ({ Operations: [{ op: 'replace', path: 'title', value: name }] })
    const ifMatch = (etag: string) => ({ ...right, 'if-match': etag })
    expect((await scim.ask('PATCH', path, change('A'), ifMatch('W/"1"'))).headers['ETag']).toBe('W/"2"')
    expect((await scim.ask('PATCH', path, change('B'), ifMatch('W/"1"'))).status).toBe(412)
    expect((await scim.ask('PUT', path, { userName: 'x' }, ifMatch('W/"1"'))).status).toBe(412)
    expect((await scim.ask('DELETE', path, undefined, ifMatch('"1", W/"7"'))).status).toBe(412)
    expect((await scim.ask('PATCH', path, change('B'), ifMatch('*'))).status).toBe(200)
    // What changes nothing is no version of its own.
    expect((await scim.ask('PATCH', path, change('B'))).headers['ETag']).toBe('W/"3"')
    expect((await scim.ask('DELETE', path, undefined, ifMatch('W/"2", "3"'))).status).toBe(204)
  })

  it('may not take a name that another has', async () => {
    const made = await scim.ask('POST', '/scim/v2/Users', { userName: 'dave@example.com' })
    const path = `/scim/v2/Users/${made.body.id}`
    expect((await scim.ask('PUT', path, { userName: 'Alice@example.com' })).status).toBe(409)
    await scim.ask('PUT', path, { userName: 'dora@example.com' })
    expect((await scim.ask('POST', '/scim/v2/Users', { userName: 'dave@example.com' })).status).toBe(201)
  })

  it('is answered by both where two write at once', async () => {
    const made = await scim.ask('POST', '/scim/v2/Users', { userName: 'erin@example.com' })
    const path = `/scim/v2/Users/${made.body.id}`
    const add = (name: string) => ({ Operations: [{ op: 'add', path: name, value: name }] })
    const both = await Promise.all(['title', 'locale'].map((name) => scim.ask('PATCH', path, add(name))))
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect((await scim.ask('GET', path)).body).toMatchObject({
      title: 'title',
      locale: 'locale',
      meta: { version: 'W/"3"' },
    })
  })
})

describe('what the endpoint says of itself', () => {
  it.each([
    ['ServiceProviderConfig', ['patch', 'filter', 'etag', 'authenticationSchemes']],
    ['ResourceTypes/User', ['endpoint', 'schema', 'schemaExtensions']],
    ['Schemas/urn:ietf:params:scim:schemas:core:2.0:User', ['attributes']],
  ])('has %s', async (path, names) => {
    const { status, body } = await scim.ask('GET', `/scim/v2/${path}`)
    expect([status, Object.keys(body)]).toEqual([200, expect.arrayContaining(['schemas', 'meta', ...names])])
    expect(body.meta.location).toBe(`https://${host}/scim/v2/${path}`)
  })

  it('lists its types and schemas, and knows no others', async () => {
    const ids = async (path: string) => (await scim.ask('GET', `/scim/v2/${path}`)).body.Resources.map(({ id }) => id)
    expect(await ids('ResourceTypes')).toEqual(['User', 'Group'])
    expect(await ids('Schemas')).toHaveLength(3)
    expect((await scim.ask('GET', '/scim/v2/Schemas/urn:x')).status).toBe(404)
  })
})
