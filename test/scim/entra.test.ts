import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { host, startScim, type ScimWorld } from './world.ts'

let scim: ScimWorld
beforeEach(async () => {
  scim = await startScim()
})
afterEach(() => scim.close())

const coreUser = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const patch = (...Operations: readonly object[]) => ({ schemas: [patchOp], Operations })

/** As Entra ID's provisioning service writes a user with its default mapping. */
const alice = {
  schemas: [coreUser, enterprise],
  externalId: 'alice',
  userName: 'Alice@example.com',
  active: true,
  displayName: 'Alice A.',
  emails: [{ primary: true, type: 'work', value: 'alice@example.com' }],
  meta: { resourceType: 'User' },
  name: { formatted: 'Alice A.', familyName: 'A.', givenName: 'Alice' },
  title: 'Postmistress',
  [enterprise]: { department: 'Post' },
}

describe('Entra ID, with users', () => {
  it('tests the connection with a filter for a user that nobody is', async () => {
    const path = '/scim/v2/Users?filter=userName+eq+%22f1b0a5b2-2b8a-4f3c-9d2e-5a7b3c1d0e9f%22'
    expect(await scim.ask('GET', path)).toEqual({
      status: 200,
      headers: { 'Content-Type': 'application/scim+json' },
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 0,
        itemsPerPage: 0,
        startIndex: 1,
        Resources: [],
      },
    })
  })

  it('creates a user, who then has a mailbox', async () => {
    const { meta, ...kept } = alice
    const location = `https://${host}/scim/v2/Users/id-1`
    expect(await scim.ask('POST', '/scim/v2/Users', alice)).toEqual({
      status: 201,
      headers: { 'Content-Type': 'application/scim+json', ETag: 'W/"1"', Location: location },
      body: {
        ...kept,
        id: 'id-1',
        meta: {
          ...meta,
          created: '2026-11-21T10:00:01.000Z',
          lastModified: '2026-11-21T10:00:01.000Z',
          location,
          version: 'W/"1"',
        },
      },
    })
    expect(await scim.entries()).toEqual(['alice@example.com mailbox'])
    expect(await scim.count('example.com')).toBe(1)
    expect(scim.counted).toEqual([{ failures: 0, unauthorized: 0, added: 1, removed: 0 }])
  })

  it('is told that a user is there already, in whatever case its name is written', async () => {
    await scim.ask('POST', '/scim/v2/Users', alice)
    const again = await scim.ask('POST', '/scim/v2/Users', { ...alice, userName: 'ALICE@example.com' })
    expect([again.status, again.body]).toEqual([
      409,
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '409',
        scimType: 'uniqueness',
        detail: 'Another User has this userName.',
      },
    ])
  })

  it.each([
    ['userName eq "alice@EXAMPLE.com"', 1],
    ['externalId eq "alice"', 1],
    ['externalId eq "ALICE"', 0],
    ['emails[type eq "work"].value eq "alice@example.com"', 1],
    ['emails[type eq "home"].value eq "alice@example.com"', 0],
    ['id eq "id-1"', 1],
    ['userName eq "alice@example.com" and active eq false', 0],
    ['displayName sw "ali" or displayName eq "Bob"', 1],
    [`${enterprise}:department eq "post"`, 1],
    ['meta.lastModified gt "2026-11-21T00:00:00Z"', 1],
    ['not (title pr)', 0],
  ])('finds by %s', async (filter, many) => {
    await scim.ask('POST', '/scim/v2/Users', alice)
    const { status, body } = await scim.ask('GET', `/scim/v2/Users?filter=${encodeURIComponent(filter)}`)
    expect([status, body.totalResults, body.Resources.length]).toEqual([200, many, many])
  })

  it('replaces attributes by paths', async () => {
    await scim.ask('POST', '/scim/v2/Users', alice)
    const { status, body } = await scim.ask(
      'PATCH',
      '/scim/v2/Users/id-1',
      patch(
        { op: 'Replace', path: 'displayName', value: 'Alice B.' },
        { op: 'Replace', path: 'name.familyName', value: 'B.' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'alice.b@example.com' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0100' },
        { op: 'Add', path: `${enterprise}:department`, value: 'Parcels' },
        { op: 'Remove', path: 'title' },
      ),
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      displayName: 'Alice B.',
      name: { formatted: 'Alice A.', familyName: 'B.', givenName: 'Alice' },
      emails: [{ primary: true, type: 'work', value: 'alice.b@example.com' }],
      phoneNumbers: [{ type: 'mobile', value: '+1 555 0100' }],
      [enterprise]: { department: 'Parcels' },
      meta: { version: 'W/"2"' },
    })
    expect(body).not.toHaveProperty('title')
  })

  it('replaces attributes without a path', async () => {
    await scim.ask('POST', '/scim/v2/Users', alice)
    const { status, body } = await scim.ask(
      'PATCH',
      '/scim/v2/Users/id-1',
      patch({
        op: 'replace',
        value: {
          'name.givenName': 'Alicia',
          'emails[type eq "work"].value': 'alicia@example.com',
          [`${enterprise}:department`]: 'Stamps',
          active: 'False',
        },
      }),
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: { givenName: 'Alicia' },
      emails: [{ primary: true, type: 'work', value: 'alicia@example.com' }],
      [enterprise]: { department: 'Stamps' },
      active: false,
    })
  })

  it('disables a user, whose addresses stay known for the grace period, and enables the user again', async () => {
    await scim.ask('POST', '/scim/v2/Users', alice)
    const disabled = await scim.ask(
      'PATCH',
      '/scim/v2/Users/id-1',
      patch({ op: 'Replace', path: 'active', value: 'False' }),
    )
    expect([disabled.status, disabled.body['active']]).toEqual([200, false])
    expect(await scim.entry('alice@example.com')).toEqual({
      address: 'alice@example.com',
      kind: 'mailbox',
      source: 'scim',
      removed_at: '2026-11-21T10:00:03.000Z',
    })
    expect(await scim.count('example.com')).toBe(0)
    await scim.ask('PATCH', '/scim/v2/Users/id-1', patch({ op: 'Replace', path: 'active', value: 'True' }))
    expect(await scim.entries()).toEqual(['alice@example.com mailbox'])
    expect(await scim.count('example.com')).toBe(1)
  })

  it('deletes a user, who is then nobody, and may be created again', async () => {
    await scim.ask('POST', '/scim/v2/Users', alice)
    const deleted = await scim.ask('DELETE', '/scim/v2/Users/id-1')
    expect(deleted).toEqual({ status: 204, headers: {}, body: null })
    expect((await scim.ask('GET', '/scim/v2/Users/id-1')).status).toBe(404)
    expect((await scim.ask('DELETE', '/scim/v2/Users/id-1')).status).toBe(404)
    expect((await scim.ask('GET', '/scim/v2/Users?filter=externalId eq "alice"')).body.totalResults).toBe(0)
    expect(await scim.entries()).toEqual(['alice@example.com mailbox removed'])
    expect((await scim.ask('POST', '/scim/v2/Users', alice)).status).toBe(201)
    expect(await scim.entries()).toEqual(['alice@example.com mailbox'])
  })

  it('shows what is asked for, and nothing that is left out', async () => {
    await scim.ask('POST', '/scim/v2/Users', alice)
    const names = async (query: string) => Object.keys((await scim.ask('GET', `/scim/v2/Users/id-1?${query}`)).body)
    expect(await names('attributes=userName,name.familyName')).toEqual(['schemas', 'id', 'userName', 'name', 'meta'])
    expect(await names(`attributes=${enterprise}:department`)).toEqual(['schemas', 'id', enterprise, 'meta'])
    expect(await names('excludedAttributes=emails,externalId')).not.toContain('emails')
  })
})

describe('Entra ID, with groups', () => {
  const group = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
    displayName: 'Sales',
    meta: { resourceType: 'Group' },
  }

  it('creates one, is told of the same one, and may create another of the same name', async () => {
    expect((await scim.ask('POST', '/scim/v2/Groups', group)).status).toBe(201)
    expect((await scim.ask('POST', '/scim/v2/Groups', group)).status).toBe(409)
    expect((await scim.ask('POST', '/scim/v2/Groups', { ...group, externalId: 'other' })).status).toBe(201)
    expect(await scim.entries()).toEqual([])
  })

  it('adds and removes members in both dialects, and asks without them', async () => {
    await scim.ask('POST', '/scim/v2/Groups', group)
    const path = '/scim/v2/Groups/id-1'
    const members = async () => (await scim.ask('GET', path)).body['members']
    const add = await scim.ask(
      'PATCH',
      path,
      patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: 'u1' }, { value: 'u2' }, { value: 'u3' }] }),
    )
    expect(add).toEqual({ status: 204, headers: {}, body: null })
    await scim.ask('PATCH', path, patch({ op: 'Add', path: 'members', value: [{ value: 'u1' }] }))
    expect(await members()).toEqual([{ value: 'u1' }, { value: 'u2' }, { value: 'u3' }])
    await scim.ask('PATCH', path, patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'u1' }] }))
    await scim.ask('PATCH', path, patch({ op: 'Remove', path: 'members[value eq "u2"]' }))
    expect(await members()).toEqual([{ value: 'u3' }])
    await scim.ask('PATCH', path, patch({ op: 'Replace', path: 'displayName', value: 'Sellers' }))
    const found = await scim.ask('GET', '/scim/v2/Groups?excludedAttributes=members&filter=displayName eq "sellers"')
    expect(found.body.Resources.map((each) => Object.keys(each))).toEqual([
      ['schemas', 'id', 'externalId', 'displayName', 'meta'],
    ])
    expect((await scim.ask('GET', '/scim/v2/Groups?filter=displayName eq "Sales"')).body.totalResults).toBe(0)
    const isMember = '/scim/v2/Groups?filter=id eq "id-1" and members eq "u3"'
    expect((await scim.ask('GET', isMember)).body.totalResults).toBe(1)
  })

  it('gives a group its address, which it has as long as the group stands', async () => {
    const extension = 'urn:ietf:params:scim:schemas:extension:quietgate:2.0:Group'
    await scim.ask('POST', '/scim/v2/Groups', { ...group, [extension]: { mail: 'sales@example.com' } })
    expect(await scim.entries()).toEqual(['sales@example.com group'])
    await scim.ask('PATCH', '/scim/v2/Groups/id-1', patch({ op: 'Remove', path: 'members' }))
    expect(await scim.entries()).toEqual(['sales@example.com group'])
    await scim.ask('DELETE', '/scim/v2/Groups/id-1')
    expect(await scim.entries()).toEqual(['sales@example.com group removed'])
  })
})
