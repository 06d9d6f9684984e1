import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ZoneLookupOptions } from '../../lambda/adapters/zones.ts'
import { never } from '../contract/zone-lookup.ts'
import { listPolicy, zoneOf } from '../builders.ts'
import { healthy, listing, zonesWorld } from './zones-world.ts'

const secret = 'Ab3fq7secret9zx'
const zone = '{dqs}.list.example'
const keyed = (changes: Partial<ZoneLookupOptions> = {}) => {
  const world = zonesWorld({
    policy: listPolicy(zoneOf(zone)),
    keys: (name) => Promise.resolve(name === 'dqs' ? secret : null),
    ...changes,
  })
  world.dns.addRecords([
    { name: `2.0.0.127.${secret}.list.example`, type: 'A', ttl: 300, data: '127.0.0.2' },
    { name: `9.100.51.198.${secret}.list.example`, type: 'A', ttl: 300, data: '127.0.0.4' },
    { name: `9.100.51.198.${secret}.list.example`, type: 'A', ttl: 300, data: '127.0.0.9' },
  ])
  return world
}

describe('a zone whose name holds a key', () => {
  it('is asked with the key', async () => {
    const world = keyed()
    const heard = await world.hear('9.100.51.198', zone)
    expect(heard.answer).toEqual(listing)
    expect(await world.check(heard, zone)).toEqual(healthy)
    expect(new Set(world.asked.map((name) => name.replace(/^[\d.]+/, '')))).toEqual(new Set([`${secret}.list.example`]))
  })

  it('has its SOA asked for without the key, which nobody needs for that', async () => {
    const world = keyed()
    await world.hear('9.100.51.198', zone)
    expect(world.askedSoa).toEqual(['list.example'])
  })

  it('is silent while there is no key, and no question leaves', async () => {
    const world = keyed({ keys: () => Promise.resolve(null) })
    const noKey = { answer: 'failed', cause: 'no-key' }
    const heard = await world.hear('9.100.51.198', zone)
    expect(heard.answer).toEqual(noKey)
    expect(await world.check(heard, zone)).toEqual({
      answer: 'heard',
      listed: noKey,
      unlisted: noKey,
      unheardOf: noKey,
    })
    expect(world.asked).toEqual([])
  })

  it('is not left alone because its key was slow to come', async () => {
    let key: string | null = null
    const world = keyed({
      keys: () => {
        if (key === null) world.wait(3)
        return Promise.resolve(key)
      },
    })
    for (let turn = 0; turn < 5; turn++) await world.ask(`${turn}.0.0.10`, zone)
    key = secret
    expect(await world.ask('9.100.51.198', zone)).toEqual(listing)
  })

  it('answers aborted when the message did not wait for the key', async () => {
    const controller = new AbortController()
    const world = keyed({
      keys: () => {
        controller.abort()
        return Promise.resolve(null)
      },
    })
    const question = { zone, name: `9.100.51.198.${zone}` }
    expect((await world.zones.lookUp(question, controller.signal)).answer).toEqual({
      answer: 'failed',
      cause: 'aborted',
    })
  })

  it.each(['silent', 'servfail', 'refused', 'empty'] as const)(
    'never shows its key in what comes back when it is %s',
    async (kind) => {
      const world = keyed()
      world.dns.setFault('list.example', { kind })
      const heard = await world.hear('9.100.51.198', zone)
      const control = await world.check(heard, zone)
      expect(JSON.stringify([heard, control]).toLowerCase()).not.toContain(secret.toLowerCase())
    },
  )

  it('never shows its key in the error of a bug, whatever field it stands in and in whatever case', async () => {
    const world = keyed({
      lookUp: (name) => {
        const cause = new Error(`in ${name}`)
        const error = new TypeError(`queryA EBUG ${name.toUpperCase()} ${name}`, { cause })
        return Promise.reject(Object.assign(error, { hostname: name, [name]: name }))
      },
    })
    const errors = await Promise.all([
      world.hear('9.100.51.198', zone).catch((error: unknown) => error),
      world.zones.control(zone, 'ipv4', 0, never()).catch((error: unknown) => error),
    ])
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error)
      expect(inspect(error, { depth: null, showHidden: true }).toLowerCase()).not.toContain(secret.toLowerCase())
      expect(inspect(error)).toMatch(/TypeError.*queryA EBUG [\d.]+\*\*\*/)
    }
  })
})
