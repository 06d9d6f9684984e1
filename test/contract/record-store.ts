import { describe, expect, it } from 'vitest'
import type { DecisionRecord } from '../../lambda/core/record.ts'
import type { RecordStore } from '../../lambda/ports/record-store.ts'
import { recordFixture } from '../record-fixture.ts'

/** The contract of `ports/record-store.ts`. `make` returns an empty store. */
export function describeRecordStore(name: string, make: () => Promise<RecordStore>): void {
  const soon = (): AbortSignal => AbortSignal.timeout(10_000)
  const record: DecisionRecord = recordFixture({ action: 'discard' })
  const other: DecisionRecord = recordFixture({ action: 'deliver' })

  describe(`a record store (${name})`, () => {
    it('writes a record once, and gives the first one back ever after', async () => {
      const store = await make()
      expect(await store.append('in/dt=2026-11-21/a.json', record, soon())).toEqual({ answer: 'written' })
      expect(await store.append('in/dt=2026-11-21/a.json', other, soon())).toEqual({ answer: 'existed', first: record })
      expect(await store.append('in/dt=2026-11-21/a.json', other, soon())).toEqual({ answer: 'existed', first: record })
    })

    it('lets exactly one of ten win that write the same key at the same time, and tells the others what it wrote', async () => {
      const store = await make()
      const records = Array.from({ length: 10 }, (_, i) => recordFixture({ decided_at: `2026-11-21T10:00:00.00${i}Z` }))
      const answers = await Promise.all(records.map((each) => store.append('in/dt=2026-11-21/race.json', each, soon())))
      const winners = records.filter((_, i) => answers[i]?.answer === 'written')
      expect(winners).toHaveLength(1)
      const lost = answers.filter(({ answer }) => answer !== 'written')
      expect(lost).toEqual(Array.from({ length: 9 }, () => ({ answer: 'existed', first: winners[0] })))
    })

    it('keeps records of different messages apart', async () => {
      const store = await make()
      await store.append('in/dt=2026-11-21/a.json', record, soon())
      expect(await store.append('in/dt=2026-11-21/b.json', other, soon())).toEqual({ answer: 'written' })
    })

    it('says that it failed, and does not reject, when it has been told to give up', async () => {
      const store = await make()
      expect(await store.append('in/dt=2026-11-21/a.json', record, AbortSignal.abort())).toMatchObject({
        answer: 'failed',
      })
      expect(await store.point('quarantine/2026-11-21/a.json', pointer, AbortSignal.abort())).toBe('failed')
      expect(await store.append('in/dt=2026-11-21/a.json', record, soon())).toEqual({ answer: 'written' })
    })

    it('points to a quarantined message as often as it is told to', async () => {
      const store = await make()
      expect(await store.point('quarantine/2026-11-21/a.json', pointer, soon())).toBe('written')
      expect(await store.point('quarantine/2026-11-21/a.json', pointer, soon())).toBe('written')
    })
  })
}

const pointer = {
  schema_version: 1,
  message_id: 'a',
  received_at: '2026-11-21T10:00:00.000Z',
  record_key: 'in/dt=2026-11-21/a.json',
  reasons: ['virus-found'],
} as const
