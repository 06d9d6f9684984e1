import { beforeAll, describe, expect, it } from 'vitest'
import type { ZonePolicy } from '../../lambda/core/policy.ts'
import type { Reason } from '../../lambda/core/reasons.ts'
import { healthOf } from '../../lambda/core/rules/zone-health.ts'
import { zoneOf } from '../builders.ts'
import { judgeOf, listsPolicy, lookupOf, spammer } from './judge.ts'
import { startLists, type Lists, type ListsOptions } from './lists.ts'
import { testEntries, type Listings, type ListState } from './rbldnsd.ts'

const spammer6 = '2001:db8::66'

/** What a zone says, and what becomes of the mail of a client that one sound zone of another operator lists. */
type Row = {
  readonly zone: string
  readonly state: ListState | { readonly kind: 'nobody' }
  /** What the policy says of it beside its name. */
  readonly policy?: Partial<ZonePolicy>
  /** @default spammer */
  readonly client?: string
  readonly reasons: readonly Reason[]
  readonly action?: 'quarantine'
}

const second: Row = {
  zone: 'second.example',
  state: lists({ [spammer]: ['127.0.0.2'], [spammer6]: ['127.0.0.2'] }),
  reasons: [
    { code: 'zone-listed', zone: 'second.example', operator: 'second.example', return_codes: ['127.0.0.2'], weight: 2 },
  ],
}
const third: Row = {
  zone: 'third.example',
  state: lists({ [spammer]: ['127.0.0.2'] }),
  reasons: [
    { code: 'zone-listed', zone: 'third.example', operator: 'third.example', return_codes: ['127.0.0.2'], weight: 2 },
  ],
}

const againstClients: Readonly<Record<string, Row>> = {
  'a listed address counts': {
    zone: 'one-code.example',
    state: lists({ [spammer]: ['127.0.0.2'] }),
    ...counts('one-code.example', ['127.0.0.2']),
  },
  'an address that is not listed gives no reason': {
    zone: 'not-listed.example',
    state: lists({ '203.0.113.67': ['127.0.0.2'] }),
    reasons: [],
  },
  'of several codes each is looked at, not the first alone': {
    zone: 'several-codes.example',
    state: lists({ [spammer]: ['127.0.0.30', '127.0.0.31', '127.0.0.10'] }),
    ...counts('several-codes.example', ['127.0.0.10', '127.0.0.30', '127.0.0.31']),
  },
  'several codes of one pattern add its weight once, and each of two patterns its own': {
    zone: 'two-terms.example',
    state: lists({ [spammer]: ['127.0.0.2', '127.0.0.3', '127.0.0.10'] }),
    policy: {
      terms: [
        { pattern: '127.0.0.[2;3]', weight: 3 },
        { pattern: '127.0.0.10', weight: 1 },
      ],
    },
    ...counts('two-terms.example', ['127.0.0.10', '127.0.0.2', '127.0.0.3'], 4),
  },
  'an IPv6 client is asked for by its nibbles': {
    zone: 'ipv6.example',
    state: lists({ [spammer6]: ['127.0.0.4'] }),
    client: spammer6,
    ...counts('ipv6.example', ['127.0.0.4']),
  },
  'an IPv4 client that is written as IPv6 is asked for as IPv4': {
    zone: 'mapped.example',
    state: lists({ [spammer]: ['127.0.0.4'] }),
    client: `::ffff:${spammer}`,
    ...counts('mapped.example', ['127.0.0.4']),
  },
  'a zone that knows no IPv6 is not asked about an IPv6 client': {
    zone: 'ipv4-only.example',
    state: lists({ [spammer6]: ['127.0.0.4'] }),
    policy: { families: 'ipv4' },
    client: spammer6,
    reasons: [],
  },
  '127.255.255.252, a typing error in the name of the zone, is no listing': {
    zone: 'typing-error.example',
    state: lists({ [spammer]: ['127.255.255.252'] }),
    reasons: [silent('typing-error.example', 'error-code', '127.255.255.252')],
  },
  '127.255.255.254, a resolver that is refused, is no listing': {
    zone: 'public-resolver.example',
    state: { kind: 'says-of-everybody', address: '127.255.255.254' },
    reasons: [silent('public-resolver.example', 'error-code', '127.255.255.254')],
  },
  '127.255.255.255, too many questions, is no listing, whatever stands beside it': {
    zone: 'too-many.example',
    state: lists({ [spammer]: ['127.0.0.2', '127.255.255.255'] }),
    reasons: [silent('too-many.example', 'error-code', '127.255.255.255')],
  },
  "a zone's own error code is no listing": {
    zone: 'own-error.example',
    state: lists({ [spammer]: ['127.0.1.255'] }),
    policy: { errorCodes: ['127.0.1.255'], terms: [{ pattern: '127.0.[0..1].[0..255]', weight: 2 }] },
    reasons: [silent('own-error.example', 'error-code', '127.0.1.255')],
  },
  'an address outside 127/8 is no listing: the domain is parked': {
    zone: 'parked.example',
    state: { kind: 'says-of-everybody', address: '203.0.113.80' },
    reasons: [silent('parked.example', 'not-a-dnsxl', '203.0.113.80')],
  },
  '127.0.0.1 is no listing': {
    zone: 'loopback.example',
    state: lists({ [spammer]: ['127.0.0.1'] }),
    policy: { terms: [{ pattern: '127.0.0.[1..255]', weight: 2 }] },
    reasons: [silent('loopback.example', 'not-a-dnsxl', '127.0.0.1')],
  },
  '127.0.0.1 is a listing where the zone defines it': {
    zone: 'defines-loopback.example',
    state: lists({ [spammer]: ['127.0.0.1'] }),
    policy: { definesLoopback: true, terms: [{ pattern: '127.0.0.1', weight: 2 }] },
    ...counts('defines-loopback.example', ['127.0.0.1']),
  },
  'a code that the policy does not name is recorded as it is': {
    zone: 'undeclared.example',
    state: lists({ [spammer]: ['127.0.0.99'] }),
    reasons: [{ code: 'zone-code-undeclared', zone: 'undeclared.example', return_codes: ['127.0.0.99'] }],
  },
  'a zone that lists everybody counts for nothing': {
    zone: 'world.example',
    state: { kind: 'says-of-everybody', address: '127.0.0.2' },
    reasons: [unsound('world.example', 'lists-the-world', ['127.0.0.2'])],
  },
  'a zone that lists everybody in IPv6 counts for nothing': {
    zone: 'world6.example',
    state: { kind: 'says-of-everybody', address: '127.0.0.2' },
    client: spammer6,
    reasons: [unsound('world6.example', 'lists-the-world', ['127.0.0.2'])],
  },
  'a zone that does not list its test entry counts for nothing': {
    zone: 'empty.example',
    state: { kind: 'lists', listings: { [spammer]: ['127.0.0.2'] } },
    reasons: [unsound('empty.example', 'empty', ['127.0.0.2'])],
  },
  'a zone whose test entry has a code that it does not give counts for nothing': {
    zone: 'other-codes.example',
    state: lists({ '127.0.0.2': ['127.9.9.9'], [spammer]: ['127.0.0.2'] }),
    reasons: [unsound('other-codes.example', 'empty', ['127.0.0.2'])],
  },
  'a zone that is known to have no test entries can only be recorded': {
    zone: 'untestable.example',
    state: { kind: 'lists', listings: { [spammer]: ['127.0.0.2'] } },
    policy: { testEntries: false },
    reasons: [unsound('untestable.example', 'untestable', ['127.0.0.2'])],
  },
  '127.0.0.1 answered with a parking address is dead': {
    zone: 'half-parked.example',
    state: lists({ '127.0.0.1': ['203.0.113.80'], [spammer]: ['127.0.0.2'] }),
    reasons: [unsound('half-parked.example', 'lists-the-world', ['127.0.0.2'])],
  },
  'a policy that names .3 alone trusts a zone whose test entry answers .2, .4 and .10': {
    zone: 'one-of-many.example',
    state: lists({ '127.0.0.2': ['127.0.0.2', '127.0.0.4', '127.0.0.10'], [spammer]: ['127.0.0.3'] }),
    policy: { terms: [{ pattern: '127.0.0.3', weight: 2 }] },
    ...counts('one-of-many.example', ['127.0.0.3']),
  },
  'a zone that refuses is silent: the resolver says SERVFAIL': {
    zone: 'refuses.example',
    state: { kind: 'refuses' },
    reasons: [silent('refuses.example', 'servfail')],
  },
  'a zone whose server is gone is silent: the resolver tries for longer than anybody waits': {
    zone: 'nobody.example',
    state: { kind: 'nobody' },
    reasons: [silent('nobody.example', 'timeout')],
  },
  'a zone that does not answer in time is silent': {
    zone: 'slow.example',
    state: { kind: 'silent' },
    reasons: [silent('slow.example', 'timeout')],
  },
  'a zone in safe mode is not asked for a normal sender': {
    zone: 'safe-mode.example',
    state: lists({ [spammer]: ['127.0.0.2'] }),
    policy: { appliesWhen: 'null-or-postmaster' },
    reasons: [],
  },
}

/** A zone that can speak for a client, beside two sound zones of two operators that speak against it. */
const forClients: Readonly<Record<string, Row>> = {
  'a listing takes its points off the sum': {
    zone: 'allow.example',
    state: lists({ [spammer]: ['127.0.5.2'] }),
    reasons: [
      {
        code: 'zone-listed',
        zone: 'allow.example',
        operator: 'allow.example',
        return_codes: ['127.0.5.2'],
        weight: -3,
      },
      ...listedTwice(),
      { code: 'dnsxl-recorded', score: 1, threshold: 1 },
    ],
  },
  'no listing leaves the sum as it is': {
    zone: 'allow-nobody.example',
    state: lists({}),
    action: 'quarantine',
    reasons: [
      ...listedTwice(),
      { code: 'dnsxl-stopped', score: 4, threshold: 3, operators: ['second.example', 'third.example'] },
    ],
  },
  '127.0.10.3 for everybody, which is poison for those who ask too much, is no trust, and disarms the rule': {
    zone: 'allow-poison.example',
    state: { kind: 'says-of-everybody', address: '127.0.10.3' },
    reasons: [
      { code: 'zone-code-undeclared', zone: 'allow-poison.example', return_codes: ['127.0.10.3'] },
      ...listedTwice(),
      disarmed('allow-poison.example'),
    ],
  },
  'a code of trust for everybody is no trust, and disarms the rule': {
    zone: 'allow-world.example',
    state: { kind: 'says-of-everybody', address: '127.0.5.3' },
    reasons: [
      unsound('allow-world.example', 'lists-the-world', ['127.0.5.3']),
      ...listedTwice(),
      disarmed('allow-world.example'),
    ],
  },
  '127.0.0.255, which says "blocked", disarms the rule': {
    zone: 'allow-blocked.example',
    state: { kind: 'says-of-everybody', address: '127.0.0.255' },
    reasons: [
      silent('allow-blocked.example', 'error-code', '127.0.0.255'),
      ...listedTwice(),
      disarmed('allow-blocked.example'),
    ],
  },
  'an emptied one disarms the rule': {
    zone: 'allow-empty.example',
    state: { kind: 'lists', listings: {} },
    reasons: [unsound('allow-empty.example', 'empty', []), ...listedTwice(), disarmed('allow-empty.example')],
  },
  'one whose server is gone disarms the rule': {
    zone: 'allow-gone.example',
    state: { kind: 'nobody' },
    reasons: [silent('allow-gone.example', 'timeout'), ...listedTwice(), disarmed('allow-gone.example')],
  },
}

const rows = [...Object.values(againstClients), ...Object.values(forClients), second, third]

let world: Lists
beforeAll(async () => {
  world = await startLists(new Map(rows.map(({ zone, state }) => [zone, state])) satisfies ListsOptions)
  return () => world.close()
})

describe('what a zone says, through a resolver', () => {
  it.each(Object.entries(againstClients))('%s', async (_sentence, row) => {
    const policy = policyFor([zoneOf(row.zone, row.policy), zoneOf(second.zone)])
    const { action, reasons } = await judgeOf(policy)(row.client)
    const counted = row.reasons.flatMap((reason) => (reason.code === 'zone-listed' ? [reason.weight] : []))
    const score = [2, ...counted].reduce((sum, weight) => sum + weight)
    const end: Reason =
      row.action === undefined
        ? { code: 'dnsxl-recorded', score, threshold: 1 }
        : { code: 'dnsxl-stopped', score, threshold: 3, operators: [row.zone, second.zone] }
    expect({ action, reasons: reasons.map(sorted) }).toEqual({
      action: row.action ?? 'deliver',
      reasons: [...row.reasons, ...second.reasons, end],
    })
  })
})

describe('what a zone that speaks for clients says, through a resolver', () => {
  const terms = [{ pattern: '127.0.[2..9;11..20].[1..3]', weight: -3 }]
  it.each(Object.entries(forClients))('%s', async (_sentence, row) => {
    const zone = zoneOf(row.zone, { terms, errorCodes: ['127.0.0.255'] })
    const { action, reasons } = await judgeOf(policyFor([zone, zoneOf(second.zone), zoneOf(third.zone)]))()
    expect({ action, reasons }).toEqual({ action: row.action ?? 'deliver', reasons: row.reasons })
  })
})

describe('127.255.255.254 from every zone, as a public resolver gets it', () => {
  it('stops nothing, and the zones are not asked again', async () => {
    const everywhere = { kind: 'says-of-everybody', address: '127.255.255.254' } as const
    const names = ['a.example', 'b.example', 'c.example']
    const refusing = await startLists(new Map(names.map((zone) => [zone, everywhere])))
    try {
      const policy = listsPolicy(
        names.map((zone) => zoneOf(zone)),
        refusing.resolver,
      )
      const judge = judgeOf(policy)
      expect(await judge()).toEqual({
        action: 'deliver',
        reasons: names.map((zone) => silent(zone, 'error-code', '127.255.255.254')),
      })
      expect(refusing.resolver.questions().toSorted()).toEqual(names.map((zone) => `66.113.0.203.${zone}`))
      refusing.resolver.clearQuestions()
      expect(await judge('203.0.113.67')).toEqual({
        action: 'deliver',
        reasons: names.map((zone) => silent(zone, 'muted')),
      })
      expect(refusing.resolver.questions()).toEqual([])
    } finally {
      await refusing.close()
    }
  })
})

describe('a resolver that drops answers in 127/8', () => {
  it('makes every zone look empty, and nobody listed', async () => {
    const zones = ['one-code.example', second.zone, third.zone].map((zone) => zoneOf(zone))
    const policy = listsPolicy(zones, world.guardedResolver)
    expect(await judgeOf(policy)()).toEqual({ action: 'deliver', reasons: [] })
    const lookup = lookupOf(policy)
    const found = await Promise.all(
      zones.map(async (zone) => healthOf(await lookup.control(zone.zone, 'ipv4', 0, AbortSignal.timeout(3000)), zone)),
    )
    expect(found).toEqual(['empty', 'empty', 'empty'])
  })
})

function policyFor(zones: readonly ZonePolicy[]) {
  return listsPolicy(zones, world.resolver)
}

function lists(listings: Listings): ListState {
  return { kind: 'lists', listings: { ...testEntries, ...listings } }
}

function counts(zone: string, codes: readonly string[], weight = 2): Pick<Row, 'reasons' | 'action'> {
  return {
    action: 'quarantine',
    reasons: [{ code: 'zone-listed', zone, operator: zone, return_codes: codes, weight }],
  }
}

function silent(zone: string, cause: Extract<Reason, { code: 'zone-silent' }>['cause'], answer?: string): Reason {
  return answer === undefined ? { code: 'zone-silent', zone, cause } : { code: 'zone-silent', zone, cause, answer }
}

function unsound(
  zone: string,
  state: Extract<Reason, { code: 'zone-unsound' }>['state'],
  codes: readonly string[],
): Reason {
  return { code: 'zone-unsound', zone, state, return_codes: codes }
}

function listedTwice(): readonly Reason[] {
  return [...second.reasons, ...third.reasons]
}

function disarmed(zone: string): Reason {
  return { code: 'dnsxl-disarmed', zone, score: 4 }
}

/** The order of the records in an answer is the resolver's. */
function sorted(reason: Reason): Reason {
  return 'return_codes' in reason ? { ...reason, return_codes: reason.return_codes.toSorted() } : reason
}
