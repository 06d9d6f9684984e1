import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredResource } from '../../lambda/ports/scim-store.ts'
import { startScim, type ScimWorld } from '../scim/world.ts'

let scim: ScimWorld
beforeAll(async () => {
  scim = await startScim()
})
afterAll(() => scim.close())

const stored = (id: string, version: number, type: 'User' | 'Group' = 'User'): StoredResource => ({
  resource: {
    type,
    id,
    attributes: { userName: `${id}@example.com` },
    version,
    created: '2026-11-21T10:00:00.000Z',
    modified: '2026-11-21T10:00:00.000Z',
  },
  held: [{ address: `${id}@example.com`, domainName: 'example.com', kind: 'mailbox', target: null }],
  leaving: [],
})

describe('the store of users and groups', () => {
  it('gives a name to whoever claims it first, until that one gives it up', async () => {
    const { store } = scim
    expect(await store.claim('User a', 'one')).toBe('one')
    expect([await store.claim('User a', 'one'), await store.claim('User a', 'two')]).toEqual(['one', 'one'])
    await store.unclaim('User a', 'two')
    expect(await store.claim('User a', 'two')).toBe('one')
    await store.unclaim('User a', 'one')
    await store.unclaim('User a', 'one')
    expect(await store.claim('User a', 'two')).toBe('two')
  })

  it('writes and removes only what is as the writer knows it', async () => {
    const { store } = scim
    expect(await store.load('User', 'x')).toBeNull()
    expect([await store.save(stored('x', 1), null), await store.save(stored('x', 1), null)]).toEqual([true, false])
    expect([await store.save(stored('x', 2), 1), await store.save(stored('x', 3), 1)]).toEqual([true, false])
    expect(await store.load('User', 'x')).toEqual(stored('x', 2))
    expect(await store.load('Group', 'x')).toBeNull()
    expect([await store.remove('User', 'x', 1), await store.remove('User', 'x', 2)]).toEqual([false, true])
    expect([await store.load('User', 'x'), await store.remove('User', 'x', 2)]).toEqual([null, false])
  })

  it('finds by its indexes, each id once', async () => {
    const { store } = scim
    await store.index(['User emails a', 'User externalId 7'], 'one')
    await store.index(['User emails a'], 'two')
    await store.index(['User emails a'], 'two')
    expect([...(await store.find('User emails a'))].sort()).toEqual(['one', 'two'])
    await store.unindex(['User emails a', 'User nobody'], 'one')
    expect([await store.find('User emails a'), await store.find('User externalId 7')]).toEqual([['two'], ['one']])
    await store.unindex(['User emails a'], 'two')
    expect(await store.find('User emails a')).toEqual([])
  })

  it('lists a type by id, over more than one page, and says when there are too many', async () => {
    const { store } = scim
    const long = { title: 'x'.repeat(50_000) }
    for (let i = 0; i < 30; i++) {
      const one = stored(`group-${String(i).padStart(2, '0')}`, 1, 'Group')
      await store.save({ ...one, resource: { ...one.resource, attributes: long } }, null)
    }
    await store.save(stored('user', 1), null)
    const ids = ((await store.list('Group', 30)) ?? []).map(({ id }) => id)
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([30, 'group-00', 'group-29'])
    expect(await store.list('Group', 29)).toBeNull()
    expect(await scim.storeWith(1_000_000).list('Group', 30)).toBeNull()
    expect(((await store.list('User', 29)) ?? []).map(({ id }) => id)).toEqual(['user'])
  })

  it('rejects with what DynamoDB answered', async () => {
    scim.setFault(() => ({ kind: 'refuse', status: 400, code: 'AccessDeniedException' }))
    await expect(scim.store.load('User', 'x')).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await expect(scim.store.save(stored('x', 1), null)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    scim.setFault(null)
  })
})
