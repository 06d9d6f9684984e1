import { describe, expect, it, onTestFinished } from 'vitest'
import type { Policy } from '../../lambda/core/policy.ts'
import { createAddressLookup } from '../../lambda/adapters/dns.ts'
import { healthOf } from '../../lambda/core/rules/zone-health.ts'
import { weighing, zoneOf } from '../builders.ts'
import { judgeOf, listsPolicy, lookupOf } from './judge.ts'
import { startLists, type Lists } from './lists.ts'
import { testEntries, type ListState } from './rbldnsd.ts'

const numbers = Array.from({ length: 20 }, (_, i) => i)
/** Clients that no list names, and clients that every list names: 20 before a change, 20 others after it. */
const cleanBefore = numbers.map((i) => `198.51.100.${1 + i}`)
const cleanAfter = numbers.map((i) => `198.51.100.${101 + i}`)
const listedBefore = numbers.map((i) => `203.0.113.${1 + i}`)
const listedAfter = numbers.map((i) => `203.0.113.${101 + i}`)
const listed = Object.fromEntries([...listedBefore, ...listedAfter].map((ip) => [ip, ['127.0.0.2']]))
const sound = { kind: 'lists', listings: { ...testEntries, ...listed } } as const

/** How a list goes wrong. */
const changes: Readonly<Record<string, { readonly state: ListState; readonly found: ReturnType<typeof healthOf> }>> = {
  'lists the world': { state: everybody('127.0.0.2'), found: 'lists-the-world' },
  'is parked': { state: everybody('203.0.113.80'), found: 'lists-the-world' },
  'answers an error to everybody': { state: everybody('127.255.255.254'), found: 'refusing' },
  // What a resolver remembers of the test entry hides it. Nobody is listed in it any more, so that it stops nobody.
  'is emptied': { state: { kind: 'lists', listings: {} }, found: 'healthy' },
}

describe.each(Object.entries(changes))('a list of bad clients that %s', (_sentence, { state, found }) => {
  it('stops nobody from its first wrong answer on, although one listing in it is enough to act', async () => {
    const { world, policy } = await started({ 'turns.example': sound })
    const judge = judgeOf(policy)
    expect(await actions(judge, cleanBefore)).toEqual(numbers.map(() => 'deliver'))
    expect(await actions(judge, listedBefore)).toEqual(numbers.map(() => 'quarantine'))
    await world.publish('turns.example', state)
    // The last good probe was a moment ago, and the resolver still knows that 127.0.0.1 is not listed.
    const asked = await createAddressLookup(policy.dns)('1.0.0.127.turns.example', AbortSignal.timeout(3000))
    expect(asked).toEqual({ answer: 'none', why: 'no-such-name' })
    expect(await actions(judge, cleanAfter)).toEqual(numbers.map(() => 'deliver'))
    expect(await actions(judge, listedAfter)).toEqual(numbers.map(() => 'deliver'))
  })

  it('stops nobody when it goes wrong while mail flows', async () => {
    const { world, policy } = await started({ 'turns.example': sound })
    const judge = judgeOf(policy)
    const underWay: Promise<readonly string[]>[] = []
    for (const [i, ip] of [...cleanBefore, ...cleanAfter].entries()) {
      underWay.push(actions(judge, [ip]))
      if (i === cleanBefore.length) await world.publish('turns.example', state)
    }
    expect((await Promise.all(underWay)).flat()).toEqual([...numbers, ...numbers].map(() => 'deliver'))
  })

  it('is known for what it is after one probe', async () => {
    const { world, policy } = await started({ 'turns.example': sound })
    const lookup = lookupOf(policy)
    const zone = policy.dnsxl.zones[0]!
    const probe = () => lookup.control(zone.zone, 'ipv4', Date.now(), AbortSignal.timeout(3000))
    expect(healthOf(await probe(), zone)).toBe('healthy')
    await world.publish('turns.example', state)
    expect(healthOf(await probe(), zone)).toBe(found)
  })
})

describe('a list of good clients', () => {
  const friends = listedAfter.slice(0, 10)
  const others = listedAfter.slice(10)
  const allow = {
    kind: 'lists',
    listings: { ...testEntries, ...Object.fromEntries([...listedBefore, ...friends].map((ip) => [ip, ['127.0.5.2']])) },
  } as const

  it.each([
    ['that answers 127.0.10.3 to everybody, which is poison', everybody('127.0.10.3')],
    ['that trusts everybody', everybody('127.0.5.3')],
    ['that answers that it does not answer', everybody('127.0.0.255')],
    ['that is parked', everybody('203.0.113.80')],
    ['that is silent', { kind: 'silent' }],
  ] as const)('%s, stops nobody and speaks for nobody', async (_sentence, state) => {
    const { world, judge } = await startedWithAllowList()
    expect(await actions(judge, listedBefore)).toEqual(listedBefore.map(() => 'deliver'))
    expect(await actions(judge, others.slice(0, 5))).toEqual(others.slice(0, 5).map(() => 'quarantine'))
    await world.publish('allow.example', state)
    for (const ip of [...friends, ...others.slice(5)]) {
      const { action, reasons } = await judge(ip)
      expect({ action, last: reasons.at(-1) }).toEqual({
        action: 'deliver',
        last: { code: 'dnsxl-disarmed', zone: 'allow.example', score: 4 },
      })
    }
  })

  // The limit that ADR 0009 states. There is no listed name that nobody asked for before, so that nothing tells it earlier.
  it('that is emptied is believed for as long as the resolver remembers its test entry', async () => {
    const { world, judge } = await startedWithAllowList()
    expect(await actions(judge, listedBefore)).toEqual(listedBefore.map(() => 'deliver'))
    await world.publish('allow.example', { kind: 'lists', listings: {} })
    expect(await actions(judge, friends)).toEqual(friends.map(() => 'quarantine'))
  })

  async function startedWithAllowList() {
    const states = { 'one.example': sound, 'two.example': sound, 'allow.example': allow }
    const world = await startedLists(states)
    const terms = [{ pattern: '127.0.[2..9;11..20].[1..3]', weight: -3 }]
    const zones = [
      zoneOf('allow.example', { terms, errorCodes: ['127.0.0.255'] }),
      zoneOf('one.example'),
      zoneOf('two.example'),
    ]
    return { world, judge: judgeOf(listsPolicy(zones, world.resolver)) }
  }
})

async function started(states: Readonly<Record<string, ListState>>): Promise<{ world: Lists; policy: Policy }> {
  const world = await startedLists(states)
  const zones = Object.keys(states).map((zone) => weighing(zone, 3, { authoritative: true }))
  return { world, policy: listsPolicy(zones, world.resolver) }
}

async function startedLists(states: Readonly<Record<string, ListState>>): Promise<Lists> {
  const world = await startLists(new Map(Object.entries(states)))
  onTestFinished(() => world.close())
  return world
}

/** What happens to a message from each of these clients, one after the other. */
async function actions(judge: ReturnType<typeof judgeOf>, clients: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const ip of clients) found.push((await judge(ip)).action)
  return found
}

function everybody(address: string): ListState {
  return { kind: 'says-of-everybody', address }
}
