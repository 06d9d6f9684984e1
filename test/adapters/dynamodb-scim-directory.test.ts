import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startScim, type ScimWorld } from '../scim/world.ts'

let scim: ScimWorld
beforeEach(async () => {
  scim = await startScim()
})
afterEach(() => scim.close())

const at = '2026-11-21T10:00:00.000Z'
const alice = { address: 'alice@example.com', domainName: 'example.com', kind: 'mailbox', target: null } as const
const entry = { address: 'alice@example.com', kind: 'mailbox', source: 'scim' }

describe("SCIM's hold on the directory", () => {
  it('makes an entry once, removes it with the last hold, and revives it with the next', async () => {
    const { directory } = scim
    expect([await directory.hold(alice, 'a'), await directory.hold(alice, 'a')]).toEqual(['added', 'known'])
    expect([await directory.hold(alice, 'b'), await scim.count('example.com')]).toEqual(['known', 1])
    expect(await directory.release(alice, 'nobody', at)).toBe('kept')
    expect(await directory.release(alice, 'a', at)).toBe('kept')
    expect(await scim.entry('alice@example.com')).toEqual({ ...entry, scim_holders: ['b'] })
    expect([await directory.release(alice, 'b', at), await directory.release(alice, 'b', at)]).toEqual([
      'removed',
      'kept',
    ])
    expect(await scim.entry('alice@example.com')).toEqual({ ...entry, removed_at: at })
    expect(await scim.count('example.com')).toBe(0)
    expect([await directory.hold({ ...alice, kind: 'alias', target: 'b@example.com' }, 'a')]).toEqual(['added'])
    expect(await scim.entry('alice@example.com')).toEqual({
      ...entry,
      kind: 'alias',
      target: 'b@example.com',
      scim_holders: ['a'],
    })
    expect(await scim.count('example.com')).toBe(1)
  })

  it('leaves what another source has, and what a person denied', async () => {
    await scim.write('alice@example.com', 'people')
    expect(await scim.directory.hold(alice, 'a')).toBe('known')
    expect(await scim.directory.release(alice, 'a', at)).toBe('kept')
    expect(await scim.entry('alice@example.com')).toEqual({ ...entry, source: 'people' })
    expect(await scim.count('example.com')).toBe(0)
  })

  it('is kept by one of two that are released at the same time as another is made', async () => {
    for (let i = 0; i < 10; i++) {
      await scim.directory.hold(alice, 'a')
      await Promise.all([scim.directory.release(alice, 'a', at), scim.directory.hold(alice, 'b')])
      expect(await scim.entry('alice@example.com')).toEqual({ ...entry, scim_holders: ['b'] })
      await Promise.all([scim.directory.hold(alice, 'c'), scim.directory.release(alice, 'b', at)])
      await scim.directory.release(alice, 'c', at)
      expect(await scim.entry('alice@example.com')).toEqual({ ...entry, removed_at: at })
      expect(await scim.count('example.com')).toBe(0)
    }
  })

  it('counts too few rather than too many where it is cut off', async () => {
    for (const cut of [0, 1, 2, 3]) {
      await scim.directory.hold(alice, 'a')
      let calls = 0
      scim.setFault(() => ((calls += 1) > cut ? { kind: 'refuse', status: 500, code: 'InternalServerError' } : null))
      await scim.directory.release(alice, 'a', at).catch(() => null)
      scim.setFault(null)
      const isRemoved = (await scim.entries()).every((line) => line.endsWith('removed'))
      expect(await scim.count('example.com')).toBeLessThanOrEqual(isRemoved ? 0 : 1)
      await scim.directory.release(alice, 'a', at)
    }
  })
})
