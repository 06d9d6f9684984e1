import { describe, expect, it } from 'vitest'
import { stateId, type StateItem, type ZoneItem, type ZoneStates } from '../../lambda/ports/zone-states.ts'

/** The contract of `ports/zone-states.ts`. `make` returns an empty store. */
export function describeZoneStates(name: string, make: () => Promise<ZoneStates>): void {
  const soon = (): AbortSignal => AbortSignal.timeout(10_000)

  describe(`zone states (${name})`, () => {
    it('gives back each kind of item as it was written, and nothing that was not asked for', async () => {
      const states = await make()
      for (const item of [...stateItems, zoneItem('another.example')])
        expect(await states.write(item, soon())).toBe('written')
      const ids = stateItems.map(stateId)
      const read = await states.read([...ids, 'zone#nobody.example', ...ids], soon())
      expect(read).toEqual(new Map(stateItems.map((item) => [stateId(item), item])))
    })

    it('replaces an item', async () => {
      const states = await make()
      const later = { ...zoneItem('bl.example'), probedAt: '2026-11-21T10:01:00.000Z' }
      await states.write(zoneItem('bl.example'), soon())
      await states.write(later, soon())
      expect(await states.read(['zone#bl.example'], soon())).toEqual(new Map([['zone#bl.example', later]]))
    })

    it('reads more items than one request takes', async () => {
      const states = await make()
      const items = Array.from({ length: 130 }, (_, i) => zoneItem(`zone${i}.example`))
      await Promise.all(items.map((item) => states.write(item, soon())))
      expect(await states.read(items.map(stateId), soon())).toEqual(new Map(items.map((item) => [stateId(item), item])))
    })

    it('says that it does not know, and does not reject, when it has been told to give up', async () => {
      const states = await make()
      expect(await states.read(['zone#bl.example'], AbortSignal.abort())).toBeNull()
      expect(await states.write(zoneItem('bl.example'), AbortSignal.abort())).toBe('failed')
    })
  })
}

export function zoneItem(zone: string, changes: Partial<ZoneItem['state']> = {}): ZoneItem {
  const since = '2026-11-21T10:00:00.000Z'
  return {
    kind: 'zone',
    zone,
    state: { state: 'healthy', since, failures: 0, silences: 0, retryAt: null, ...changes },
    probedAt: since,
    authorityLists: false,
    ownAskedAt: null,
    ownListed: [],
  }
}

const stateItems: readonly StateItem[] = [
  zoneItem('bl.example'),
  { ...zoneItem('{dqs}.zen.example'), ownAskedAt: '2026-11-21T10:00:00.000Z', ownListed: ['198.51.100.9'] },
  {
    kind: 'own',
    subject: '2001:db8::9',
    zone: 'bl.example',
    listing: { listed: true, since: '2026-11-21T10:00:00.000Z', codes: ['127.0.0.2', '127.0.0.4'] },
  },
  { kind: 'resolver', filters: true, since: '2026-11-21T10:00:00.000Z' },
]
