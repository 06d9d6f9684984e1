import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AddressAnswer } from '../../lambda/core/facts.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import type { DnsFault } from '../../local/dns/faults.ts'
import { never, question } from '../contract/zone-lookup.ts'
import { allMuted, healthy, listing, muted, nobody, zonesWorld, type ZonesWorld } from './zones-world.ts'

const timeout: AddressAnswer = { answer: 'failed', cause: 'timeout' }
const refusal: AddressAnswer = { answer: 'addresses', addresses: ['127.255.255.254'], ttlSeconds: 300 }

/** Whether the zone is asked when somebody asks for a name that nobody asked for before. */
const isAsked = async (world: ZonesWorld): Promise<boolean> => {
  const before = world.asked.length
  const answer = await world.ask(`${fresh++ % 250}.${fresh % 250}.0.10`)
  return answer !== muted && world.asked.length > before
}
let fresh = 0

/** For how many whole minutes from now a zone is left alone. */
const minutesMuted = async (world: ZonesWorld): Promise<number> => {
  for (let minutes = 0; minutes < 100; minutes++) {
    if (await isAsked(world)) return minutes
    world.wait(60)
  }
  return 100
}

describe('a zone that refuses us', () => {
  it.each(['127.255.255.252', '127.255.255.254', '127.255.255.255', '127.0.1.255'])(
    'by %s is not asked for five minutes, and then again',
    async (address) => {
      const world = zonesWorld()
      world.dns.setFault('list.example', { kind: 'error-code', address })
      expect(await world.ask()).toEqual({ ...refusal, addresses: [address] })
      world.asked.length = 0
      world.wait(299)
      expect(await world.ask()).toEqual(muted)
      expect(await world.check(await world.hear())).toEqual(allMuted)
      expect(world.asked).toEqual([])
      world.wait(1)
      world.dns.setFault('list.example', null)
      expect(await world.ask()).toEqual(listing)
    },
  )

  it('leaves the other zones alone', async () => {
    const world = zonesWorld()
    world.dns.setFault('list.example', { kind: 'error-code', address: '127.255.255.254' })
    await world.ask()
    expect(await world.ask('8.100.51.198', 'allow.example')).toEqual(nobody)
  })

  it('says nothing from memory either', async () => {
    const world = zonesWorld()
    await world.ask()
    world.dns.setFault('list.example', { kind: 'error-code', address: '127.255.255.254' })
    await world.ask('8.100.51.198')
    expect(await world.ask()).toEqual(muted)
  })

  it('is not left alone by a code that is an error of another zone only', async () => {
    const world = zonesWorld()
    world.dns.addRecords([{ name: '7.0.0.10.allow.example', type: 'A', ttl: 60, data: '127.0.1.255' }])
    await world.ask('7.0.0.10', 'allow.example')
    expect(await world.ask('8.0.0.10', 'allow.example')).toEqual(nobody)
  })
})

describe('a zone that fails its control questions', () => {
  it.each([
    { kind: 'lists-everything', address: '127.0.0.2' },
    { kind: 'parked', address: '203.0.113.80' },
    { kind: 'empty' },
  ] as const)('because it is $kind is left alone for 1, 2, 4 .. 32 minutes', async (fault) => {
    const world = zonesWorld()
    world.dns.setFault('list.example', fault)
    const minutes: number[] = []
    for (let turn = 0; turn < 7; turn++) {
      await world.zones.control('list.example', 'ipv4', world.clock(), never())
      minutes.push(await minutesMuted(world))
    }
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 32])
  })

  it('because it refuses is left alone for five minutes at least', async () => {
    const world = zonesWorld()
    const minutes = []
    for (let turn = 0; turn < 6; turn++) {
      world.dns.setFault('list.example', { kind: 'error-code', address: '127.255.255.254' })
      await world.zones.control('list.example', 'ipv4', world.clock(), never())
      world.dns.setFault('list.example', null)
      minutes.push(await minutesMuted(world))
    }
    expect(minutes).toEqual([5, 5, 5, 8, 16, 32])
  })

  it('is trusted anew once it passed them', async () => {
    const world = zonesWorld()
    const fail = async () => {
      world.dns.setFault('list.example', { kind: 'empty' })
      await world.zones.control('list.example', 'ipv4', world.clock(), never())
      return minutesMuted(world)
    }
    expect([await fail(), await fail()]).toEqual([1, 2])
    world.dns.setFault('list.example', null)
    expect(await world.zones.control('list.example', 'ipv4', world.clock(), never())).toEqual(healthy)
    world.wait(1)
    expect(await fail()).toBe(1)
  })

  it('is not left alone longer because two families found it at once', async () => {
    const world = zonesWorld()
    world.dns.setFault('list.example', { kind: 'empty' })
    await Promise.all(
      (['ipv4', 'ipv6'] as const).map((family) => world.zones.control('list.example', family, world.clock(), never())),
    )
    expect(await minutesMuted(world)).toBe(1)
  })
})

describe('a zone that does not answer in time', () => {
  it('is left alone after three times in a row, and then again after each single one', async () => {
    const world = zonesWorld()
    world.dns.setFault('list.example', { kind: 'silent' })
    const answers = []
    for (let turn = 0; turn < 4; turn++) answers.push(await world.ask(`${turn}.0.0.10`))
    expect(answers).toEqual([timeout, timeout, timeout, muted])
    const minutes = []
    for (let turn = 0; turn < 7; turn++) minutes.push(await minutesMuted(world))
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 32])
  })

  it('is left alone for a minute when ten questions at once went unanswered', async () => {
    const world = zonesWorld()
    world.dns.setFault('list.example', { kind: 'silent' })
    await Promise.all(Array.from({ length: 10 }, (_, turn) => world.ask(`${turn}.0.0.10`)))
    expect(await minutesMuted(world)).toBe(1)
  })

  it('is asked on when it answered in between', async () => {
    const world = zonesWorld()
    for (let turn = 0; turn < 4; turn++) {
      world.dns.setFault('list.example', { kind: 'silent' })
      expect(await world.ask(`${turn}.0.0.10`)).toEqual(timeout)
      expect(await world.ask(`${turn}.1.0.10`)).toEqual(timeout)
      world.dns.setFault('list.example', null)
      expect(await world.ask(`${turn}.2.0.10`)).toEqual(nobody)
    }
  })

  it('is left alone although its resolver says servfail in between', async () => {
    const world = zonesWorld()
    for (const kind of ['silent', 'servfail', 'silent', 'servfail', 'silent'] as const) {
      world.dns.setFault('list.example', { kind })
      await isAsked(world)
    }
    expect(await world.ask()).toEqual(muted)
  })

  it('is left alone when three messages gave it up after a whole time-out', async () => {
    const world = zonesWorld({ lookUp: hanging })
    for (let turn = 0; turn < 3; turn++) await givenUpAfter(world, 1.5, turn)
    expect(await world.ask()).toEqual(muted)
  })

  it('is not to blame when messages gave it up before', async () => {
    const world = zonesWorld({ lookUp: hanging })
    for (let turn = 0; turn < 9; turn++) await givenUpAfter(world, 1.4, turn)
    const controller = new AbortController()
    const answer = world.zones.lookUp(question(), controller.signal)
    controller.abort()
    expect((await answer).answer).toEqual({ answer: 'failed', cause: 'aborted' })
  })

  it('counts its three control questions as one', async () => {
    const world = zonesWorld()
    world.dns.setFault('list.example', { kind: 'silent' })
    for (let turn = 0; turn < 2; turn++) await world.zones.control('list.example', 'ipv4', world.clock(), never())
    expect(await world.ask()).toEqual(timeout)
    expect(await world.ask()).toEqual(muted)
  })
})

describe('a zone that is known to be dead from elsewhere', () => {
  it('is not asked', async () => {
    const dead = new Set(['list.example'])
    const world = zonesWorld({ skip: (zone) => dead.has(zone) })
    expect(await world.ask()).toEqual(muted)
    expect(await world.check(await world.hear())).toEqual(allMuted)
    expect(world.asked).toEqual([])
    dead.clear()
    expect(await world.ask()).toEqual(listing)
  })
})

describe('a muted zone', () => {
  it('is asked again when the clock is set back', async () => {
    const world = zonesWorld()
    world.dns.setFault('list.example', { kind: 'error-code', address: '127.255.255.254' })
    await world.ask()
    world.dns.setFault('list.example', null)
    world.wait(-86_400)
    expect(await world.ask()).toEqual(listing)
  })

  it('never leaves a wrong listing behind that would count when the zone is healthy again', async () => {
    const happenings = fc.array(fc.constantFrom(...Object.keys(happening)), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(happenings, async (names) => {
        const world = zonesWorld()
        for (const name of names) await happening[name]?.(world)
        world.dns.setFault('list.example', null)
        world.wait(61)
        // The zone does not list 192.0.2.77: only a lie that was kept could say that it does.
        const heard = await world.hear('77.2.0.192')
        if (heard.answer.answer === 'addresses') expect(await world.check(heard)).not.toEqual(healthy)
      }),
      { numRuns: 300 },
    )
  })
})

const fault = (to: DnsFault | null) => (world: ZonesWorld) => world.dns.setFault('list.example', to)

const happening: Readonly<Record<string, (world: ZonesWorld) => unknown>> = {
  ask: (world) => world.ask('77.2.0.192'),
  check: async (world) => world.check(await world.hear('77.2.0.192')),
  wait: (world) => world.wait(30),
  'lists the world': fault({ kind: 'lists-everything', address: '127.0.0.2' }),
  'is empty': fault({ kind: 'empty' }),
  'is silent': fault({ kind: 'silent' }),
  refuses: fault({ kind: 'error-code', address: '127.255.255.254' }),
  // What goes wrong and right again within a minute cannot be seen by control questions that are believed for a minute.
  'is mended': (world) => {
    world.wait(61)
    world.dns.setFault('list.example', null)
  },
}

/** Says nothing until it is given up. */
const hanging: AddressLookup = (_name, signal) =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ answer: 'failed', cause: 'aborted' }))
  })

const givenUpAfter = async (world: ZonesWorld, seconds: number, turn: number): Promise<void> => {
  const controller = new AbortController()
  const answer = world.zones.lookUp(question(`${turn}.0.0.10`), controller.signal)
  world.wait(seconds)
  controller.abort()
  expect((await answer).answer).toEqual({ answer: 'failed', cause: 'aborted' })
}
