import { describe, expect, it } from 'vitest'
import { codesAgainst, isAllowList, nextOwnListing } from '../../lambda/core/own-listing.ts'
import { saying, zoneOf } from '../builders.ts'

const at = Date.parse('2026-11-21T10:00:00.000Z')
const earlier = '2026-11-20T10:00:00.000Z'

describe('what a zone says of us', () => {
  const zone = zoneOf('bl.example', {
    listingCodes: ['127.0.0.[1..10]'],
    definesLoopback: true,
    terms: [
      { pattern: '127.0.0.1', weight: -2 },
      { pattern: '127.0.0.[2..10]', weight: 2 },
    ],
  })

  it.each([
    ['its listing codes', saying('127.0.0.4', '127.0.0.2'), ['127.0.0.2', '127.0.0.4']],
    ['nothing against us by a code that speaks for us', saying('127.0.0.1'), []],
    ['nothing against us by a code that is no listing', saying('127.0.9.9'), []],
    ['nothing against us by not listing us', { answer: 'none', why: 'no-such-name' }, []],
    ['nothing by refusing', saying('127.255.255.254'), null],
    ['nothing by what no list answers', saying('203.0.113.80', '127.0.0.2'), null],
    ['nothing by its silence', { answer: 'failed', cause: 'timeout' }, null],
  ] as const)('is %s', (_name, answer, codes) => {
    expect(codesAgainst(answer, zone)).toEqual(codes)
  })

  it('is no misfortune if all terms of the zone are negative', () => {
    expect(isAllowList(zoneOf('wl.example', { terms: [{ pattern: '127.0.0.2', weight: -2 }] }))).toBe(true)
    expect(isAllowList(zone)).toBe(false)
    expect(isAllowList({ ...zone, terms: [] })).toBe(false)
  })
})

describe('a listing of our own', () => {
  const listed = { listed: true, since: earlier, codes: ['127.0.0.2'] }
  const now = '2026-11-21T10:00:00.000Z'

  it.each([
    ['begins', null, ['127.0.0.2'], { listed: true, since: now, codes: ['127.0.0.2'] }, 'own-listed'],
    ['goes on', listed, ['127.0.0.2'], listed, null],
    ['goes on with other codes', listed, ['127.0.0.4'], { ...listed, codes: ['127.0.0.4'] }, 'own-listed'],
    ['ends', listed, [], { listed: false, since: now, codes: [] }, 'own-delisted'],
    [
      'stays away',
      { listed: false, since: earlier, codes: [] },
      [],
      { listed: false, since: earlier, codes: [] },
      null,
    ],
    ['was never there', null, [], { listed: false, since: now, codes: [] }, null],
  ] as const)('%s', (_name, previous, codes, next, change) => {
    expect(nextOwnListing(previous, codes, at)).toEqual({ next, change })
  })
})
