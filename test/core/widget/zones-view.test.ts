import { describe, expect, it } from 'vitest'
import { zonesView, type ZonesShown, type ZoneShown } from '../../../lambda/core/widget/zones-view.ts'
import { shapeOf, tablesIn, textsOf } from './text-of.ts'

const utc = { theme: 'light', offsetMinutes: 0 } as const
const healthy: ZoneShown = {
  zone: 'bl.example',
  asksFor: 'clients',
  condition: 'healthy',
  since: '2026-11-01T08:00:00.000Z',
  probedAt: '2026-11-21T09:59:30.000Z',
  retryAt: null,
}
const lists = 'The lists of the configuration'
const ours = 'Addresses and domains of ours that are on a list'

describe('the widget Zones', () => {
  it('shows each list with its state, since when, when it was asked, and what to do', () => {
    const silent: ZoneShown = {
      ...healthy,
      zone: 'slow.example',
      condition: 'silent',
      retryAt: '2026-11-21T10:04:00.000Z',
    }
    const page = view({ zones: [healthy, silent] })
    const [heads, first, second] = tablesIn(page)[lists] ?? []
    expect(heads).toEqual(['list', 'state', 'since', 'last asked', 'what it means, and what to do'])
    expect(first).toEqual([
      'bl.example',
      'healthy',
      '2026-11-01 08:00:00 UTC',
      '2026-11-21 09:59:30 UTC',
      'It passes its control questions: what it says counts.',
    ])
    expect(second?.slice(0, 2)).toEqual(['slow.example', 'silent'])
    expect(second?.at(-1)).toContain('It is left alone until 2026-11-21 10:04:00 UTC.')
    expect(second?.at(-1)).toContain("quietgate dnsbl health 'slow.example'")
    expect(page).toContain('1 of 2 lists count for nothing now.')
  })

  it.each([
    ['empty', 'qg-bad', '127.0.0.2'],
    ['lists-the-world', 'qg-bad', "quietgate dnsbl cost 'bl.example' --from DAY"],
    ['silent', 'qg-bad', 'without an answer'],
    ['muted', 'qg-bad', 'dnsbl.keys'],
    ['unknown', 'qg-quiet', 'three minutes'],
    ['untestable', 'qg-quiet', 'stops nothing'],
    ['healthy', 'qg-good', 'what it says counts'],
  ] as const)('says by a word, and not by colour alone, what %s means', (condition, tone, words) => {
    const page = view({ zones: [{ ...healthy, condition }] })
    const [, row = []] = tablesIn(page)[lists] ?? []
    expect(textsOf(page, tone)).toContain(row[1])
    expect(row[4]).toContain(words)
  })

  it('shows what of ours is listed, since when, and with which meaning', () => {
    const own = {
      subject: '198.51.100.9',
      zone: 'ips.backscatterer.org',
      since: '2026-11-20T10:00:00.000Z',
      codes: [{ code: '127.0.0.2', meaning: 'sent backscatter' }],
      url: 'https://www.backscatterer.org/',
    }
    const page = view({ zones: [healthy], own: [own] })
    expect(tablesIn(page)[ours]?.[1]).toEqual([
      '198.51.100.9',
      'ips.backscatterer.org',
      '2026-11-20 10:00:00 UTC',
      "127.0.0.2: sent backscatter the list's own page",
    ])
    expect(page).toContain('OwnAddressesListed')
    expect(view({ zones: [healthy] })).toContain('None of our own addresses')
  })

  it('links to no page but one of the web', () => {
    const own = { subject: 'a', zone: 'b', since: null, codes: [], url: 'javascript:alert(1)' }
    expect(view({ zones: [healthy], own: [own] })).not.toContain('javascript')
  })

  it('says that the resolver takes answers away, and that nobody has asked', () => {
    const page = view({
      zones: [healthy],
      resolverFiltersSince: '2026-11-21T07:00:00.000Z',
      probeSilentSince: '2026-11-21T08:00:00.000Z',
    })
    const [resolver = '', probe = ''] = textsOf(page, 'qg-notice')
    expect(resolver).toContain('127.0.0.0/8 away since 2026-11-21 07:00:00 UTC')
    expect(probe).toContain('has not asked since 2026-11-21 08:00:00 UTC')
  })

  it('shows no key that stands in a name', () => {
    const zone = 'abcdefghijklmnopqrstuvwxy1.zen.dq.spamhaus.net'
    const own = { subject: '198.51.100.9', zone, since: null, codes: [], url: null }
    const page = view({ zones: [{ ...healthy, zone, condition: 'muted' }], own: [own] })
    expect(page).not.toContain('abcdefgh')
    expect(tablesIn(page)[lists]?.[1]?.[0]).toBe('***.zen.dq.spamhaus.net')
    expect(tablesIn(view({ zones: [{ ...healthy, zone: '{dqs}.zen.dq.spamhaus.net' }] }))[lists]?.[1]?.[0]).toBe(
      '{dqs}.zen.dq.spamhaus.net',
    )
  })

  it('says so when the states cannot be read, and when there are no lists', () => {
    expect(zonesView({ answer: 'unavailable' }, utc).html).toContain('could not be read')
    expect(view({ zones: [] })).toContain('The configuration has no lists')
  })

  it('shows markup in a name as text', () => {
    const zone = '<img src=x onerror=alert(1)>'
    const page = view({ zones: [{ ...healthy, zone }] })
    expect(shapeOf(page)).toEqual(shapeOf(view({ zones: [healthy] })))
    expect(tablesIn(page)[lists]?.[1]?.[0]).toBe(zone)
  })

  it('stays below 200 KB with as many lists and listings as a configuration can have', () => {
    const zones = Array.from({ length: 60 }, (_, i) => ({ ...healthy, zone: `${'z'.repeat(200)}${i}.example` }))
    const own = Array.from({ length: 100 }, (_, i) => ({
      subject: `${'d'.repeat(200)}${i}.example`,
      zone: 'z'.repeat(250),
      since: healthy.since,
      codes: [{ code: '127.0.0.2', meaning: 'm'.repeat(200) }],
      url: null,
    }))
    expect(Buffer.byteLength(view({ zones, own }))).toBeLessThan(200 * 1024)
  })
})

function view(shown: Partial<Extract<ZonesShown, { answer: 'states' }>>): string {
  const states = { answer: 'states', zones: [], own: [], resolverFiltersSince: null, probeSilentSince: null } as const
  return zonesView({ ...states, ...shown }, utc).html
}
