import { describe, expect, it } from 'vitest'
import type { KeySources } from '../../lambda/adapters/keys.ts'
import { createProofKeys } from '../../lambda/adapters/proof-keys.ts'
import type { ProofKeyPolicy } from '../../lambda/core/policy.ts'
import { never } from '../contract/zone-lookup.ts'

const policy: readonly ProofKeyPolicy[] = [
  { use: 'prvs', name: '1', kept: 'ssm', id: '/prvs-1' },
  { use: 'tag', name: '1', kept: 'secrets-manager', id: 'tag-1' },
  { use: 'tag', name: '2', kept: 'ssm', id: '/tag-2' },
]

/** Keys that AWS tells as given; what is not given cannot be read. */
function world(told: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const source = (kept: string) => (id: string) => {
    asked.push(`${kept} ${id}`)
    return Promise.resolve(told[id] ?? null)
  }
  const sources: KeySources = { 'secrets-manager': source('secret'), ssm: source('parameter') }
  return { asked, read: createProofKeys(policy, sources, () => 0) }
}

const secret = (text: string): Uint8Array => Buffer.from(text, 'utf8')

describe('the keys that prove', () => {
  it('are those of one use, in the order of the policy, though two have one name', async () => {
    const { asked, read } = world({ '/prvs-1': 'a', 'tag-1': 'b', '/tag-2': 'c' })
    expect(await read('tag', never())).toEqual([
      { name: '1', secret: secret('b') },
      { name: '2', secret: secret('c') },
    ])
    expect(await read('prvs', never())).toEqual([{ name: '1', secret: secret('a') }])
    expect(asked).toEqual(['secret tag-1', 'parameter /tag-2', 'parameter /prvs-1'])
  })

  it.each([
    ['a line end that an editor put there', 'key\n', 'key'],
    ['a line end of another system', 'key\r\n', 'key'],
    ['no second line end, and no blank', ' key \n\n', ' key \n'],
    ['characters of every script', 'nyckel å 鍵', 'nyckel å 鍵'],
  ])('are the octets of their text, without %s', async (_, text, octets) => {
    expect(await world({ '/prvs-1': text }).read('prvs', never())).toEqual([{ name: '1', secret: secret(octets) }])
  })

  it('are none where the policy has none for that use', async () => {
    const { asked, read } = world({})
    expect([await read('srs', never()), asked]).toEqual([[], []])
  })

  it('are unknown, all of them, when one cannot be read: it might have made the tag', async () => {
    expect(await world({ 'tag-1': 'b' }).read('tag', never())).toBe(null)
  })

  it.each(['', '\n'])('are never empty, since everybody could make such tags: %j', async (text) => {
    expect(await world({ '/prvs-1': text }).read('prvs', never())).toBe(null)
  })
})
