import { describe, expect, it } from 'vitest'
import type { ImportLock } from '../../lambda/ports/import-ports.ts'

/** The contract of `ImportLock` in `ports/import-ports.ts`. `make` returns a lock that nobody has. */
export function describeImportLock(name: string, make: () => Promise<ImportLock>): void {
  const soon = (): AbortSignal => AbortSignal.timeout(20_000)
  const at = (minute: number): string => `2026-11-21T12:0${minute}:00.000Z`
  const ann = { id: 'a', by: 'ann', since: at(0), until: at(2) }
  const bea = { id: 'b', by: 'bea', since: at(1), until: at(3) }

  describe(`the lock of imports (${name})`, () => {
    it('is had by one, who can take it again, and the other is told by whom', async () => {
      const lock = await make()
      expect(await lock.take(ann, at(0), soon())).toBe(null)
      expect(await lock.take(bea, at(1), soon())).toEqual(ann)
      const longer = { ...ann, until: at(4) }
      expect(await lock.take(longer, at(1), soon())).toBe(null)
      expect(await lock.take(bea, at(3), soon())).toEqual(longer)
    })

    it('is free when it was given back, or when its time is over', async () => {
      const lock = await make()
      await lock.take(ann, at(0), soon())
      expect(await lock.take(bea, at(3), soon())).toBe(null)
      // It is not ann's any more.
      await lock.release('a', soon())
      expect(await lock.take(ann, at(3), soon())).toEqual(bea)
      await lock.release('b', soon())
      await lock.release('b', soon())
      expect(await lock.take(ann, at(3), soon())).toBe(null)
    })

    it('is had by one of many who come at once', async () => {
      const lock = await make()
      const all = Array.from({ length: 8 }, (_, index) => ({ ...ann, id: `id${index}` }))
      const taken = await Promise.all(all.map((holder) => lock.take(holder, at(0), soon())))
      expect(taken.filter((other) => other === null)).toHaveLength(1)
    })
  })
}
