import { setImmediate as turnOfLoop } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createZoneLookup } from '../../lambda/adapters/zones.ts'
import type { AddressAnswer } from '../../lambda/core/facts.ts'
import type { AddressLookup } from '../../lambda/ports/address-lookup.ts'
import { zoneLookupOf } from '../../local/memory/zone-lookup.ts'
import { describeZoneLookup, never, question } from '../contract/zone-lookup.ts'
import { healthy, listing, nobody, noKeys, testEntry, worldLister, zonesWorld } from './zones-world.ts'

const aborted: AddressAnswer = { answer: 'failed', cause: 'aborted' }

describeZoneLookup('the zones adapter', (policy, lookUp) => ({
  zones: createZoneLookup({ policy, lookUp, soaOf: () => Promise.resolve(null), keys: noKeys }),
  clock: Date.now,
}))

describeZoneLookup('the double in memory', (policy, lookUp) => ({
  zones: zoneLookupOf(
    lookUp,
    policy.dnsxl.zones.filter(({ testEntries }) => !testEntries).map(({ zone }) => zone),
  ),
  clock: Date.now,
}))

/** An address look-up whose answers come when the test says so. */
const byHand = () => {
  const open: { readonly name: string; readonly signal: AbortSignal; readonly say: (answer: AddressAnswer) => void }[] =
    []
  const lookUp: AddressLookup = (name, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(aborted))
      open.push({ name, signal, say: resolve })
    })
  return { open, lookUp }
}

describe('the answers that are kept', () => {
  it('cost 1,000 questions a zone for 10,000 look-ups of 1,000 addresses', async () => {
    const { ask, asked } = zonesWorld()
    const zones = ['list.example', 'allow.example', 'bare.example']
    for (let turn = 0; turn < 10; turn++) {
      await Promise.all(
        Array.from({ length: 1000 }, (_, i) => zones.map((zone) => ask(`${i % 250}.${i % 4}.0.${i}`, zone))).flat(),
      )
    }
    expect(asked).toHaveLength(3000)
    expect(new Set(asked).size).toBe(3000)
  })

  it('say when they were heard, not when they were recalled', async () => {
    const { hear, clock, wait } = zonesWorld()
    const first = clock()
    await hear()
    wait(30)
    expect(await hear()).toEqual({ answer: listing, heardAt: first })
  })

  it('last as long as the TTL of a listing that nothing can hang on', async () => {
    const { ask, asked, wait } = zonesWorld()
    await ask('9.100.51.198', 'bare.example')
    wait(299)
    await ask('9.100.51.198', 'bare.example')
    expect(asked).toHaveLength(1)
    wait(1)
    await ask('9.100.51.198', 'bare.example')
    expect(asked).toHaveLength(2)
  })

  it.each([
    { ttl: 0, seconds: 60 },
    { ttl: 86_400, seconds: 3600 },
  ])('last $seconds seconds where a listing has a TTL of $ttl', async ({ ttl, seconds }) => {
    const { dns, ask, asked, wait } = zonesWorld()
    dns.addRecords([{ name: '7.0.0.10.bare.example', type: 'A', ttl, data: '127.0.0.2' }])
    await ask('7.0.0.10', 'bare.example')
    wait(seconds - 1)
    await ask('7.0.0.10', 'bare.example')
    expect(asked).toHaveLength(1)
    wait(1)
    await ask('7.0.0.10', 'bare.example')
    expect(asked).toHaveLength(2)
  })

  it('last as long as the minimum of the SOA where nobody is listed', async () => {
    const { ask, asked, wait } = zonesWorld()
    await ask('8.100.51.198')
    wait(119)
    await ask('8.100.51.198')
    expect(asked).toHaveLength(1)
    wait(1)
    await ask('8.100.51.198')
    expect(asked).toHaveLength(2)
  })

  it('last a minute where nobody is listed and the SOA cannot be had, and 15 minutes at most', async () => {
    for (const { soa, seconds } of [
      { soa: null, seconds: 60 },
      { soa: 86_400, seconds: 900 },
    ]) {
      const { ask, asked, wait } = zonesWorld({ soaOf: () => Promise.resolve(soa) })
      await ask('8.100.51.198')
      wait(seconds - 1)
      await ask('8.100.51.198')
      expect(asked).toHaveLength(1)
      wait(1)
      await ask('8.100.51.198')
      expect(asked).toHaveLength(2)
    }
  })

  it('never wait for the SOA', async () => {
    const { ask } = zonesWorld({ soaOf: () => new Promise(() => undefined) })
    expect(await ask()).toEqual(listing)
    expect(await ask('8.100.51.198')).toEqual(nobody)
  })

  it('have the SOA asked once an hour, however many questions there are', async () => {
    const { ask, askedSoa, wait } = zonesWorld()
    for (const [turn, minutes] of [0, 30, 29.9].entries()) {
      wait(minutes * 60)
      await ask(`${turn}.0.0.10`)
    }
    expect(askedSoa).toEqual(['list.example'])
    wait(6)
    await ask('9.0.0.10')
    expect(askedSoa).toEqual(['list.example', 'list.example'])
    wait(-86_400)
    await ask('10.0.0.10')
    expect(askedSoa).toHaveLength(3)
  })

  it('have the SOA asked again five minutes after it could not be had', async () => {
    let failures = 0
    const { ask, wait } = zonesWorld({ soaOf: () => Promise.reject(new Error(`no SOA ${failures++}`)) })
    for (const [turn, minutes] of [0, 4.9, 0.1].entries()) {
      wait(minutes * 60)
      expect(failures).toBe(Math.min(turn, 1))
      await ask(`${turn}.0.0.10`)
    }
    expect(failures).toBe(2)
  })

  it.each(['servfail', 'refused'] as const)('are none where the zone answered %s', async (kind) => {
    const { dns, ask } = zonesWorld()
    dns.setFault('list.example', { kind })
    expect(await ask()).toEqual({ answer: 'failed', cause: kind })
    dns.setFault('list.example', null)
    expect(await ask()).toEqual(listing)
  })

  it('are none where the zone was parked', async () => {
    const { dns, ask } = zonesWorld()
    dns.setFault('list.example', { kind: 'parked', address: '203.0.113.80' })
    expect(await ask()).toEqual({ answer: 'addresses', addresses: ['203.0.113.80'], ttlSeconds: 300 })
    dns.setFault('list.example', null)
    expect(await ask()).toEqual(listing)
  })

  it('are forgotten when the clock was set back: nobody knows how old they are', async () => {
    const { ask, asked, wait } = zonesWorld()
    await ask()
    wait(-7200)
    await ask()
    expect(asked).toHaveLength(2)
  })

  it('make room for new ones, the oldest first', async () => {
    const { ask, asked } = zonesWorld({ limit: 2 })
    for (const ip of ['1.0.0.10', '2.0.0.10', '3.0.0.10', '2.0.0.10', '3.0.0.10', '1.0.0.10']) await ask(ip)
    expect(asked.map((name) => name[0])).toEqual(['1', '2', '3', '1'])
  })

  it('are believed after a minute only if the zone was sound within that minute', async () => {
    const { hear, check, asked, wait } = zonesWorld()
    const heard = await hear()
    wait(61)
    expect(await hear()).not.toEqual(heard)
    const again = await hear()
    await check(again)
    wait(120)
    asked.length = 0
    expect(await hear()).toEqual(again)
    expect(asked).toEqual([])
  })

  it('are not vouched for by what the zone was later than a minute after', async () => {
    const { hear, check, wait, clock } = zonesWorld()
    const heard = await hear()
    wait(61)
    expect(await check(heard)).toEqual(healthy)
    expect((await hear()).heardAt).toBe(clock())
  })

  it('are not vouched for by questions that were sent before them', async () => {
    const { open, lookUp } = byHand()
    const { zones, clock, wait } = zonesWorld({ lookUp })
    const control = zones.control('list.example', 'ipv4', clock(), never())
    wait(1)
    const answer = zones.lookUp(question(), never())
    open[3]?.say(listing)
    await answer
    open.forEach(({ say }, i) => say(i === 0 ? testEntry : nobody))
    expect(await control).toEqual(healthy)
    wait(61)
    void zones.lookUp(question(), never())
    expect(open).toHaveLength(5)
  })

  it('are not vouched for by another zone', async () => {
    const { ask, check, hear, asked, wait } = zonesWorld()
    await ask('8.100.51.198', 'allow.example')
    await check(await hear())
    wait(61)
    asked.length = 0
    await ask('8.100.51.198', 'allow.example')
    expect(asked).toHaveLength(1)
  })

  it('are not given to whoever has given up already', async () => {
    const { zones, hear, check, clock } = zonesWorld()
    await check(await hear())
    expect((await zones.lookUp(question(), AbortSignal.abort())).answer).toEqual(aborted)
    const answers = { answer: 'heard', listed: aborted, unlisted: aborted, unheardOf: aborted }
    expect(await zones.control('list.example', 'ipv4', clock(), AbortSignal.abort())).toEqual(answers)
  })

  it('are believed after a minute of an allow list that says nothing, only if it was sound', async () => {
    const { ask, asked, wait } = zonesWorld()
    await ask('8.100.51.198', 'allow.example')
    wait(61)
    await ask('8.100.51.198', 'allow.example')
    expect(asked).toHaveLength(2)
  })
})

describe('questions under way', () => {
  it('are shared by all who ask for the same name', async () => {
    const { open, lookUp } = byHand()
    const { zones } = zonesWorld({ lookUp })
    const answers = Promise.all([1, 2, 3].map(() => zones.lookUp(question(), never())))
    expect(open.map(({ name }) => name)).toEqual(['9.100.51.198.list.example'])
    open[0]?.say(listing)
    expect((await answers).map(({ answer }) => answer)).toEqual([listing, listing, listing])
  })

  it('go on when one of those who wait gives up', async () => {
    const { open, lookUp } = byHand()
    const { zones } = zonesWorld({ lookUp })
    const hasty = new AbortController()
    const first = zones.lookUp(question(), hasty.signal)
    const second = zones.lookUp(question(), never())
    hasty.abort()
    expect((await first).answer).toEqual(aborted)
    open[0]?.say(listing)
    expect((await second).answer).toEqual(listing)
  })

  it('end when nobody waits any more, and are put again for whoever comes then', async () => {
    const { open, lookUp } = byHand()
    const { zones } = zonesWorld({ lookUp })
    const both = [new AbortController(), new AbortController()]
    const answers = both.map(({ signal }) => zones.lookUp(question(), signal))
    for (const controller of both) controller.abort()
    expect((await Promise.all(answers)).map(({ answer }) => answer)).toEqual([aborted, aborted])
    expect(open[0]?.signal.aborted).toBe(true)
    const later = zones.lookUp(question(), never())
    open[1]?.say(listing)
    expect((await later).answer).toEqual(listing)
  })

  it('are not joined when they are older than any message waits: a process was frozen over them', async () => {
    const { open, lookUp } = byHand()
    const { zones, wait } = zonesWorld({ lookUp })
    void zones.lookUp(question(), never())
    wait(3600)
    const later = zones.lookUp(question(), never())
    open[0]?.say({ answer: 'failed', cause: 'servfail' })
    await turnOfLoop()
    const joined = zones.lookUp(question(), never())
    expect(open).toHaveLength(2)
    open[1]?.say(listing)
    expect((await Promise.all([later, joined])).map(({ answer }) => answer)).toEqual([listing, listing])
  })
})

describe('control questions', () => {
  it('are three, and the third is of another address each time', async () => {
    const { check, hear, asked, wait } = zonesWorld()
    const names: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      wait(61)
      const heard = await hear()
      asked.length = 0
      await check(heard)
      expect(asked.slice(0, 2)).toEqual(['2.0.0.127.list.example', '1.0.0.127.list.example'])
      names.push(asked[2] ?? '')
    }
    expect(names).toEqual(['0.0.128.127', '0.128.128.127', '0.0.129.127'].map((octets) => `${octets}.list.example`))
  })

  it('are put once for listings that were heard before them, for a minute', async () => {
    const { check, hear, asked, wait } = zonesWorld()
    const heard = await hear()
    wait(1)
    expect(await check(heard)).toEqual(healthy)
    asked.length = 0
    wait(60)
    expect(await check(heard)).toEqual(healthy)
    expect(asked).toEqual([])
    wait(1)
    expect(await check(heard)).toEqual(healthy)
    expect(asked).toHaveLength(3)
  })

  it('are put again for a listing that was heard after them', async () => {
    const { check, hear, asked, wait } = zonesWorld()
    await check(await hear())
    wait(1)
    const later = await hear('2.0.0.127')
    asked.length = 0
    await check(later)
    expect(asked).toHaveLength(3)
  })

  it('are put for each family', async () => {
    const { zones, asked, clock } = zonesWorld()
    expect(await zones.control('list.example', 'ipv4', clock(), never())).toEqual(healthy)
    asked.length = 0
    expect(await zones.control('list.example', 'ipv6', clock(), never())).toEqual(healthy)
    expect(asked).toHaveLength(3)
    expect(asked[0]).toMatch(/^2\.0\.0\.0\.0\.0\.f\.7\.f\.f\.f\.f\./)
  })

  it('are never answered from the answers that are kept', async () => {
    const { dns, hear, check } = zonesWorld()
    await hear('1.0.0.127')
    await hear('2.0.0.127')
    dns.setFault('list.example', { kind: 'lists-everything', address: '127.0.0.2' })
    expect(await check(await hear())).toEqual(worldLister)
  })

  it('are not shared with a listing that was heard after they were sent', async () => {
    const { open, lookUp } = byHand()
    const { zones, clock, wait } = zonesWorld({ lookUp })
    const early = zones.control('list.example', 'ipv4', clock(), never())
    const beside = zones.control('list.example', 'ipv4', clock(), never())
    expect(open).toHaveLength(3)
    wait(0.001)
    const late = zones.control('list.example', 'ipv4', clock(), never())
    expect(open).toHaveLength(6)
    open.forEach(({ say }, i) => say(i % 3 === 0 ? testEntry : nobody))
    expect(await Promise.all([early, beside, late])).toEqual([healthy, healthy, healthy])
  })

  it('are put again where one of them went unanswered', async () => {
    const { dns, hear, check, asked } = zonesWorld()
    const heard = await hear()
    dns.setFault('1.0.0.127.list.example', { kind: 'servfail' })
    expect(await check(heard)).toEqual({ ...healthy, unlisted: { answer: 'failed', cause: 'servfail' } })
    dns.setFault('1.0.0.127.list.example', null)
    asked.length = 0
    expect(await check(heard)).toEqual(healthy)
    expect(asked).toHaveLength(3)
  })

  it('see a zone that began to list the world ten seconds after it was healthy', async () => {
    const { dns, hear, check, wait } = zonesWorld()
    expect(await check(await hear())).toEqual(healthy)
    wait(10)
    dns.setFault('list.example', { kind: 'lists-everything', address: '127.0.0.2' })
    const wrong = await hear('77.2.0.192')
    expect(wrong.answer).toEqual(testEntry)
    expect(await check(wrong)).toEqual(worldLister)
  })

  it('see it through a resolver that remembers who was not listed: nobody asked for the third address', async () => {
    const { dns, hear, check, wait } = zonesWorld({}, remembering)
    expect(await check(await hear())).toEqual(healthy)
    wait(10)
    dns.setFault('list.example', { kind: 'lists-everything', address: '127.0.0.2' })
    expect(await check(await hear('77.2.0.192'))).toEqual({ ...healthy, unheardOf: testEntry })
  })

  it('leave no wrong listing behind for the time when the zone is healthy again', async () => {
    const { dns, hear, check, ask, wait } = zonesWorld()
    dns.setFault('list.example', { kind: 'lists-everything', address: '127.0.0.2' })
    await check(await hear('77.2.0.192'))
    dns.setFault('list.example', null)
    wait(60)
    expect(await ask('77.2.0.192')).toEqual(nobody)
  })

  it('leave no wrong listing behind that was under way when they failed', async () => {
    const { open, lookUp } = byHand()
    const { zones, clock, wait } = zonesWorld({ lookUp })
    const late = zones.lookUp(question(), never())
    const control = zones.control('list.example', 'ipv4', clock(), never())
    for (const { say } of open.slice(1)) say(testEntry)
    await control
    wait(3)
    open[0]?.say(listing)
    await late
    wait(57)
    void zones.lookUp(question(), never())
    expect(open).toHaveLength(5)
  })

  it('are put again when the clock was set back', async () => {
    const { check, hear, asked, wait, clock } = zonesWorld()
    await check(await hear())
    wait(-3600)
    asked.length = 0
    await check({ answer: listing, heardAt: clock() })
    expect(asked).toHaveLength(3)
  })

  it('answer aborted for whoever gives up, and hold nobody else up', async () => {
    const { open, lookUp } = byHand()
    const { zones, clock } = zonesWorld({ lookUp })
    const hasty = new AbortController()
    const first = zones.control('list.example', 'ipv4', clock(), hasty.signal)
    const second = zones.control('list.example', 'ipv4', clock(), never())
    hasty.abort()
    expect(await first).toEqual({ answer: 'heard', listed: aborted, unlisted: aborted, unheardOf: aborted })
    open.forEach(({ say }, i) => say(i === 0 ? testEntry : nobody))
    expect(await second).toEqual(healthy)
  })
})

/** A resolver that keeps every negative answer for good. */
const remembering = (lookUp: AddressLookup): AddressLookup => {
  const absent = new Map<string, AddressAnswer>()
  return async (name, signal) => {
    const answer = absent.get(name) ?? (await lookUp(name, signal))
    if (answer.answer === 'none') absent.set(name, answer)
    return answer
  }
}
