import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { field } from '../../lambda/core/scim/json.ts'
import { startScim, type ScimWorld } from './world.ts'

let scim: ScimWorld
beforeEach(async () => {
  scim = await startScim()
})
afterEach(() => scim.close())

const user = (name: string, ...emails: readonly string[]) => ({
  userName: name,
  emails: emails.map((value) => ({ value, type: 'work' })),
})
const patch = (...Operations: readonly object[]) => ({ Operations })

describe('an address', () => {
  it('is not touched when only its case changes', async () => {
    await scim.ask('POST', '/Users', user('alice@example.com'))
    const before = await scim.entry('alice@example.com')
    const value = { userName: 'ALICE@Example.COM' }
    const { body } = await scim.ask('PATCH', '/Users/id-1', patch({ op: 'replace', value }))
    expect(body['userName']).toBe('ALICE@Example.COM')
    expect(await scim.entry('alice@example.com')).toEqual(before)
    expect(scim.counted.map(({ removed }) => removed)).toEqual([0, 0])
  })

  it('comes before the old one goes, and the old one stays known for the grace period', async () => {
    const seen = new Set<string>()
    for (let cut = 0; cut < 14; cut++) {
      const [old, next] = [`old${cut}@example.com`, `new${cut}@example.com`]
      const id = (await scim.ask('POST', '/Users', user(old))).body.id
      const change = patch({ op: 'replace', path: 'userName', value: next })
      await failingFrom(cut, () => scim.ask('PATCH', `/Users/${id}`, change))
      const ofUser = (await scim.entries()).filter((line) => line.includes(`${cut}@`) && !line.includes(`1${cut}@`))
      seen.add(ofUser.join(', ').replaceAll(String(cut), ''))
    }
    expect([...seen]).toEqual([
      'old@example.com mailbox',
      'new@example.com mailbox, old@example.com mailbox',
      'new@example.com mailbox, old@example.com mailbox removed',
    ])
  })

  it('passes from one user to the next in either order', async () => {
    await scim.ask('POST', '/Users', user('alice@example.com', 'info@example.com'))
    await scim.ask('POST', '/Users', user('bob@example.com', 'info@example.com'))
    await scim.ask('DELETE', '/Users/id-1')
    expect(await scim.entries()).toEqual([
      'alice@example.com alias info@example.com removed',
      'bob@example.com alias info@example.com',
      'info@example.com mailbox',
    ])
    await scim.ask('DELETE', '/Users/id-2')
    await scim.ask('POST', '/Users', user('carol@example.com', 'info@example.com'))
    expect(await scim.entries()).toContain('info@example.com mailbox')
  })

  it('of another source stays as it is, and only the hold on it is noted', async () => {
    await scim.write('alice@example.com', 'people')
    await scim.write('bob@example.com', null)
    await scim.ask('POST', '/Users', user('alice@example.com', 'bob@example.com'))
    const entry = { address: 'alice@example.com', kind: 'mailbox', source: 'people' }
    expect(await scim.entry('alice@example.com')).toEqual({ ...entry, scim_holders: ['id-1'] })
    await scim.ask('DELETE', '/Users/id-1')
    expect(await scim.entry('alice@example.com')).toEqual(entry)
    expect(await scim.entry('bob@example.com')).toEqual({ address: 'bob@example.com', kind: 'mailbox' })
  })

  it('that another source removed is there again when a user has it', async () => {
    await scim.write('alice@example.com', 'people', '2026-11-01T00:00:00.000Z')
    await scim.ask('POST', '/Users', user('alice@example.com'))
    expect(await scim.entry('alice@example.com')).toEqual({
      address: 'alice@example.com',
      kind: 'mailbox',
      source: 'scim',
      scim_holders: ['id-1'],
    })
  })

  it('makes no domain complete: that is for a person to say', async () => {
    await scim.ask('POST', '/Users', user('alice@example.com'))
    expect(await scim.editor.domain('example.com')).toEqual({ answer: 'incomplete', why: 'never-imported' })
    expect(await scim.editor.complete('example.com', '2026-11-21T10:00:00.000Z')).toBe('completed')
    await scim.ask('DELETE', '/Users/id-1')
    // Nobody is left, which stops nobody's mail.
    expect(await scim.editor.domain('example.com')).toEqual({ answer: 'incomplete', why: 'empty' })
  })
})

describe('an interruption', () => {
  it('is finished by asking again, whatever was cut off', async () => {
    for (let cut = 0; cut < 12; cut++) {
      const name = `user${cut}@example.com`
      await failingFrom(cut, () => scim.ask('POST', '/Users', user(name, `mail${cut}@example.org`)))
      const { status, body } = await scim.ask('POST', '/Users', user(name, `mail${cut}@example.org`))
      expect([201, 409]).toContain(status)
      const filter = encodeURIComponent(`userName eq "${name}"`)
      const found = (await scim.ask('GET', `/Users?filter=${filter}`)).body
      expect(found.totalResults).toBe(1)
      expect(await scim.entries()).toContain(`mail${cut}@example.org mailbox`)
      const id = status === 201 ? body.id : (found.Resources[0]?.id ?? '')
      const change = patch({ op: 'replace', value: user(`new${cut}@example.com`, `other${cut}@example.org`) })
      await failingFrom(cut, () => scim.ask('PATCH', `/Users/${id}`, change))
      expect((await scim.ask('PATCH', `/Users/${id}`, change)).status).toBe(200)
      expect(await scim.entries()).toEqual(
        expect.arrayContaining([`other${cut}@example.org mailbox`, `mail${cut}@example.org mailbox removed`]),
      )
      await failingFrom(cut, () => scim.ask('DELETE', `/Users/${id}`))
      expect([204, 404]).toContain((await scim.ask('DELETE', `/Users/${id}`)).status)
      expect((await scim.entries()).filter((line) => line.includes(`${cut}@`) && !line.endsWith('removed'))).toEqual([])
    }
  })

  it('that nobody repeats blocks no name, and keeps no address of whoever is deleted later', async () => {
    const seen = new Set<string>()
    for (let cut = 0; cut < 20; cut++) {
      const [old, next] = [`old${cut}@example.com`, `new${cut}@example.com`]
      const { id } = (await scim.ask('POST', '/Users', user(old))).body
      const change = patch({ op: 'replace', path: 'userName', value: next })
      await failingFrom(cut, () => scim.ask('PATCH', `/Users/${id}`, change))
      const isRenamed = (await scim.ask('GET', `/Users/${id}`)).body['userName'] === next
      const { status } = await scim.ask('POST', '/Users', user(isRenamed ? old : next))
      seen.add(`${isRenamed ? 'renamed' : 'not renamed'}: ${status}`)
      await scim.ask('DELETE', `/Users/${id}`)
      const found = await scim.ask(
        'GET',
        `/Users?filter=${encodeURIComponent(`userName eq "${isRenamed ? old : next}"`)}`,
      )
      await scim.ask('DELETE', `/Users/${found.body.Resources[0]?.id ?? ''}`)
      const live = (await liveAddresses()).filter((address) => address === old || address === next)
      expect([cut, isRenamed, isRenamed ? live : []]).toEqual([cut, isRenamed, []])
    }
    expect([...seen]).toEqual(['not renamed: 201', 'renamed: 201'])
  })

  it('never takes an address from a user who has it, whatever is asked and whatever fails', async () => {
    const names = ['a', 'b', 'c'].map((name) => `${name}@example.com`)
    const step = fc.record({
      verb: fc.constantFrom('create', 'rename', 'emails', 'disable', 'enable', 'delete'),
      which: fc.nat(3),
      name: fc.constantFrom(...names),
      email: fc.constantFrom(...names),
      // The call to DynamoDB from which on all fail; most are not reached.
      cut: fc.nat(20),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const ids = (await scim.ask('GET', '/Users')).body.Resources
        for (const { id } of ids) await scim.ask('DELETE', `/Users/${id}`)
        for (const { verb, which, name, email, cut } of steps) {
          const all = (await scim.ask('GET', '/Users')).body.Resources
          const id = all[which]?.id ?? 'nobody'
          const request = {
            create: ['POST', '/Users', user(name, email)],
            rename: ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'userName', value: name })],
            emails: ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'emails', value: [{ value: email }] })],
            disable: ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: false })],
            enable: ['PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: true })],
            delete: ['DELETE', `/Users/${id}`, undefined],
          }[verb] as [string, string, object | undefined]
          await failingFrom(cut, () => scim.ask(...request))
          // A client repeats what failed.
          await scim.ask(...request)
          const live = await liveAddresses()
          const wanted = await addressesOfActive()
          expect(wanted.filter((address) => !live.includes(address))).toEqual([])
        }
      }),
      { numRuns: 15 },
    )
  }, 60_000)
})

/** Every call to DynamoDB fails from the n-th on. */
async function failingFrom(n: number, work: () => Promise<unknown>): Promise<void> {
  let calls = 0
  scim.setFault(() => ((calls += 1) > n ? { kind: 'refuse', status: 500, code: 'InternalServerError' } : null))
  await work().catch(() => null)
  scim.setFault(null)
}

async function liveAddresses(): Promise<readonly string[]> {
  const entries = await scim.entries()
  return entries.filter((line) => !line.endsWith('removed')).map((line) => line.split(' ')[0] ?? '')
}

async function addressesOfActive(): Promise<readonly string[]> {
  const users = (await scim.store.list('User', 100)) ?? []
  return users.flatMap(({ attributes }) => {
    if (field(attributes, 'active') === false) return []
    const emails = field(attributes, 'emails') as readonly { readonly value: string }[] | undefined
    return [field(attributes, 'userName') as string, ...(emails ?? []).map(({ value }) => value)]
  })
}
