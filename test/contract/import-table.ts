import { describe, expect, it } from 'vitest'
import type { ImportTable } from '../../lambda/ports/import-ports.ts'

/** A domain as it lies in the table. */
export type SettledDomain = { readonly entries: number; readonly completedAt: string | null }

export type TableUnderTest = {
  readonly table: ImportTable
  readonly domain: (name: string) => Promise<SettledDomain>
}

/** The contract of `ImportTable` in `ports/import-ports.ts`. `make` returns an empty table. */
export function describeImportTable(name: string, make: () => Promise<TableUnderTest>): void {
  const soon = (): AbortSignal => AbortSignal.timeout(20_000)
  const alice = { key: 'alice@example.com', kind: 'mailbox', target: null, holders: [], there: false } as const
  const al = { key: 'al@example.com', kind: 'alias', target: 'alice@example.com', holders: [], there: false } as const
  const at = '2026-11-21T12:00:00.000Z'

  describe(`the table that imports write (${name})`, () => {
    it('has what was put into it, once, however often', async () => {
      const { table } = await make()
      await table.put([alice, al], 'hr', soon())
      await table.put([alice, al], 'hr', soon())
      expect(await table.read([alice.key, al.key, 'nobody@example.com'], soon())).toEqual(
        new Map([
          [alice.key, { kind: 'mailbox', target: null, source: 'hr', removedAt: null, holders: [] }],
          [al.key, { kind: 'alias', target: 'alice@example.com', source: 'hr', removedAt: null, holders: [] }],
        ]),
      )
    })

    it('leaves alone what somebody else has made or brought back since it was read, and says so', async () => {
      const { table } = await make()
      await table.put([{ ...alice, holders: ['user-1'] }], 'scim', soon())
      await table.put([al], 'other', soon())
      await table.tombstone([al.key], 'other', at, soon())
      expect(await table.put([alice, { ...al, there: true }], 'hr', soon())).toEqual([alice.key])
      await table.put([alice], 'other', soon())
      const read = await table.read([alice.key, al.key], soon())
      expect([...read].map(([key, { source, holders }]) => [key, source, holders]).sort()).toEqual([
        [al.key, 'hr', []],
        [alice.key, 'scim', ['user-1']],
      ])
      expect(await table.put([{ ...alice, there: true }], 'hr', soon())).toEqual([alice.key])
    })

    it('changes what is its own, and keeps the holders that an entry has by now', async () => {
      const { table } = await make()
      await table.put([{ ...al, holders: ['user-1'] }], 'hr', soon())
      expect(await table.put([{ ...al, kind: 'mailbox', target: null, there: true }], 'hr', soon())).toEqual([])
      const changed = { kind: 'mailbox', target: null, source: 'hr', removedAt: null, holders: ['user-1'] }
      expect(await table.read([al.key], soon())).toEqual(new Map([[al.key, changed]]))
      expect(await table.put([{ ...al, there: true }], 'hr', soon())).toEqual([])
      expect((await table.read([al.key], soon())).get(al.key)?.target).toBe('alice@example.com')
    })

    it('takes more entries than one request holds', async () => {
      const { table } = await make()
      const many = Array.from({ length: 260 }, (_, index) => ({ ...alice, key: `user${index}@example.com` }))
      await table.put(many, 'hr', soon())
      const keys = many.map(({ key }) => key)
      expect([...(await table.read(keys, soon())).keys()].sort()).toEqual(keys.sort())
    })

    it('marks as removed what is alive and of this source, and keeps the time of the first removal', async () => {
      const { table } = await make()
      await table.put([alice], 'hr', soon())
      await table.put([al], 'other', soon())
      await table.tombstone([alice.key, al.key, 'nobody@example.com'], 'hr', at, soon())
      await table.tombstone([alice.key], 'hr', '2026-12-01T00:00:00.000Z', soon())
      const read = await table.read([alice.key, al.key, 'nobody@example.com'], soon())
      expect([...read].map(([key, { removedAt }]) => [key, removedAt]).sort()).toEqual([
        [al.key, null],
        [alice.key, at],
      ])
    })

    it('leaves alive what the SCIM endpoint holds, as an entry of its own', async () => {
      const { table, domain } = await make()
      await table.put([{ ...alice, holders: ['user-1'] }, al], 'hr', soon())
      await table.settle('example.com', 'hr', 2, at, soon())
      await table.tombstone([alice.key, al.key], 'hr', at, soon())
      await table.tombstone([alice.key, al.key], 'hr', at, soon())
      await table.settle('example.com', 'hr', 0, null, soon())
      const read = await table.read([alice.key, al.key], soon())
      expect(
        [...read].map(([key, { source, removedAt, holders }]) => [key, source, removedAt, holders]).sort(),
      ).toEqual([
        [al.key, 'hr', at, []],
        [alice.key, 'scim', null, ['user-1']],
      ])
      expect((await domain('example.com')).entries).toBe(1)
    })

    it('has whoever comes back alive', async () => {
      const { table } = await make()
      await table.put([alice], 'hr', soon())
      await table.tombstone([alice.key], 'hr', at, soon())
      await table.put([{ ...alice, there: true }], 'hr', soon())
      expect((await table.read([alice.key], soon())).get(alice.key)?.removedAt).toBe(null)
    })

    it("counts a source's entries of a domain once, however often it is said, and adds up the sources", async () => {
      const { table, domain } = await make()
      await table.settle('example.com', 'hr', 5, null, soon())
      await table.settle('example.com', 'hr', 5, null, soon())
      await table.settle('example.com', 'other', 2, null, soon())
      expect(await domain('example.com')).toEqual({ entries: 7, completedAt: null })
      await table.settle('example.com', 'hr', 3, at, soon())
      await table.settle('example.com', 'hr', 3, '2026-12-01T00:00:00.000Z', soon())
      expect(await domain('example.com')).toEqual({ entries: 5, completedAt: at })
      await table.settle('example.com', 'hr', 0, null, soon())
      expect(await domain('example.com')).toEqual({ entries: 2, completedAt: at })
    })
  })
}
