import { describe, expect, it } from 'vitest'
import type { SeenMarks } from '../../lambda/ports/seen-marks.ts'

export type SeenMarksUnderTest = {
  readonly marks: SeenMarks
  readonly dayOf: (key: string) => Promise<string | undefined>
}

/** What every implementation of SeenMarks does. */
export function seenMarksContract(make: () => Promise<SeenMarksUnderTest>): void {
  const signal = AbortSignal.timeout(20_000)

  describe('as SeenMarks', () => {
    it('keeps the latest day of each key, in whatever order the days come', async () => {
      const { marks, dayOf } = await make()
      expect(await marks.mark(['alice@example.com', 'bob@example.com'], '2026-11-20', signal)).toBe('marked')
      expect(await marks.mark(['alice@example.com'], '2026-11-21', signal)).toBe('marked')
      expect(await marks.mark(['alice@example.com', 'bob@example.com'], '2026-11-19', signal)).toBe('marked')
      expect([
        await dayOf('alice@example.com'),
        await dayOf('bob@example.com'),
        await dayOf('carol@example.com'),
      ]).toEqual(['2026-11-21', '2026-11-20', undefined])
    })

    it('says that it failed when the caller gave up', async () => {
      const { marks, dayOf } = await make()
      expect(await marks.mark(['alice@example.com'], '2026-11-20', AbortSignal.abort())).toBe('failed')
      expect(await dayOf('alice@example.com')).toBe(undefined)
    })
  })
}
