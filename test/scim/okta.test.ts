import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { right, startScim, type ScimWorld } from './world.ts'

let scim: ScimWorld
beforeEach(async () => {
  scim = await startScim()
})
afterEach(() => scim.close())

const headers = { ...right, 'user-agent': 'Okta SCIM Client 1.0.0', accept: 'application/scim+json' }
const ask = (method: string, path: string, body?: unknown) => scim.ask(method, path, body, headers)

/** As Okta writes a user: with a password, and groups that it leaves to the other side. */
const bob = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: 'bob@example.com',
  name: { givenName: 'Bob', familyName: 'B.' },
  emails: [
    { primary: true, value: 'bob@example.com', type: 'work' },
    { primary: false, value: 'robert@example.com', type: 'other' },
    { value: 'bob@home.test', type: 'home' },
  ],
  displayName: 'Bob B.',
  locale: 'en-US',
  externalId: '00ujl29u0le5T6Aj10h7',
  groups: [],
  password: '1mz050nq',
  active: true,
}

describe('Okta', () => {
  it('looks for a user, makes one, reads it, changes it whole, and deactivates it', async () => {
    const looked = await ask(
      'GET',
      '/scim/v2/Users?filter=userName%20eq%20%22bob%40example.com%22&startIndex=1&count=100',
    )
    expect([looked.status, looked.body.totalResults]).toEqual([200, 0])
    const made = await ask('POST', '/scim/v2/Users', bob)
    expect([made.status, made.body.id]).toEqual([201, 'id-1'])
    expect(await scim.entries()).toEqual(['bob@example.com mailbox', 'robert@example.com alias bob@example.com'])
    const { body: read } = await ask('GET', '/scim/v2/Users/id-1')
    const emails = [{ primary: true, value: 'bob@example.com', type: 'work' }]
    const changed = await ask('PUT', '/scim/v2/Users/id-1', { ...read, emails })
    expect([changed.status, changed.body['emails'], changed.body.meta.version]).toEqual([200, emails, 'W/"2"'])
    expect(await scim.entries()).toEqual([
      'bob@example.com mailbox',
      'robert@example.com alias bob@example.com removed',
    ])
    const left = await ask('PATCH', '/scim/v2/Users/id-1', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { active: false } }],
    })
    expect([left.status, left.body['active']]).toEqual([200, false])
    expect(await scim.entries()).toEqual([
      'bob@example.com mailbox removed',
      'robert@example.com alias bob@example.com removed',
    ])
  })

  it('is never given back a password, and it is not kept', async () => {
    const made = await ask('POST', '/scim/v2/Users', bob)
    const stored = await scim.store.load('User', 'id-1')
    expect(JSON.stringify([made, stored])).not.toContain('1mz050nq')
    await ask('PATCH', '/scim/v2/Users/id-1', { Operations: [{ op: 'replace', value: { password: 'n3w' } }] })
    expect(JSON.stringify(await scim.store.load('User', 'id-1'))).not.toContain('n3w')
  })

  it('pushes a group, and renames it with its id in the value', async () => {
    await ask('POST', '/scim/v2/Groups', {
      displayName: 'crew@example.com',
      members: [{ value: 'id-7', display: 'Bob' }],
    })
    expect(await scim.entries()).toEqual(['crew@example.com group'])
    const { status } = await ask('PATCH', '/scim/v2/Groups/id-1', {
      Operations: [{ op: 'replace', value: { id: 'id-1', displayName: 'team@example.com' } }],
    })
    expect(status).toBe(204)
    expect(await scim.entries()).toEqual(['crew@example.com group removed', 'team@example.com group'])
  })

  it('imports page by page', async () => {
    for (let i = 1; i <= 5; i++) await ask('POST', '/scim/v2/Users', { userName: `user${i}@example.com` })
    const page = async (query: string) => {
      const { totalResults, itemsPerPage, startIndex, Resources } = (await ask('GET', `/scim/v2/Users?${query}`)).body
      return [totalResults, itemsPerPage, startIndex, Resources.map(({ id }) => id)]
    }
    expect(await page('startIndex=1&count=2')).toEqual([5, 2, 1, ['id-1', 'id-2']])
    expect(await page('startIndex=5&count=2')).toEqual([5, 1, 5, ['id-5']])
    expect(await page('startIndex=6&count=2')).toEqual([5, 0, 6, []])
    expect(await page('startIndex=-3&count=0')).toEqual([5, 0, 1, []])
    expect(await page('')).toEqual([5, 5, 1, ['id-1', 'id-2', 'id-3', 'id-4', 'id-5']])
  })
})
