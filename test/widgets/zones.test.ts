import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../lambda/config.ts'
import { widgetPlanOf } from '../../lambda/config/widget-plan.ts'
import type { ZoneState } from '../../lambda/core/zone-state.ts'
import type { StateItem } from '../../lambda/ports/zone-states.ts'
import { readZones } from '../../lambda/widgets/zones.ts'
import { createMemoryZoneStates } from '../../local/memory/zone-states.ts'

const { signal } = new AbortController()
const now = Date.parse('2026-11-21T10:00:00.000Z')
const healthy: ZoneState = {
  state: 'healthy',
  since: '2026-11-01T00:00:00.000Z',
  failures: 0,
  silences: 0,
  retryAt: null,
}
const probedAt = '2026-11-21T09:59:30.000Z'
const plan = planOf({
  dnsbl: { zones: ['bl.spamcop.net=127.0.0.2*2', { term: 'odd.example', operator: 'Odd', testEntries: false }] },
  outbound: { addresses: ['198.51.100.9'], domains: ['example.com'], domainZones: ['dbl.example'] },
})

describe('readZones', () => {
  it('has every list of the configuration, in its order, whatever is known of it', async () => {
    const states = await holding({ kind: 'zone', zone: 'bl.spamcop.net', state: healthy })
    expect(await readZones(states, plan, now, signal)).toEqual({
      answer: 'states',
      zones: [
        {
          zone: 'bl.spamcop.net',
          asksFor: 'clients',
          condition: 'healthy',
          since: healthy.since,
          probedAt,
          retryAt: null,
        },
        {
          zone: 'odd.example',
          asksFor: 'clients',
          condition: 'untestable',
          since: null,
          probedAt: null,
          retryAt: null,
        },
        {
          zone: 'dbl.example',
          asksFor: 'own-domains',
          condition: 'unknown',
          since: null,
          probedAt: null,
          retryAt: null,
        },
      ],
      own: [],
      resolverFiltersSince: null,
      probeSilentSince: null,
    })
  })

  it('asks for a listing of ours only where there is one, and says what its code means', async () => {
    const states = await holding(
      { kind: 'zone', zone: 'bl.spamcop.net', state: healthy, ownListed: ['198.51.100.9'] },
      { kind: 'own', subject: '198.51.100.9', zone: 'bl.spamcop.net', codes: ['127.0.0.2'] },
      { kind: 'resolver', filters: true, since: '2026-11-21T08:00:00.000Z' },
    )
    const shown = await readZones(states, plan, now, signal)
    expect(shown).toMatchObject({
      own: [
        {
          subject: '198.51.100.9',
          zone: 'bl.spamcop.net',
          since: '2026-11-20T00:00:00.000Z',
          codes: [{ code: '127.0.0.2', meaning: expect.any(String) as string }],
          url: expect.stringMatching(/^https:/) as string,
        },
      ],
      resolverFiltersSince: '2026-11-21T08:00:00.000Z',
    })
    expect(states.calls).toBe(2)
  })

  it('says since when nobody asked, unless a list is left alone on purpose', async () => {
    const old = '2026-11-21T09:00:00.000Z'
    const stopped = await holding({ kind: 'zone', zone: 'bl.spamcop.net', state: healthy, probedAt: old })
    expect(await readZones(stopped, plan, now, signal)).toMatchObject({ probeSilentSince: old })
    const dead: ZoneState = { ...healthy, state: 'silent', retryAt: '2026-11-21T10:20:00.000Z' }
    const alone = await holding({ kind: 'zone', zone: 'bl.spamcop.net', state: dead, probedAt: old })
    expect(await readZones(alone, plan, now, signal)).toMatchObject({ probeSilentSince: null })
  })

  it('is unavailable when either of its reads is', async () => {
    const states = await holding({ kind: 'zone', zone: 'bl.spamcop.net', state: healthy, ownListed: ['198.51.100.9'] })
    for (const failing of [1, 2]) {
      let call = 0
      const read: typeof states.read = (ids, aborting) =>
        (call += 1) === failing ? Promise.resolve(null) : states.read(ids, aborting)
      expect(await readZones({ read }, plan, now, signal)).toEqual({ answer: 'unavailable' })
    }
  })
})

type Held =
  | { kind: 'zone'; zone: string; state: ZoneState; probedAt?: string; ownListed?: readonly string[] }
  | { kind: 'own'; subject: string; zone: string; codes: readonly string[] }
  | { kind: 'resolver'; filters: boolean; since: string }

async function holding(...all: readonly Held[]) {
  const states = createMemoryZoneStates()
  for (const held of all) await states.write(itemOf(held), signal)
  let calls = 0
  return {
    read: (...arguments_: Parameters<typeof states.read>) => {
      calls += 1
      return states.read(...arguments_)
    },
    get calls() {
      return calls
    },
  }
}

function itemOf(held: Held): StateItem {
  if (held.kind === 'resolver') return held
  if (held.kind === 'own') {
    const { codes, ...rest } = held
    return { ...rest, listing: { listed: true, since: '2026-11-20T00:00:00.000Z', codes } }
  }
  return { authorityLists: true, ownAskedAt: null, ownListed: [], probedAt, ...held }
}

function planOf(settings: object) {
  const parsed = parseConfig({ domains: ['example.com'], ...settings }, 'the test')
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  return widgetPlanOf(parsed.config).probe
}
